/**
 * Commands that move a workflow.
 * @module
 */
import type { CommandSpec } from "../command.ts";
import { COMPLETE, EVIDENCE, ITEM, NOTES, STATUS } from "./hot.ts";

const YES = { name: "yes", short: "y", summary: "Answer yes instead of being asked" } as const;

export const WORK_COMMANDS: readonly CommandSpec[] = [
  {
    path: "start",
    synonyms: ["new", "session new", "session create", "session start"],
    group: "work",
    summary: "Begin a session for a task",
    details:
      "Uses the project's workflow.yaml, or a built-in workflow where there is none. The definition is frozen into the session: later edits of the file change later sessions only. --set replaces a key of the configuration or, under any other name, a setting of the workflow; status shows those. Makes .orchestrator/ when it is not there yet.",
    args: [{ name: "task", summary: "what is to be done, in quotes" }],
    options: [
      {
        name: "workflow",
        short: "w",
        value: "FILE",
        summary: "The definition to use instead of workflow.yaml",
        complete: "file",
      },
      { name: "name", value: "NAME", summary: "A name to address the session by" },
      {
        name: "constraint",
        short: "c",
        value: "TEXT",
        many: true,
        summary: "Something to respect throughout; may be repeated",
      },
      { name: "project", short: "p", value: "NAME", summary: "The project it belongs to" },
    ],
    examples: [
      { line: 'start "Add login"', means: "begin with the project's workflow" },
      {
        line: 'start "Add login" --constraint "No new dependencies" --name login',
        means: "name it, and set a rule",
      },
      {
        line: 'start "Port it" -w port.yaml --set test_command="make check"',
        means: "another workflow, another test command",
      },
    ],
    changes: "new_session",
    load: () => import("../commands/start.ts"),
  },
  STATUS,
  COMPLETE,
  {
    path: "skip",
    group: "work",
    summary: "Skip items, for a reason",
    details:
      "Flexible items take a reason of 10 characters, documented ones a substantive one of 50. Required items are never skipped. A gate is skipped only with --force and a reason of 50 characters, and stays visible in status, log and finish. Several items are skipped one after the other, each by its own event; the first that is refused ends it.",
    args: [ITEM],
    options: [
      { name: "reason", short: "r", value: "TEXT", summary: "Why; required" },
      { name: "force", short: "f", summary: "Skip a gate in spite of what it guards" },
    ],
    examples: [
      { line: 'skip optional_note --reason "Nothing to note for a typo fix"', means: "skip" },
      {
        line: 'skip lint docs --reason "Only a typo in a comment"',
        means: "several, for the same reason",
      },
    ],
    changes: "session",
    load: () => import("../commands/skip.ts"),
  },
  {
    path: "approve",
    aliases: ["approve-item"],
    group: "work",
    summary: "Approve items or a phase, as a person",
    details:
      "Approval is a person's: it asks on a terminal and needs --yes without one. Inside an agent it is refused (exit 7), unless the workflow's settings say agents_may_approve: true. Who approved, how, and what was detected is recorded. Several items are approved one after the other; the first that is refused ends it.",
    args: [{ ...ITEM, optional: true }],
    options: [
      {
        name: "phase",
        value: "ID",
        summary: "Approve the end of the current phase instead of an item",
        complete: "phase",
      },
      NOTES,
      EVIDENCE,
      YES,
    ],
    examples: [
      { line: "approve user_approval", means: "asks, then completes the item" },
      { line: "approve --phase PLAN --yes", means: "approve a phase without being asked" },
    ],
    changes: "session",
    load: () => import("../commands/approve.ts"),
  },
  {
    path: "advance",
    group: "work",
    summary: "Move on to the next phase",
    details:
      "Only when every required item of the current phase is completed or skipped, and the phase is approved where it must be. The whole journal is replayed and checked first.",
    examples: [{ line: "advance", means: "finish this phase and begin the next" }],
    changes: "session",
    load: () => import("../commands/advance.ts"),
  },
  {
    path: "finish",
    group: "work",
    summary: "Finish the workflow, or abandon it",
    details:
      "Only from the last phase with everything done; shows what was skipped on the way. Never touches git. With --abandon the workflow ends as it is.",
    options: [
      NOTES,
      { name: "abandon", summary: "End the workflow unfinished" },
      { name: "reason", short: "r", value: "TEXT", summary: "Why it is abandoned; required then" },
    ],
    examples: [
      { line: "finish", means: "finish" },
      { line: 'finish --abandon --reason "Superseded by #42"', means: "give it up" },
    ],
    changes: "session",
    load: () => import("../commands/finish.ts"),
  },
  {
    path: "note",
    group: "work",
    summary: "Write a note into the session",
    args: [{ name: "text", summary: "the note, in quotes" }],
    examples: [{ line: 'note "The API returns 409 on conflict"', means: "remember it" }],
    changes: "session",
    load: () => import("../commands/note.ts"),
  },
  {
    path: "handoff",
    group: "work",
    summary: "Print a prompt that lets somebody else take over",
    details: "Task, constraints, phase, notes, what is left and what proof each item needs.",
    examples: [
      { line: "handoff", means: "print it" },
      { line: "handoff > prompt.md", means: "keep it" },
    ],
    changes: "nothing",
    load: () => import("../commands/handoff.ts"),
  },
  {
    path: "checkpoint create",
    group: "work",
    summary: "Remember the present state of the workflow",
    options: [
      { name: "message", short: "m", value: "TEXT", summary: "What this point is" },
      {
        name: "decision",
        short: "d",
        value: "TEXT",
        many: true,
        summary: "A decision taken so far",
      },
      {
        name: "file",
        short: "f",
        value: "PATH",
        many: true,
        summary: "A file that matters here (its name is kept, not its content)",
        complete: "file",
      },
    ],
    examples: [
      { line: 'checkpoint create -m "Before the refactoring"', means: "make one" },
    ],
    changes: "session",
    load: () => import("../commands/checkpoint/create.ts"),
  },
  {
    path: "checkpoint list",
    group: "work",
    summary: "List the session's checkpoints",
    examples: [{ line: "checkpoint list", means: "newest last" }],
    changes: "nothing",
    load: () => import("../commands/checkpoint/list.ts"),
  },
  {
    path: "checkpoint show",
    group: "work",
    summary: "Show one checkpoint",
    args: [{ name: "checkpoint", summary: "its id, or a unique prefix", complete: "checkpoint" }],
    examples: [{ line: "checkpoint show cp3", means: "what it holds" }],
    changes: "nothing",
    load: () => import("../commands/checkpoint/show.ts"),
  },
  {
    path: "checkpoint restore",
    destructive: true,
    group: "work",
    summary: "Put the workflow back to a checkpoint",
    details:
      "Phases and items stand again as they did. What happened since stays in the journal, and forced skips stay visible. Files of the project are not touched. Asks, or needs --yes.",
    args: [{ name: "checkpoint", summary: "its id, or a unique prefix", complete: "checkpoint" }],
    options: [YES],
    examples: [
      { line: "checkpoint restore cp3", means: "go back, after asking" },
      { line: "checkpoint restore cp3 --yes", means: "without being asked" },
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
      examples: [{ line: `feedback ${kind} add "…"`, means: "kept with the session" }],
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
    path: "generate-md",
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
    ],
    examples: [
      { line: "generate-md", means: "print it" },
      { line: "generate-md -o WORKFLOW.md", means: "write it" },
    ],
    changes: "nothing",
    load: () => import("../commands/generate_md.ts"),
  },
];
