/**
 * Commands about the state branch.
 * @module
 */
import type { CommandSpec } from "../command.ts";

export const STATE_COMMANDS: readonly CommandSpec[] = [
  {
    path: "state push",
    group: "project",
    summary: "Commit the state to its git branch and push it",
    details:
      "Does not affect your branches: HEAD, index and files are not changed, and no hook runs. Changes on the server are merged first. If the host refuses the branch, a branch with the agent's prefix is tried, then the portable state directory that you commit with the work; if neither works, a snapshot is printed as text so that the output can be kept. The answer says which method was used. With `config set web_mode true` this happens after each phase.",
    examples: [{ line: "state push", means: "push the state now" }],
    changes: "state",
    load: () => import("../commands/state/push.ts"),
  },
  {
    path: "state pull",
    group: "project",
    summary: "Fetch and merge the state branch",
    details:
      "Merges each session by its journal: sessions that continued on another machine are continued here. If a session diverged, both versions are kept: the published one under its id, the local one as a new session. Imports active sessions; other sessions are read from the branch, and are imported with --all or by their first change.",
    options: [{ name: "all", summary: "Import all sessions, including ended ones" }],
    examples: [{
      line: "state pull",
      means: "in a fresh clone, or when several machines are used",
    }],
    changes: "state",
    load: () => import("../commands/state/pull.ts"),
  },
  {
    path: "state status",
    group: "project",
    summary: "Show where the state is kept and when it was last pushed",
    examples: [{ line: "state status", means: "without asking the server" }],
    changes: "nothing",
    load: () => import("../commands/state/status.ts"),
  },
  {
    path: "state log",
    paged: true,
    group: "project",
    summary: "List the commits of the state branch, newest first",
    options: [{ name: "limit", value: "N", summary: "At most N commits (default 20)" }],
    examples: [{ line: "state log --limit 5", means: "the last five" }],
    changes: "nothing",
    load: () => import("../commands/state/log.ts"),
  },
  {
    path: "state restore",
    destructive: true,
    group: "project",
    summary: "Restore the sessions of a commit of the state branch",
    details:
      "Nothing is replaced: if a session has changed since the commit, its old version is restored as a new session.",
    args: [{ name: "commit", summary: "a commit that state log shows" }],
    options: [{
      name: "session",
      short: "s",
      value: "SESSION",
      many: true,
      summary: "Only the session with this id",
    }],
    examples: [{ line: "state restore 3f2a91c", means: "as of that commit" }],
    changes: "state",
    load: () => import("../commands/state/restore.ts"),
  },
  {
    path: "state adopt",
    group: "project",
    summary: "Take over the sessions that a linked worktree has for itself",
    details:
      "For sessions from before the state was shared with the main checkout, or that were made with state_home: worktree. Each is compared by its journal: new ones are added, those that went on are continued, and one that diverged from the shared copy stays where it is. The worktree's copies are kept in .orchestrator/backups of the worktree.",
    options: [{ name: "dry-run", summary: "Show what would be done, without doing it" }],
    examples: [{ line: "state adopt --dry-run", means: "in the linked worktree" }],
    changes: "state",
    load: () => import("../commands/state/adopt.ts"),
  },
  {
    path: "state compact",
    destructive: true,
    group: "project",
    summary: "Replace the history of the state branch with one commit",
    details: "Sessions do not change; only the older commits are removed.",
    options: [{ name: "yes", short: "y", summary: "Do not ask for confirmation" }],
    examples: [{ line: "state compact", means: "after confirmation" }],
    changes: "project",
    load: () => import("../commands/state/compact.ts"),
  },
];
