import { OrchestratorError } from "../../errors.ts";
import { isTemporaryName } from "../../platform/atomic_file.ts";
import { type Check, count, ok } from "../check.ts";
import type { Examination } from "../examination.ts";

export const layoutTemporaries: Check = {
  id: "layout.temporaries",
  area: "layout",
  needsState: true,
  title: "Temporary files",
  why: "A process that was killed while writing leaves them behind; they are not used",
  async run(examination) {
    if (examination.absent !== null) return examination.absent;
    const found = await temporaries(examination);
    if (found.length === 0) return ok("none");
    return {
      level: "info",
      seen: count(found.length, "temporary file"),
      todo: "Remove them (the next change in their folder does this too)",
      fixable: true,
      list: found,
    };
  },
  async fix(examination) {
    const { manager } = examination.options;
    const found = await temporaries(examination);
    const problems: string[] = [];
    const sessions = new Set(
      found.flatMap((name) => name.startsWith("sessions/") ? name.split("/")[1] ?? [] : []),
    );
    // The holder of a lock removes leftovers below it: no other process can be writing there.
    const scopes = [
      ...(found.some((name) => !name.includes("/")) ? ["repository" as const] : []),
      ...[...sessions].map((session) => ({ session })),
    ];
    for (const scope of scopes) {
      try {
        await manager.withLock(scope, "doctor", () => Promise.resolve());
      } catch (error) {
        if (!(error instanceof OrchestratorError)) throw error;
        problems.push(error.message);
      }
    }
    const gone = found.length - (await temporaries(examination)).length;
    return [`Removed ${count(gone, "temporary file")}`, ...problems];
  },
};

async function temporaries(examination: Examination): Promise<readonly string[]> {
  const folders = ["", ...((await examination.sessionIds()).value ?? []).map(sessionFolder)];
  return folders.flatMap((folder) =>
    examination.names(examination.statePath(folder)).filter(isTemporaryName)
      .map((name) => folder === "" ? name : `${folder}/${name}`)
      // No writer creates a folder with such a name: it is unknown and is kept.
      .filter((name) => examination.stat(examination.statePath(name))?.isDirectory() !== true)
  );
}

function sessionFolder(id: string): string {
  return `sessions/${id}`;
}
