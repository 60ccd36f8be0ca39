import { OrchestratorError } from "../../errors.ts";
import { JOURNAL, REPLACING } from "../../storage/keys.ts";
import { type Check, count, few, ok } from "../check.ts";
import type { Examination } from "../examination.ts";

export const layoutReplacing: Check = {
  id: "layout.replacing",
  area: "layout",
  needsState: true,
  title: "Interrupted replacements",
  why:
    "When replacing a session is interrupted, the new copy is used and the next change finishes the replacement",
  run(examination) {
    if (examination.absent !== null) return examination.absent;
    const found = replaced(examination);
    if (found.length === 0) return ok("none");
    return {
      level: "info",
      seen: `the replacement of ${count(found.length, "session")} was interrupted: ${few(found)}`,
      todo: "Finish the replacement (the next change of the session does this too)",
      fixable: true,
      list: found,
    };
  },
  async fix(examination) {
    const { manager } = examination.options;
    const lines: string[] = [];
    for (const session of replaced(examination)) {
      try {
        // Taking the lock of the session finishes the replacement.
        await manager.withLock({ session }, "doctor", () => Promise.resolve());
        lines.push(`Finished replacing session ${session}`);
      } catch (error) {
        if (!(error instanceof OrchestratorError)) throw error;
        lines.push(error.message);
      }
    }
    return lines;
  },
};

function replaced(examination: Examination): readonly string[] {
  return examination.names(examination.paths.sessions)
    .filter((name) => name.startsWith(REPLACING))
    .filter((name) => examination.names(examination.statePath("sessions", name)).includes(JOURNAL))
    .map((name) => name.slice(REPLACING.length));
}
