/**
 * Commands about what people have confirmed.
 * @module
 */
import type { CommandSpec } from "../command.ts";

const CLAIM = [
  {
    name: "kind",
    summary: "state_remote or state_branch",
    complete: ["state_remote", "state_branch"],
  },
  { name: "value", summary: "as the repository's file writes it" },
] as const;

export const TRUST_COMMANDS: readonly CommandSpec[] = [
  {
    path: "trust list",
    aliases: ["ls"],
    group: "project",
    summary: "List what people have confirmed for this repository, and what waits for it",
    details:
      "A file of a repository can name the place that the state is pushed to. The remote that the clone came from, with a branch named orchestrator-state-…, needs no confirmation; neither does what a variable, --set or your own configuration says. Anything else needs one confirmation by a person, kept outside the repository.",
    options: [{ name: "everywhere", summary: "For all repositories of this account" }],
    examples: [{ line: "trust list", means: "with who confirmed it, and when" }],
    changes: "nothing",
    load: () => import("../commands/trust/list.ts"),
  },
  {
    path: "trust add",
    group: "project",
    summary: "Confirm what a file of this repository chooses",
    details:
      "Counts for this repository, this value and this account. Refused inside an agent: only a person can confirm it. Where there is no person, a variable says the same: ORCHESTRATOR_STATE_REMOTE, ORCHESTRATOR_STATE_BRANCH.",
    args: CLAIM,
    examples: [{ line: "trust add state_remote backup", means: "the state may go to that remote" }],
    changes: "project",
    load: () => import("../commands/trust/add.ts"),
  },
  {
    path: "trust remove",
    destructive: true,
    aliases: ["rm"],
    group: "project",
    summary: "Take back a confirmation",
    args: CLAIM,
    options: [{
      name: "repository",
      value: "NAME",
      summary: "Of another repository, as trust list --everywhere names it",
    }],
    examples: [{ line: "trust remove state_remote backup", means: "the next push asks again" }],
    changes: "project",
    load: () => import("../commands/trust/remove.ts"),
  },
];
