/**
 * The commands that run all the time, and the options they share with others: known without loading
 * the rest of the table.
 * @module
 */
import type { CommandSpec } from "../command.ts";

export const ITEM = {
  name: "item",
  summary: "id of an item of the current phase",
  many: true,
  complete: "item",
} as const;

export const NOTES = {
  name: "notes",
  short: "n",
  value: "TEXT",
  summary: "Notes to store with the item",
} as const;

export const EVIDENCE = {
  name: "evidence",
  short: "e",
  value: "JSON",
  summary: "Evidence as JSON, or @FILE, or @- for stdin",
  complete: "at_file",
} as const;

export const STATUS: CommandSpec = {
  path: "status",
  synonyms: ["next"],
  group: "work",
  summary: "Show the state of the session and the next step",
  options: [
    {
      name: "verbose",
      summary: "Also show all notes, evidence and what verifications gave",
    },
    { name: "fresh", summary: "Also compare what was proved with the files now" },
  ],
  examples: [
    { line: "status", means: "task, phases, checklist, blockers, the next command" },
    { line: "status --json", means: "the same for programs" },
    { line: "status --session login", means: "another session" },
  ],
  changes: "nothing",
  load: () => import("../commands/status.ts"),
};

export const COMPLETE: CommandSpec = {
  path: "complete",
  group: "work",
  summary: "Complete items with the proof they need",
  details:
    "Runs the item's verification first: a command must exit as expected, a file must exist. A documented item needs --evidence. An item that needs a person's approval is completed with approve. On a terminal the command's output is shown as it comes; elsewhere its last lines are printed when it fails. No lock is held while a command runs; if the item changed in the meantime, the result is refused (exit 5). Several items are completed one after the other, each with its own event; the command stops at the first failure, and completed items stay completed.",
  args: [ITEM],
  options: [
    NOTES,
    EVIDENCE,
    {
      name: "output-lines",
      value: "N",
      summary: "Lines of a failed command's output to print (default 60)",
    },
  ],
  examples: [
    { line: "complete write_plan", means: "verify and complete" },
    { line: "complete write_tests implement", means: "one after the other" },
    { line: 'complete implement --notes "Used the session API"', means: "add a note" },
    { line: "complete analyse --evidence @analysis.json", means: "evidence from a file" },
  ],
  changes: "session",
  load: () => import("../commands/complete.ts"),
};

/** The commands whose first word is enough to know them. */
export const HOT_COMMANDS: readonly CommandSpec[] = [STATUS, COMPLETE];
