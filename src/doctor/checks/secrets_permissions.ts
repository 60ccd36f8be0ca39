import { chmodSync } from "node:fs";
import { shownPath } from "../../project/shown_path.ts";
import { join } from "node:path";
import { ioError } from "../../platform/io_error.ts";
import { exposure } from "../../secrets/folder.ts";
import { isShared, secretModes } from "../../secrets/sharing.ts";
import { type Check, ok, skipped } from "../check.ts";
import type { Examination } from "../examination.ts";
import { openFolders } from "../secret_files.ts";

export const secretsPermissions: Check = {
  id: "secrets.permissions",
  area: "secrets",
  needsState: true,
  title: "Secret permissions",
  why: "A file that other users of this machine can read is not secret",
  async run(examination) {
    if (examination.options.system.platform === "win32") {
      return skipped("file modes are not supported on this system");
    }
    const open = await exposed(examination);
    if (open.length === 0) {
      const { secrets } = examination.paths;
      return ok(isShared(secrets) ? "shared with the group" : "no other user can read them");
    }
    const { paths } = examination;
    return {
      level: "error",
      seen: `other users can access ${open.length} ${
        open.length === 1 ? "file or folder" : "files or folders"
      } of secrets: ${shownPath(paths, open[0]?.path ?? "")}`,
      todo: "Remove other users' access, and change the secrets that they could read",
      fixable: true,
      list: open.map(({ path, why }) => `${shownPath(paths, path)}: ${why}`),
    };
  },
  async fix(examination) {
    return (await exposed(examination)).map(({ path, mode }) => {
      const shown = shownPath(examination.paths, path);
      try {
        chmodSync(path, mode);
      } catch (error) {
        throw ioError("change", shown, error);
      }
      return `${shown}: changed mode to ${mode.toString(8).padStart(4, "0")}`;
    });
  },
};

async function exposed(examination: Examination) {
  const store = await examination.options.secrets();
  return openFolders(examination, store).flatMap((folder) => {
    const modes = secretModes(folder);
    const files = examination.names(folder).filter((name) => name !== ".gitignore")
      .map((name) => join(folder, name))
      // What a link leads to is not in the folder.
      .filter((path) => !examination.isLink(path) && examination.stat(path)?.isFile() === true);
    return [
      ...(examination.isLink(folder) ? [] : [{ path: folder, mode: modes.folder }]),
      ...files.map((path) => ({ path, mode: modes.file })),
    ].flatMap((entry) => {
      const why = exposure(entry.path, modes.forbidden);
      return why === null ? [] : [{ ...entry, why }];
    });
  });
}
