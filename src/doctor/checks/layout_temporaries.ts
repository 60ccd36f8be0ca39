import { isTemporaryName, removeTemporaries } from "../../platform/atomic_file.ts";
import { type Check, count, ok, skipped } from "../check.ts";
import type { Examination } from "../examination.ts";

export const layoutTemporaries: Check = {
  id: "layout.temporaries",
  area: "layout",
  title: "Temporary files",
  why: "They are left by a process that was killed while it wrote; nothing reads them",
  async run(examination) {
    if (!examination.initialised) return skipped("nothing is set up here");
    const found = await temporaries(examination);
    if (found.length === 0) return ok("none");
    return {
      level: "info",
      seen: count(found.length, "temporary file"),
      todo: "They go by themselves with the next change in their folder",
      fixable: true,
      list: found,
    };
  },
  async fix(examination) {
    const { manager } = examination.options;
    const removed = await manager.holdRepository(
      "doctor",
      () => Promise.resolve(removeTemporaries(examination.paths.stateDirectory)),
    );
    let done = removed.length;
    for (const { id } of await examination.sessions()) {
      const session = examination.statePath("sessions", id);
      if (!examination.names(session).some(isTemporaryName)) continue;
      done += await manager.hold(
        { session: id },
        "doctor",
        () => Promise.resolve(removeTemporaries(session).length),
      );
    }
    return [`Removed ${count(done, "temporary file")}`];
  },
};

async function temporaries(examination: Examination): Promise<readonly string[]> {
  const folders = ["", ...(await examination.sessions()).map(({ id }) => `sessions/${id}`)];
  return folders.flatMap((folder) =>
    examination.names(examination.statePath(folder)).filter(isTemporaryName)
      .map((name) => folder === "" ? name : `${folder}/${name}`)
  );
}
