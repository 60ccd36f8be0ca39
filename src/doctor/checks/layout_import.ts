import { finishImports } from "../../snapshot/plan.ts";
import { readPlan, stagingFolders } from "../../snapshot/staging.ts";
import { type Check, ok } from "../check.ts";
import type { Examination } from "../examination.ts";

export const layoutImport: Check = {
  id: "layout.import",
  area: "layout",
  title: "Unfinished imports",
  why: "A snapshot import that was interrupted is finished by the next change",
  run({ paths }) {
    const folders = stagingFolders(paths.stateDirectory);
    const planned = folders.filter((folder) => readPlan(folder) !== null);
    if (planned.length > 0) {
      return {
        level: "warning",
        seen: "the import of a snapshot was interrupted",
        todo: "Finish it, as it was written down; so does the next change",
        fixable: true,
      };
    }
    if (folders.length === 0) return ok("none");
    return {
      level: "info",
      seen: "an import is at work, or was stopped before it changed anything",
      todo: "What is left of it goes by itself with a later import",
    };
  },
  async fix({ paths, options: { manager, now } }: Examination) {
    const done: string[] = [];
    await finishImports({ paths, manager, now, warn: (message) => done.push(message) });
    return done;
  },
};
