import { statSync } from "node:fs";
import { join } from "node:path";
import { type Check, ok, skipped } from "../check.ts";

export const projectWorktree: Check = {
  id: "project.worktree",
  area: "project",
  title: "Worktree",
  why: "Git deletes the state that a linked worktree has for itself when it removes the worktree",
  run({ paths }) {
    const { stateHome } = paths;
    if (stateHome?.shared !== undefined) {
      return ok(`linked worktree; the state is that of ${stateHome.shared.of}`);
    }
    if (stateHome?.why === "portable") {
      return ok("linked worktree; the state is committed with its branch (portable mode)");
    }
    if (stateHome?.why === "setting") {
      return {
        level: "warning",
        seen: "a linked worktree with a state of its own (state_home), which is removed with it",
        todo: "Use `state_home: shared`, or keep a copy with `orchestrator state push`",
      };
    }
    const git = statSync(join(paths.root, ".git"), { throwIfNoEntry: false });
    if (git === undefined) return skipped("the root has no .git of its own");
    if (git.isDirectory()) return ok("the main work tree");
    return {
      level: "info",
      seen: "a submodule, or a repository with its .git elsewhere: it has its own sessions",
    };
  },
};
