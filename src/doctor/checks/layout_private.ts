import { chmodSync } from "node:fs";
import { ioError } from "../../platform/io_error.ts";
import { exposure } from "../../secrets/folder.ts";
import { PRIVATE_FOLDERS } from "../../state_layout/lookup.ts";
import { PRIVATE } from "../../state_layout/modes.ts";
import { FOLDERS } from "../../state_layout/names.ts";
import { type Check, few, ok, skipped } from "../check.ts";
import type { Examination } from "../examination.ts";

export const layoutPrivate: Check = {
  id: "layout.private",
  area: "layout",
  needsState: true,
  title: "Backup permissions",
  why: "Backups contain the original files, which may contain secrets",
  run(examination) {
    if (examination.absent !== null) return examination.absent;
    if (examination.options.system.platform === "win32") {
      return skipped("file modes are not supported on this system");
    }
    const open = exposed(examination);
    if (open.length === 0) return ok("only their owner can read them");
    return {
      level: "warning",
      seen: `other users can read ${few(open.map(({ name }) => name))} in .orchestrator`,
      todo: "Remove other users' access",
      fixable: true,
      list: open.map(({ name, why }) => `.orchestrator/${name}: ${why}`),
    };
  },
  fix(examination) {
    return Promise.resolve(
      exposed(examination).map(({ name }) => {
        try {
          chmodSync(examination.statePath(name), PRIVATE.folder);
        } catch (error) {
          throw ioError("change", `.orchestrator/${name}`, error);
        }
        return `.orchestrator/${name}: changed mode to ${
          PRIVATE.folder.toString(8).padStart(4, "0")
        }`;
      }),
    );
  },
};

/** The folders that others can look into. A check of its own looks at secrets. */
function exposed(examination: Examination) {
  return PRIVATE_FOLDERS.filter((name) => name !== FOLDERS.secrets).flatMap((name) => {
    const path = examination.statePath(name);
    if (examination.isLink(path) || examination.stat(path)?.isDirectory() !== true) return [];
    const why = exposure(path);
    return why === null ? [] : [{ name, why }];
  });
}
