import { realpathSync } from "node:fs";
import { delimiter, resolve } from "node:path";
import { systemErrorCode } from "../../errors.ts";
import { isWindows } from "../../platform/runtime.ts";
import { type Check, ok } from "../check.ts";
import type { Examination } from "../examination.ts";

export const installationCopies: Check = {
  id: "installation.copies",
  area: "installation",
  title: "Copies on PATH",
  why: "With several copies, a shell and an agent may run different versions",
  run(examination) {
    const copies = copiesOnPath(examination);
    if (copies.length === 0) {
      return {
        level: "info",
        seen: "orchestrator is not on PATH: use its full path to run the suggested commands",
      };
    }
    if (copies.length === 1) return ok(`one copy: ${copies[0]}`);
    return {
      level: "warning",
      seen: `${copies.length} different copies are on PATH; the first one is used`,
      todo: "Keep one of them on PATH",
      list: copies,
    };
  },
};

/** Real paths of the executables named orchestrator, in the order of PATH, without duplicates. */
function copiesOnPath(examination: Examination): readonly string[] {
  const { env, cwd } = examination.options;
  const names = isWindows ? ["orchestrator.exe", "orchestrator.cmd"] : ["orchestrator"];
  const copies = new Set<string>();
  for (const folder of (env["PATH"] ?? env["Path"] ?? "").split(delimiter)) {
    if (folder === "") continue;
    for (const name of names) {
      const file = resolve(cwd, folder, name);
      const found = examination.stat(file);
      if (found?.isFile() === true && (isWindows || (found.mode & 0o111) !== 0)) {
        copies.add(realPath(file));
      }
    }
  }
  return [...copies];
}

function realPath(file: string): string {
  try {
    return realpathSync(file);
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
    return file;
  }
}
