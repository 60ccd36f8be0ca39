/** Faults of locks. */
import type { Mutant } from "../mutant.ts";

export const LOCKS: readonly Mutant[] = [
  {
    name: "a lock on a file that has lost its name counts",
    file: "src/platform/file_lock.ts",
    search: "      named = file.isAt(path);\n",
    replace: "      named = true;\n",
    killedBy: { file: "tests/crash/lock_race_test.ts" },
  },
];
