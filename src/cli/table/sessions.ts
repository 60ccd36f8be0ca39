/**
 * Commands about sessions and their journals.
 * @module
 */
import type { CommandSpec } from "../command.ts";

const SESSION = {
  name: "session",
  summary: "its id, a unique prefix of it, or its name",
  complete: "session",
} as const;

export const SESSION_COMMANDS: readonly CommandSpec[] = [
  {
    path: "session list",
    synonyms: ["list", "ls"],
    aliases: ["ls"],
    group: "sessions",
    summary: "List all sessions, newest first",
    options: [
      { name: "active", summary: "Only those whose workflow is active" },
      { name: "limit", value: "N", summary: "At most N" },
    ],
    examples: [
      { line: "session list", means: "task, phase, progress, age, who holds it" },
      { line: "session list --active --json", means: "for programs" },
    ],
    changes: "nothing",
    load: () => import("../commands/session/list.ts"),
  },
  {
    path: "session show",
    synonyms: ["show"],
    group: "sessions",
    summary: "Show one session in full",
    args: [{ ...SESSION, optional: true }],
    examples: [{ line: "session show login", means: "who, when, where, how far" }],
    changes: "nothing",
    load: () => import("../commands/session/show.ts"),
  },
  {
    path: "session use",
    synonyms: ["switch", "resume", "session switch", "session resume"],
    group: "sessions",
    summary: "Make a session the one that commands mean",
    details:
      "Moves current. Inside an agent that names its own session, the agent is bound to it, so that others moving current do not matter to it.",
    args: [SESSION],
    examples: [{ line: "session use login", means: "work on it from here on" }],
    changes: "session",
    load: () => import("../commands/session/use.ts"),
  },
  {
    path: "session rename",
    group: "sessions",
    summary: "Give a session a name",
    args: [
      { ...SESSION, optional: true },
      { name: "name", summary: "the new name; empty to remove it" },
    ],
    examples: [
      { line: "session rename login", means: "the chosen session" },
      { line: "session rename k3v login", means: "another one" },
    ],
    changes: "session",
    load: () => import("../commands/session/rename.ts"),
  },
  {
    path: "session end",
    destructive: true,
    group: "sessions",
    summary: "End a session without finishing its workflow",
    details: "The same as finish --abandon, for any session. Nothing is removed.",
    args: [{ ...SESSION, optional: true }],
    options: [{ name: "reason", short: "r", value: "TEXT", summary: "Why; required" }],
    examples: [{ line: 'session end k3v --reason "Started by mistake"', means: "end it" }],
    changes: "session",
    load: () => import("../commands/session/end.ts"),
  },
  {
    path: "session remove",
    destructive: true,
    aliases: ["rm"],
    group: "sessions",
    summary: "Remove ended sessions for good",
    details:
      "Only ended sessions, and only when nobody holds them. Asks, or needs --yes. When it would take more than half of all sessions it also needs --all. The removal is recorded, so that pull and push remove the same sessions elsewhere; copies that have gone on since stay.",
    args: [{ ...SESSION, optional: true, many: true }],
    options: [
      { name: "ended", summary: "All ended sessions" },
      { name: "older-than", value: "DAYS", summary: "With --ended: only those that ended before" },
      { name: "all", summary: "Allow taking more than half of all sessions" },
      { name: "reason", short: "r", value: "TEXT", summary: "Why; kept with the record" },
      { name: "yes", short: "y", summary: "Answer yes instead of being asked" },
    ],
    examples: [
      { line: "session remove k3v", means: "one, after asking" },
      { line: "session remove --ended --older-than 30 --yes", means: "old ones" },
    ],
    changes: "project",
    load: () => import("../commands/session/remove.ts"),
  },
  {
    path: "log",
    synonyms: ["history"],
    group: "sessions",
    summary: "Show what happened in the session",
    details:
      "With --json the answer is one line. With --follow --json each event is a line of its own, without an envelope, until the command is interrupted.",
    options: [
      { name: "follow", short: "f", summary: "Go on showing events as they come" },
      { name: "since", value: "SEQ", summary: "Only events with a higher seq" },
    ],
    examples: [
      { line: "log", means: "everything" },
      { line: "log --since 12 --json", means: "what came after event 12, for programs" },
      { line: "log --follow", means: "watch another agent at work" },
    ],
    changes: "nothing",
    load: () => import("../commands/log.ts"),
  },
  {
    path: "log verify",
    group: "sessions",
    summary: "Check that nobody has changed a session's journal",
    details:
      "Walks the chain of hashes, names the first line that does not fit, and compares state.json with what the journal adds up to.",
    options: [{ name: "all", summary: "Every session" }],
    examples: [
      { line: "log verify", means: "the chosen session" },
      { line: "log verify --all", means: "all of them" },
    ],
    changes: "nothing",
    load: () => import("../commands/log/verify.ts"),
  },
  {
    path: "log accept",
    group: "sessions",
    summary: "Go on from a journal that lacks events which were recorded",
    details:
      "For a session whose state.json knows of events that its log.jsonl does not hold any more, when no backup brings them back. Records what is missing; status, finish and handoff show it from then on.",
    options: [
      { name: "reason", value: "TEXT", summary: "Why the events are missing" },
      { name: "yes", short: "y", summary: "Do not ask" },
    ],
    examples: [
      { line: `log accept --reason "the disk was full"`, means: "after a yes on the terminal" },
    ],
    changes: "session",
    load: () => import("../commands/log/accept.ts"),
  },
];
