import { JOURNAL, REPLACING, SESSION_ID } from "../../storage/keys.ts";
import { type Check, count, few, ok } from "../check.ts";

export const sessionsOrphans: Check = {
  id: "sessions.orphans",
  area: "sessions",
  needsState: true,
  title: "Folders without a journal",
  why: "A folder without a journal is not a session, and no command uses it",
  run(examination) {
    if (examination.absent !== null) return examination.absent;
    const hasJournal = (name: string) =>
      examination.names(examination.statePath("sessions", name)).includes(JOURNAL);
    const orphans = examination.names(examination.paths.sessions).filter((name) =>
      SESSION_ID.test(name) && !hasJournal(name) && !hasJournal(REPLACING + name)
    );
    if (orphans.length === 0) return ok("none");
    return {
      level: "warning",
      seen: `${count(orphans.length, "folder")} without log.jsonl: ${few(orphans)}`,
      todo: "Restore the journal from a backup, or move the folder elsewhere",
      list: orphans,
    };
  },
};
