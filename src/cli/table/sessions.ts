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
    paged: true,
    group: "sessions",
    summary: "List all sessions, newest first",
    options: [
      { name: "active", summary: "Only sessions with an active workflow" },
      { name: "removed", summary: "List sessions that were removed, replaced or deleted instead" },
      {
        name: "limit",
        short: "n",
        value: "N",
        summary: "At most N sessions (default: 20 on a terminal, elsewhere all)",
      },
    ],
    examples: [
      { line: "session list", means: "task, phase, progress, age, and who holds the lock" },
      { line: "session list --active --json", means: "for programs" },
      { line: "session list --removed", means: "what was removed, when and by whom" },
    ],
    changes: "nothing",
    load: () => import("../commands/session/list.ts"),
  },
  {
    path: "session show",
    synonyms: ["show"],
    paged: true,
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
    summary: "Switch to a session",
    details:
      "Changes the current session. Inside an agent that identifies its own session, the agent is bound to the session instead, so changes of the current session do not affect it.",
    args: [SESSION],
    examples: [{ line: "session use login", means: "use it from now on" }],
    changes: "session",
    load: () => import("../commands/session/use.ts"),
  },
  {
    path: "session rename",
    group: "sessions",
    summary: "Rename a session",
    args: [
      { ...SESSION, optional: true },
      { name: "name", summary: "new name (empty to remove it)" },
    ],
    examples: [
      { line: "session rename login", means: "the current session" },
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
    details: "Same as finish --abandon, for any session. Nothing is removed.",
    args: [{ ...SESSION, optional: true }],
    options: [{
      name: "reason",
      short: "r",
      value: "TEXT",
      summary: "Reason (required; at least 10 characters)",
    }],
    examples: [{ line: 'session end k3v --reason "Started by mistake"', means: "end it" }],
    changes: "session",
    load: () => import("../commands/session/end.ts"),
  },
  {
    path: "session remove",
    destructive: true,
    aliases: ["rm"],
    group: "sessions",
    summary: "Remove ended sessions permanently",
    details:
      "Only ended sessions can be removed, and only while no process holds their lock. Asks for confirmation, or needs --yes. Needs --all to remove more than half of all sessions. The removal is recorded, so that pull and push remove the same sessions on other machines; copies that have changed since are kept.",
    args: [{ ...SESSION, optional: true, many: true }],
    options: [
      { name: "ended", summary: "All ended sessions" },
      {
        name: "older-than",
        value: "DAYS",
        summary: "With --ended: only sessions that ended more than DAYS ago",
      },
      { name: "all", summary: "Allow removing more than half of all sessions" },
      { name: "reason", short: "r", value: "TEXT", summary: "Reason (stored with the record)" },
      { name: "yes", short: "y", summary: "Do not ask for confirmation" },
    ],
    examples: [
      { line: "session remove k3v", means: "one, after confirmation" },
      { line: "session remove --ended --older-than 30 --yes", means: "old ones" },
    ],
    changes: "project",
    load: () => import("../commands/session/remove.ts"),
  },
  {
    path: "log",
    synonyms: ["history"],
    paged: true,
    group: "sessions",
    summary: "Show what happened in the session",
    details:
      "With --json the answer is one line. With --follow --json each event is a line of its own, without an envelope, until the command is interrupted.",
    options: [
      { name: "follow", short: "f", summary: "Continue to show events as they are recorded" },
      { name: "since", value: "SEQ", summary: "Only events with a higher seq" },
      { name: "limit", short: "n", value: "N", summary: "Only the last N events" },
      {
        name: "repository",
        summary: "Show what happened to sessions as wholes: started, removed, imported, replaced",
      },
    ],
    examples: [
      { line: "log", means: "everything" },
      { line: "log -n 5", means: "the last five events" },
      { line: "log --since 12 --json", means: "events after event 12, for programs" },
      { line: "log --follow", means: "watch another agent at work" },
      { line: "log --repository", means: "which sessions came and went, in all clones" },
    ],
    changes: "nothing",
    load: () => import("../commands/log.ts"),
  },
  {
    path: "log show",
    paged: true,
    group: "sessions",
    summary: "Show everything that one event records",
    details:
      "Evidence, notes, the command with its result and the recorded end of its output, who and when, and the hash of the event's line in the journal. Nothing is cut.",
    args: [{ name: "seq", summary: "the event's number, as log shows it" }],
    examples: [
      { line: "log show 7", means: "event 7 of the current session" },
      { line: "log show 7 --json", means: "the same for programs" },
    ],
    changes: "nothing",
    load: () => import("../commands/log/show.ts"),
  },
  {
    path: "log verify",
    group: "sessions",
    summary: "Check that a session's journal was not changed",
    details:
      "Verifies the hash chain, reports the first line that does not match, and compares state.json with the journal.",
    options: [
      { name: "all", summary: "Check every session and the repository's journal" },
      { name: "repository", summary: "Check the repository's journal" },
    ],
    examples: [
      { line: "log verify", means: "the current session" },
      { line: "log verify --all", means: "all sessions" },
    ],
    changes: "nothing",
    load: () => import("../commands/log/verify.ts"),
  },
  {
    path: "log accept",
    group: "sessions",
    summary: "Continue from a journal that lacks events or contradicts itself",
    details:
      "For a session whose log.jsonl lacks events that state.json refers to, or has lines that contradict each other (log verify names them), if no backup can restore it. That is recorded; status, finish and handoff show it from then on. Only a person can accept contradictions, and must say why.",
    options: [
      { name: "reason", value: "TEXT", summary: "Reason for the missing or contradicting events" },
      { name: "yes", short: "y", summary: "Do not ask for confirmation" },
    ],
    examples: [
      {
        line: `log accept --reason "the disk was full"`,
        means: "after confirmation on the terminal",
      },
    ],
    changes: "session",
    load: () => import("../commands/log/accept.ts"),
  },
  {
    path: "log redact",
    destructive: true,
    group: "sessions",
    summary: "Take a text out of a session's journal for ever",
    details:
      "Replaces a text that must not be there, such as a secret, by its hash, wherever the journal has it, and records who did so and why; log, status, finish and handoff show that from then on. Every hash in the journal still holds. Notes, evidence, reasons, tasks and recorded output can be redacted (log show names the fields of an event); outcomes, actors and approvals cannot. The text cannot be restored, and the command lists where else it still is. A secret that was recorded must be replaced in any case: short ones can be guessed from their hash.",
    args: [{ name: "seq", summary: "the event's number, as log shows it" }],
    options: [
      { name: "field", value: "NAME", summary: "Field with the text, as log show names it" },
      { name: "reason", value: "TEXT", summary: "Reason (required)" },
      { name: "yes", short: "y", summary: "Do not ask for confirmation" },
    ],
    examples: [
      {
        line: `log redact 7 --field notes --reason "it held a password"`,
        means: "after confirmation on the terminal",
      },
    ],
    changes: "session",
    load: () => import("../commands/log/redact.ts"),
  },
];
