/** Faults of what a repository may decide. */
import type { Mutant } from "../mutant.ts";

export const TRUST: readonly Mutant[] = [
  {
    name: "a repository's file sets what is for a person to decide, read the fast way",
    file: "src/config/plain_text.ts",
    search: '    if (file.layer === "repository" && row.personal === true) return null;\n',
    replace: "",
    killedBy: { file: "tests/property/config_plain_text_test.ts" },
  },
  {
    name: "a repository's file sets what is for a person to decide, read by the library",
    file: "src/config/read_file.ts",
    search: 'this.#file.layer === "repository" && row.personal === true',
    replace: 'this.#file.layer === "repository" && row.personal === undefined',
    killedBy: { file: "tests/property/config_plain_text_test.ts" },
  },
];
