import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Check, few, ok } from "../check.ts";

export const layoutMigration: Check = {
  id: "layout.migration",
  area: "layout",
  title: "Unfinished moves",
  why: "A move that was interrupted is finished or undone by the next change",
  run({ paths }) {
    const marks = [".workflow_migration_in_progress", ".orchestrator/migration.json"]
      .filter((name) => existsSync(join(paths.root, name)));
    if (marks.length === 0) return ok("none");
    return {
      level: "warning",
      seen: `marks of an unfinished move: ${few(marks)}`,
      todo: "The old tool's mark may stay; an interrupted migrate is settled by running it again",
    };
  },
};
