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
      "Works beside your branches: HEAD, index and files stay as they are, and no hook runs. What others have pushed is merged first. Where the host refuses the branch, a branch with the agent's prefix is tried, then the portable state directory that you commit with the work; where nothing of that goes, the answer is a snapshot as text, for whoever keeps the output. The answer says what was taken. With `config set web_mode true` this happens after each phase.",
    examples: [{ line: "state push", means: "make the state safe now" }],
    changes: "state",
    load: () => import("../commands/state/push.ts"),
  },
  {
    path: "state pull",
    group: "project",
    summary: "Bring in what is on the state branch",
    details:
      "Each session by its journal: one that went on elsewhere is continued here. One that went on in both places is kept twice: the published one under its id, the one here as a session of its own. Brings in what is active; other sessions are read from the branch, and come with --all or with their first change.",
    options: [{ name: "all", summary: "Bring in all sessions, the ended ones too" }],
    examples: [{ line: "state pull", means: "in a fresh clone, or beside other machines" }],
    changes: "state",
    load: () => import("../commands/state/pull.ts"),
  },
  {
    path: "state status",
    group: "project",
    summary: "Show where the state is kept, and when it was last safe",
    examples: [{ line: "state status", means: "without asking the server" }],
    changes: "nothing",
    load: () => import("../commands/state/status.ts"),
  },
  {
    path: "state log",
    group: "project",
    summary: "List the commits of the state branch, newest first",
    options: [{ name: "limit", value: "N", summary: "At most N (default 20)" }],
    examples: [{ line: "state log --limit 5", means: "the last five" }],
    changes: "nothing",
    load: () => import("../commands/state/log.ts"),
  },
  {
    path: "state restore",
    destructive: true,
    group: "project",
    summary: "Bring back the sessions of a commit of the state branch",
    details:
      "Nothing is replaced: where a session has gone on since, what it was at the commit comes back as a session of its own.",
    args: [{ name: "commit", summary: "one that state log shows" }],
    options: [{
      name: "session",
      short: "s",
      value: "SESSION",
      many: true,
      summary: "Only this session, by its id",
    }],
    examples: [{ line: "state restore 3f2a91c", means: "as it was then" }],
    changes: "state",
    load: () => import("../commands/state/restore.ts"),
  },
  {
    path: "state compact",
    destructive: true,
    group: "project",
    summary: "Replace the history of the state branch by one commit",
    details: "Every session stays as it is; only the older commits go.",
    options: [{ name: "yes", short: "y", summary: "Answer yes instead of being asked" }],
    examples: [{ line: "state compact", means: "after asking" }],
    changes: "project",
    load: () => import("../commands/state/compact.ts"),
  },
];
