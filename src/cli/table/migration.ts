/**
 * Commands for people who come from the Python tool.
 * @module
 */
import type { CommandSpec } from "../command.ts";

export const MIGRATION_COMMANDS: readonly CommandSpec[] = [
  {
    path: "migrate",
    group: "project",
    summary: "Move the old tool's files into .orchestrator/, or back",
    details:
      "Shows what would move and asks. All or nothing: everything is copied, checked by hash and published before the originals go to .orchestrator/migration_backup/. A run that was cut off is finished or undone by the next command. Files that are not the old tool's are left alone.",
    options: [
      { name: "dry-run", short: "n", summary: "Show what would be done, and write nothing" },
      { name: "rollback", summary: "Bring the originals back, byte for byte" },
      {
        name: "keep-new",
        summary: "With --rollback: keep sessions that moved on since, beside the old files",
      },
      { name: "auto-rollback", summary: "Go back at once when anything fails" },
      { name: "force-from-old", summary: "Where old and new differ, the old state counts" },
      { name: "force-from-new", summary: "Where old and new differ, the new state counts" },
      {
        name: "interactive",
        short: "i",
        summary: "Ask about custom .workflow_* files and about symbolic links",
      },
      { name: "yes", short: "y", summary: "Do not ask" },
    ],
    examples: [
      { line: "migrate --dry-run", means: "look first" },
      { line: "migrate --yes", means: "move over, without a question" },
      { line: "migrate --rollback", means: "change your mind" },
    ],
    changes: "old_layout",
    load: () => import("../commands/migrate.ts"),
  },
  {
    path: "import-legacy",
    group: "project",
    summary: "Read an old tool's state into a new session",
    details:
      "Takes a state file, an old session's folder, or a repository the old tool worked in. Nothing is written there. Importing the same state again does nothing.",
    args: [{
      name: "path",
      summary: "a state file, a session folder or a repository",
      complete: "file",
    }],
    options: [
      { name: "name", value: "NAME", summary: "Name of the new session" },
      {
        name: "workflow",
        value: "ID",
        summary: "Which workflow, where there are several: its id or its old session id",
      },
    ],
    examples: [
      { line: "import-legacy ../old-checkout", means: "its active workflow" },
      { line: "import-legacy backup/.workflow_state.json --name login", means: "one file" },
    ],
    changes: "old_layout",
    load: () => import("../commands/import_legacy.ts"),
  },
];
