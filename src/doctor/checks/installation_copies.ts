import { realpathSync, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { isWindows } from "../../platform/runtime.ts";
import { type Check, ok } from "../check.ts";

export const installationCopies: Check = {
  id: "installation.copies",
  area: "installation",
  title: "Copies on PATH",
  why: "With several copies, a shell and an agent may run different versions",
  run({ options }) {
    const copies = copiesOnPath(options.env["PATH"] ?? options.env["Path"] ?? "");
    if (copies.length === 0) {
      return {
        level: "info",
        seen: "orchestrator is not on PATH: hints that name it need its path",
      };
    }
    if (copies.length === 1) return ok(`one copy: ${copies[0]}`);
    return {
      level: "warning",
      seen: `${copies.length} different copies are on PATH; the first one is run`,
      todo: "Keep one of them on PATH",
      list: copies,
    };
  },
};

/** Real paths of the executables of our name, in the order of PATH, each once. */
function copiesOnPath(path: string): readonly string[] {
  const names = isWindows ? ["orchestrator.exe", "orchestrator.cmd"] : ["orchestrator"];
  const copies = new Set<string>();
  for (const folder of path.split(delimiter)) {
    if (folder === "") continue;
    for (const name of names) {
      const file = join(folder, name);
      const found = statSync(file, { throwIfNoEntry: false });
      if (found?.isFile() && (isWindows || (found.mode & 0o111) !== 0)) {
        copies.add(realpathSync(file));
      }
    }
  }
  return [...copies];
}
