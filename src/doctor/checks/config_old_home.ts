import { fileProblems } from "../config_problems.ts";
import { type Check, few, ok } from "../check.ts";

export const configOldHome: Check = {
  id: "config.old-home",
  area: "config",
  title: "Old tool's own configuration",
  why: "The old tool's file is still read, below every other, and says nothing new in the end",
  async run(examination) {
    const old = examination.options.configFiles.find((file) =>
      file.old === true && examination.stat(file.path) !== null
    );
    if (old === undefined) return ok("there is none");
    const meaningless = (await fileProblems(examination, "global"))
      .filter(({ source, level }) => source === old.shown && level === "warning")
      .flatMap(({ key }) => key ?? []);
    return {
      level: "info",
      seen: `${old.shown} is read${
        meaningless.length === 0
          ? ""
          : `; these keys of it mean nothing any more: ${few(meaningless)}`
      }`,
      todo: "Set what you want to keep with `orchestrator config set --global`",
    };
  },
};
