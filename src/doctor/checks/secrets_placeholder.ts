import { placeholder } from "../../secrets/fingerprint.ts";
import { type Check, few, ok, skipped } from "../check.ts";
import { secretCount, secretsWhose } from "../secret_files.ts";

export const secretsPlaceholder: Check = {
  id: "secrets.placeholder",
  area: "secrets",
  title: "Placeholders",
  why: "A placeholder copied from an example is not a valid key",
  async run(examination) {
    if (await secretCount(examination) === 0) return skipped("there are no secrets");
    const found = await secretsWhose(
      examination,
      (value) => value.trim() !== "" && placeholder(value),
    );
    if (found.length === 0) return ok("none");
    return {
      level: "warning",
      seen: `the value looks like a placeholder: ${few(found)}`,
      todo: "Run `orchestrator secrets set <name>`",
      list: found,
    };
  },
};
