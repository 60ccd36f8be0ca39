import { type Check, few, ok, skipped } from "../check.ts";
import { secretCount, secretsWhose } from "../secret_files.ts";

export const secretsEmpty: Check = {
  id: "secrets.empty",
  area: "secrets",
  title: "Empty secrets",
  why: "An empty secret hides one with the same name that is looked up later",
  async run(examination) {
    if (await secretCount(examination) === 0) return skipped("there are no secrets");
    const empty = await secretsWhose(examination, (value) => value.trim() === "");
    if (empty.length === 0) return ok("none");
    return {
      level: "error",
      seen: `empty: ${few(empty)}`,
      todo: "Run `orchestrator secrets set <name>`",
      list: empty,
    };
  },
};
