import { OrchestratorError } from "../../errors.ts";
import { isTemporaryName } from "../../platform/atomic_file.ts";
import { type Check, count, ok } from "../check.ts";
import type { Examination } from "../examination.ts";

export const layoutTemporaries: Check = {
  id: "layout.temporaries",
  area: "layout",
  title: "Temporary files",
  why: "They are left by a process that was killed while it wrote; nothing reads them",
  async run(examination) {
    if (examination.absent !== null) return examination.absent;
    const found = await temporaries(examination);
    if (found.length === 0) return ok("none");
    return {
      level: "info",
      seen: count(found.length, "temporary file"),
      todo: "Remove them; so does the next change in their folder",
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
    // Whoever holds a lock removes what was left below it: nobody else can be writing there.
    const scopes = [
      ...(found.some((name) => !name.includes("/")) ? ["repository" as const] : []),
      ...[...sessions].map((session) => ({ session })),
    ];
    for (const scope of scopes) {
      try {
        await manager.hold(scope, "doctor", () => Promise.resolve());
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
      // No writer makes a folder of such a name: it is unknown, and stays.
      .filter((name) => examination.stat(examination.statePath(name))?.isDirectory() !== true)
  );
}

function sessionFolder(id: string): string {
  return `sessions/${id}`;
}
