import { finishImports } from "../../snapshot/plan.ts";
import { readPlan, stagingFolders } from "../../snapshot/staging.ts";
import { type Check, ok } from "../check.ts";
import type { Examination } from "../examination.ts";

export const layoutImport: Check = {
  id: "layout.import",
  area: "layout",
  needsState: true,
  title: "Unfinished imports",
  why: "The next change finishes an interrupted snapshot import",
  run({ paths }) {
    const folders = stagingFolders(paths.stateDirectory);
    const planned = folders.filter((folder) => readPlan(folder) !== null);
    if (planned.length > 0) {
      return {
        level: "warning",
        seen: "a snapshot import was interrupted",
        todo: "Finish the import (the next change does this too)",
        fixable: true,
      };
    }
    if (folders.length === 0) return ok("none");
    return {
      level: "info",
      seen: "an import is running, or was interrupted before it changed anything",
      todo: "A later import removes what is left of it",
    };
  },
  async fix({ paths, options: { manager, now } }: Examination) {
    const done: string[] = [];
    await finishImports({ paths, manager, now, warn: (message) => done.push(message) });
    return done;
  },
};
