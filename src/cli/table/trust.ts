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
  { name: "value", summary: "the value in the repository's file" },
] as const;

export const TRUST_COMMANDS: readonly CommandSpec[] = [
  {
    path: "trust list",
    aliases: ["ls"],
    group: "project",
    summary: "List confirmations for this repository, and pending ones",
    details:
      "A file of a repository can name the place to push the state to. No confirmation is needed for the remote that the clone came from with a branch named orchestrator-state-…, or for values from a variable, --set or your own configuration. Any other value needs one confirmation by a person, which is stored outside the repository.",
    options: [{ name: "everywhere", summary: "List all repositories of this account" }],
    examples: [{ line: "trust list", means: "with who confirmed it, and when" }],
    changes: "nothing",
    load: () => import("../commands/trust/list.ts"),
  },
  {
    path: "trust add",
    group: "project",
    summary: "Confirm a value that a file of this repository sets",
    details:
      "Applies to this repository, this value and this account. Refused inside an agent: only a person can confirm. Where there is no person, set a variable instead: ORCHESTRATOR_STATE_REMOTE, ORCHESTRATOR_STATE_BRANCH.",
    args: CLAIM,
    examples: [{
      line: "trust add state_remote backup",
      means: "allow pushing the state to that remote",
    }],
    changes: "project",
    load: () => import("../commands/trust/add.ts"),
  },
  {
    path: "trust remove",
    destructive: true,
    aliases: ["rm"],
    group: "project",
    summary: "Remove a confirmation",
    args: CLAIM,
    options: [{
      name: "repository",
      value: "NAME",
      summary: "Another repository, as named by trust list --everywhere",
    }],
    examples: [{ line: "trust remove state_remote backup", means: "the next push asks again" }],
    changes: "project",
    load: () => import("../commands/trust/remove.ts"),
  },
];
