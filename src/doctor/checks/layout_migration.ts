import { existsSync } from "node:fs";
import { join } from "node:path";
import { recover } from "../../migration/recover.ts";
import { type Check, ok } from "../check.ts";

/** The old tool's own mark, of a change between its formats. */
const OLD_MARK = ".workflow_migration_in_progress";

export const layoutMigration: Check = {
  id: "layout.migration",
  area: "layout",
  title: "Unfinished moves",
  why: "A move that was interrupted is finished or undone by the next change",
  run({ paths }) {
    if (existsSync(paths.migrationJournal)) {
      return {
        level: "warning",
        seen: `a move was interrupted: ${paths.relative(paths.migrationJournal)} is there`,
        todo: "Finish or undo it, as it was written down; so does the next change",
        fixable: true,
      };
    }
    if (existsSync(join(paths.root, OLD_MARK))) {
      return {
        level: "info",
        seen: `the old tool did not finish a change of its formats: ${OLD_MARK} is there`,
        todo: "Look at the old workflow with `orchestrator status` before going on with it",
      };
    }
    return ok("none");
  },
  async fix({ paths, options: { manager, now } }) {
    const did = await manager.holdRepository(
      "doctor",
      () => recover({ paths, manager, now: now() }),
    );
    if (did === "nothing") return [];
    return [did === "finished" ? "Finished the move" : "Undid the move; nothing is lost"];
  },
};
