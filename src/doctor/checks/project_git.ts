import { existsSync } from "node:fs";
import { join } from "node:path";
import { trustCommand } from "../../project/git_failure.ts";
import { type Check, ok } from "../check.ts";

export const projectGit: Check = {
  id: "project.git",
  area: "project",
  title: "Git repository",
  why: "Without git, sessions do not record a branch and there is no state branch",
  async run(examination) {
    const { root } = examination.paths;
    const answer = await examination.git("rev-parse", "--is-inside-work-tree");
    if (answer?.stdout.trim() === "true") return ok("the root is inside a git work tree");
    if (answer !== null && existsSync(join(root, ".git"))) {
      const trust = trustCommand(answer.stderr);
      if (trust !== null) {
        return {
          level: "warning",
          seen: "git refuses the repository, which belongs to another user",
          todo: `To trust it, run \`${trust}\``,
        };
      }
      const reason = answer.stderr.trim().split("\n")[0]?.replace(/^fatal: /, "") ?? "";
      return {
        level: "warning",
        seen: `git cannot use the repository${reason === "" ? "" : `: ${reason}`}`,
        todo: "Run `git status` in the root to see what is wrong",
      };
    }
    return { level: "info", seen: "the root is not inside a git work tree" };
  },
};
