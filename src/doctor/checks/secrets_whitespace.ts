import { type Check, few, ok, skipped } from "../check.ts";
import { secretCount, secretsWhose } from "../secret_files.ts";

export const secretsWhitespace: Check = {
  id: "secrets.whitespace",
  area: "secrets",
  title: "White space around secrets",
  why: "A space or a line end that was copied along makes a right key a wrong one",
  async run(examination) {
    if (await secretCount(examination) === 0) return skipped("there are no secrets");
    const padded = await secretsWhose(
      examination,
      // Keys in PEM end in a line end.
      (value) => value.trim() !== "" && value !== value.trim() && !value.startsWith("-----BEGIN"),
    );
    if (padded.length === 0) return ok("none");
    return {
      level: "warning",
      seen: `white space around the value: ${few(padded)}`,
      todo: "Set them again without it: orchestrator secrets set <name>",
      list: padded,
    };
  },
};
