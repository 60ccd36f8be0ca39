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
      "Shows what would be moved and asks for confirmation. All or nothing: all files are copied and verified before the originals are moved to .orchestrator/migration_backup/. The next command finishes or undoes an interrupted migration. Files that do not belong to the old tool are not touched.",
    options: [
      { name: "dry-run", short: "n", summary: "Show what would be done, without doing it" },
      { name: "rollback", summary: "Restore the originals, byte for byte" },
      {
        name: "keep-new",
        summary:
          "With --rollback: keep sessions that changed since the migration, next to the old files",
      },
      { name: "auto-rollback", summary: "Roll back immediately if anything fails" },
      { name: "force-from-old", summary: "If old and new state differ, use the old state" },
      { name: "force-from-new", summary: "If old and new state differ, use the new state" },
      {
        name: "interactive",
        short: "i",
        summary: "Ask about custom .workflow_* files, symbolic links and secrets that stay",
      },
      {
        name: "copy-links",
        summary: "Copy the content of symbolic links; links and targets stay",
      },
      { name: "yes", short: "y", summary: "Do not ask for confirmation" },
    ],
    examples: [
      { line: "migrate --dry-run", means: "preview" },
      { line: "migrate --yes", means: "migrate without confirmation" },
      { line: "migrate --rollback", means: "undo the migration" },
    ],
    changes: "old_layout",
    load: () => import("../commands/migrate.ts"),
  },
  {
    path: "import-legacy",
    group: "project",
    summary: "Import an old tool's state as a new session",
    details:
      "Accepts a state file, an old session's folder, or a repository in which the old tool was used. Nothing is written there. Importing the same state again has no effect.",
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
        summary: "The workflow to import if there are several: its id or its old session id",
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
