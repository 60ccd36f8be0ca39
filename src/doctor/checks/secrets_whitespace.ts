import { whatIsWrong } from "../../secrets/examine.ts";
import { type Check, few, ok, skipped } from "../check.ts";
import { nameAndPlace, openSecrets, secretCount } from "../secret_files.ts";

export const secretsWhitespace: Check = {
  id: "secrets.whitespace",
  area: "secrets",
  title: "White space and quotes around secrets",
  why: "A space, quote or line break copied with a key makes it invalid",
  async run(examination) {
    if (await secretCount(examination) === 0) return skipped("there are no secrets");
    const copied = (await openSecrets(examination)).flatMap((opened) => {
      if (!("secret" in opened)) return [];
      const { value } = opened.secret;
      // PEM keys end with a line break, and other checks report other problems.
      if (value.trim() === "" || value.startsWith("-----BEGIN")) return [];
      const wrong = whatIsWrong(value);
      return wrong === null || /placeholder/.test(wrong)
        ? []
        : [`${nameAndPlace(opened.seen)}: ${wrong}`];
    });
    if (copied.length === 0) return ok("none");
    return {
      level: "warning",
      seen: few(copied),
      todo: "Set them again with `orchestrator secrets set <name>`",
      list: copied,
    };
  },
};
