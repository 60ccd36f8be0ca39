import { OrchestratorError } from "../../errors.ts";
import { JOURNAL, REPLACING } from "../../storage/keys.ts";
import { type Check, count, few, ok } from "../check.ts";
import type { Examination } from "../examination.ts";

export const layoutReplacing: Check = {
  id: "layout.replacing",
  area: "layout",
  title: "Sessions half replaced",
  why:
    "Replacing a session was interrupted: the new copy counts, and the next change puts it in place",
  run(examination) {
    if (examination.absent !== null) return examination.absent;
    const found = replaced(examination);
    if (found.length === 0) return ok("none");
    return {
      level: "info",
      seen: `${count(found.length, "session")} whose replacement was interrupted: ${few(found)}`,
      todo: "Put the new copy in place; so does the next change of the session",
      fixable: true,
      list: found,
    };
  },
  async fix(examination) {
    const { manager } = examination.options;
    const lines: string[] = [];
    for (const session of replaced(examination)) {
      try {
        // Whoever holds a session ends what was begun.
        await manager.hold({ session }, "doctor", () => Promise.resolve());
        lines.push(`Put the new copy of session ${session} in place`);
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
