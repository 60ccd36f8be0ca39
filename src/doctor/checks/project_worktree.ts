import { statSync } from "node:fs";
import { join } from "node:path";
import { type Check, ok, skipped } from "../check.ts";

export const projectWorktree: Check = {
  id: "project.worktree",
  area: "project",
  title: "Worktree",
  why: "Each worktree of a repository has its own state directory",
  run({ paths }) {
    const git = statSync(join(paths.root, ".git"), { throwIfNoEntry: false });
    if (git === undefined) return skipped("the root has no .git of its own");
    if (git.isDirectory()) return ok("the main work tree");
    return { level: "info", seen: "a linked worktree or a submodule: it has its own sessions" };
  },
};
