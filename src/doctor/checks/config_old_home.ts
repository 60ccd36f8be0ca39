import { fileProblems } from "../config_problems.ts";
import { type Check, few, ok } from "../check.ts";

export const configOldHome: Check = {
  id: "config.old-home",
  area: "config",
  title: "Old user configuration",
  why: "The old tool's user configuration is still read, with the lowest precedence",
  async run(examination) {
    const old = examination.options.configFiles.find((file) =>
      file.old === true && examination.stat(file.path) !== null
    );
    if (old === undefined) return ok("none");
    const meaningless = (await fileProblems(examination, "global"))
      .filter(({ source, level }) => source === old.shown && level === "warning")
      .flatMap(({ key }) => key ?? []);
    return {
      level: "info",
      seen: `${old.shown} is read${
        meaningless.length === 0
          ? ""
          : `; these keys no longer have any effect: ${few(meaningless)}`
      }`,
      todo: "Set the values you want to keep with `orchestrator config set --global`",
    };
  },
};
