import { existsSync } from "node:fs";
import { join } from "node:path";
import { recover } from "../../migration/recover.ts";
import { type Check, ok } from "../check.ts";

/** The old tool's marker of an unfinished format conversion. */
const OLD_MARK = ".workflow_migration_in_progress";

export const layoutMigration: Check = {
  id: "layout.migration",
  area: "layout",
  title: "Unfinished migrations",
  why: "The next change finishes or undoes an interrupted migration",
  run({ paths }) {
    if (existsSync(paths.migrationJournal)) {
      return {
        level: "warning",
        seen: `a migration was interrupted: ${paths.relative(paths.migrationJournal)} exists`,
        todo: "Finish or undo the migration (the next change does this too)",
        fixable: true,
      };
    }
    if (existsSync(join(paths.root, OLD_MARK))) {
      return {
        level: "info",
        seen: `the old tool did not finish converting its own files: ${OLD_MARK} exists`,
        todo: "Check the old workflow with `orchestrator status` before you continue with it",
      };
    }
    return ok("none");
  },
  async fix({ paths, options: { manager, now } }) {
    const did = await manager.withRepositoryLock(
      "doctor",
      () => recover({ paths, manager, now: now() }),
    );
    if (did === "nothing") return [];
    return [
      did === "finished" ? "Finished the migration" : "Rolled back the migration; nothing was lost",
    ];
  },
};
