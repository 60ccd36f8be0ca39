import { statSync } from "node:fs";
import { join } from "node:path";
import {
  sessionsOnlyHere,
  worktreesWithSessions,
  type WorktreeWithSessions,
} from "../../project/own_sessions.ts";
import { type Check, count, few, type Finding, ok, skipped } from "../check.ts";

export const projectWorktree: Check = {
  id: "project.worktree",
  area: "project",
  title: "Worktree",
  why: "Git deletes the state that a linked worktree has for itself when it removes the worktree",
  run({ paths }) {
    const { stateHome } = paths;
    const own = sessionsOnlyHere(paths);
    if (own.length > 0) return parted([{ root: paths.root, sessions: own }]);
    const others = worktreesWithSessions(paths);
    if (stateHome === null && others.length > 0) return parted(others);
    if (stateHome?.shared !== undefined) {
      return ok(`linked worktree; the state is that of ${stateHome.shared.of}`);
    }
    if (stateHome?.isOlder === true) {
      return {
        level: "warning",
        seen:
          "the branch of this linked worktree has no committed state, and the main checkout is in portable mode",
        todo: "Merge a branch that has it, or run `orchestrator init --portable` here",
      };
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

/** Sessions that `git worktree remove` would delete. */
function parted(worktrees: readonly WorktreeWithSessions[]): Finding {
  const sessions = worktrees.flatMap(({ root, sessions }) =>
    sessions.map((id) => `${id} in ${root}`)
  );
  return {
    level: "warning",
    seen: `${
      count(sessions.length, "session")
    } only in a linked worktree, with which git deletes them: ${
      few(worktrees.map(({ root }) => root))
    }`,
    todo: "Run `orchestrator state adopt` in the worktree",
    list: sessions,
  };
}
