/**
 * Commands that record what was done, and hand it on.
 * @module
 */
import type { CommandSpec } from "../command.ts";

const YES = { name: "yes", short: "y", summary: "Do not ask for confirmation" } as const;

export const RECORD_COMMANDS: readonly CommandSpec[] = [
  {
    path: "note",
    group: "work",
    summary: "Add a note to the session",
    args: [{ name: "text", summary: "the note, in quotes" }],
    examples: [{ line: 'note "The API returns 409 on conflict"', means: "add a note" }],
    changes: "session",
    load: () => import("../commands/note.ts"),
  },
  {
    path: "review add",
    group: "work",
    summary: "Record a review of the work",
    details:
      "A review that passed satisfies required_reviews of that name (security and security_review are one); of several the newest counts. The project's files are recorded with it, and who ran the command: a review that an agent records is shown as such.",
    args: [{ name: "kind", summary: "what is reviewed, as required_reviews names it" }],
    options: [
      { name: "by", value: "NAME", summary: "Who made the review (required)" },
      {
        name: "verdict",
        value: "VERDICT",
        summary: "Its outcome: passed (default) or failed",
      },
      { name: "findings", value: "TEXT", summary: "What was found" },
      { name: "evidence", value: "JSON", summary: "Evidence: JSON, @FILE, or @- for stdin" },
    ],
    examples: [
      { line: "review add security --by anna", means: "record one that passed" },
      {
        line: 'review add style --by anna --verdict failed --findings "…"',
        means: "one that did not",
      },
    ],
    changes: "session",
    load: () => import("../commands/review/add.ts"),
  },
  {
    path: "review list",
    paged: true,
    group: "work",
    summary: "List the session's reviews: who, of which files, with which verdict and findings",
    examples: [{ line: "review list", means: "newest last" }],
    changes: "nothing",
    load: () => import("../commands/review/list.ts"),
  },
  {
    path: "handoff",
    paged: true,
    group: "work",
    summary: "Print a prompt for another person or agent to take over",
    details:
      "Contains the task, constraints, phase, notes, open items and the proof that each item needs. --run starts the program that claude_binary names, with the handoff as its prompt: the commands that it runs mean this session, its output is shown as it comes, and its start and end are recorded. It is refused inside an agent.",
    options: [
      {
        name: "run",
        summary: "Start claude_binary with the handoff as its prompt",
        becomes: "handoff run",
      },
    ],
    examples: [
      { line: "handoff", means: "print it" },
      { line: "handoff > prompt.md", means: "save it to a file" },
    ],
    changes: "nothing",
    load: () => import("../commands/handoff.ts"),
  },
  {
    path: "handoff run",
    called: "handoff --run",
    hidden: true,
    group: "work",
    summary: "Start claude_binary with the handoff as its prompt",
    options: [{ name: "run", summary: "As it is called by people" }],
    examples: [{ line: "handoff --run", means: "hand the session over to it" }],
    changes: "session",
    load: () => import("../commands/handoff/run.ts"),
  },
  {
    path: "checkpoint create",
    group: "work",
    summary: "Save the current state as a checkpoint",
    options: [
      { name: "message", short: "m", value: "TEXT", summary: "Description of the checkpoint" },
      {
        name: "decision",
        short: "d",
        value: "TEXT",
        many: true,
        summary: "A decision made so far",
      },
      {
        name: "file",
        short: "f",
        value: "PATH",
        many: true,
        summary: "A relevant file (only its name is stored)",
        complete: "file",
      },
    ],
    examples: [
      { line: 'checkpoint create -m "Before the refactoring"', means: "create a checkpoint" },
    ],
    changes: "session",
    load: () => import("../commands/checkpoint/create.ts"),
  },
  {
    path: "checkpoint list",
    paged: true,
    group: "work",
    summary: "List the session's checkpoints",
    examples: [{ line: "checkpoint list", means: "newest last" }],
    changes: "nothing",
    load: () => import("../commands/checkpoint/list.ts"),
  },
  {
    path: "checkpoint show",
    paged: true,
    group: "work",
    summary: "Show one checkpoint",
    args: [{
      name: "checkpoint",
      summary: "its id, or a unique prefix of it",
      complete: "checkpoint",
    }],
    examples: [{ line: "checkpoint show cp3", means: "show its contents" }],
    changes: "nothing",
    load: () => import("../commands/checkpoint/show.ts"),
  },
  {
    path: "checkpoint restore",
    destructive: true,
    group: "work",
    summary: "Restore the workflow to a checkpoint",
    details:
      "Phases and items return to their state at the checkpoint. Later events stay in the journal, and forced skips stay visible. Files of the project are not changed. Asks for confirmation, or needs --yes.",
    args: [{
      name: "checkpoint",
      summary: "its id, or a unique prefix of it",
      complete: "checkpoint",
    }],
    options: [YES],
    examples: [
      { line: "checkpoint restore cp3", means: "restore it, after confirmation" },
      { line: "checkpoint restore cp3 --yes", means: "restore it without confirmation" },
    ],
    changes: "session",
    load: () => import("../commands/checkpoint/restore.ts"),
  },
  ...(["tool", "process"] as const).flatMap((kind): readonly CommandSpec[] => [
    {
      path: `feedback ${kind} add`,
      group: "work",
      summary: kind === "tool"
        ? "Record feedback about orchestrator itself"
        : "Record feedback about how the work went",
      args: [{ name: "text", summary: "the feedback, in quotes" }],
      examples: [{ line: `feedback ${kind} add "…"`, means: "store it with the session" }],
      changes: "session",
      load: () =>
        kind === "tool"
          ? import("../commands/feedback/tool/add.ts")
          : import("../commands/feedback/process/add.ts"),
    },
    {
      path: `feedback ${kind} list`,
      group: "work",
      summary: kind === "tool"
        ? "List feedback about orchestrator"
        : "List feedback about the work",
      examples: [{ line: `feedback ${kind} list`, means: "oldest first" }],
      changes: "nothing",
      load: () =>
        kind === "tool"
          ? import("../commands/feedback/tool/list.ts")
          : import("../commands/feedback/process/list.ts"),
    },
  ]),
  {
    path: "feedback sync",
    group: "work",
    summary: "Send feedback to the repository that feedback_remote names",
    details:
      "Of all sessions here, what was not sent before: of each record only what feedback_fields allows, which leaves the text out unless you add it. Shows what it would send and asks, or needs --yes. Off until a person sets feedback_sync and feedback_remote. Nothing in the project or its state changes; what was sent is known by the branch orchestrator-feedback there.",
    options: [
      YES,
      { name: "dry-run", short: "n", summary: "Show what would be sent, without sending it" },
    ],
    examples: [
      { line: "feedback sync --dry-run", means: "see what would be sent" },
      { line: "feedback sync", means: "send it, after confirmation" },
    ],
    changes: "nothing",
    load: () => import("../commands/feedback/sync.ts"),
  },
  {
    path: "generate-md",
    paged: true,
    group: "work",
    summary: "Write the session's workflow as Markdown",
    options: [
      {
        name: "output",
        short: "o",
        value: "FILE",
        summary: "Write to FILE instead of stdout",
        complete: "file",
      },
      { name: "force", summary: "Overwrite FILE although generate-md did not write it" },
    ],
    examples: [
      { line: "generate-md", means: "print it" },
      { line: "generate-md -o WORKFLOW.md", means: "save it to a file" },
    ],
    changes: "nothing",
    load: () => import("../commands/generate_md.ts"),
  },
];
