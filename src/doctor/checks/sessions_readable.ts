import { type Check, count, few, ok } from "../check.ts";

export const sessionsReadable: Check = {
  id: "sessions.readable",
  area: "sessions",
  needsState: true,
  title: "Sessions",
  why: "A session that cannot be read cannot be used",
  async run(examination) {
    if (examination.absent !== null) return examination.absent;
    const ids = await examination.sessionIds();
    if (ids.error !== undefined) {
      return {
        level: "error",
        seen: ids.error.message,
        todo: "Check the permissions of .orchestrator/sessions",
      };
    }
    const sessions = await examination.sessions();
    const bad = sessions.filter(({ loaded }) =>
      loaded.error !== undefined && loaded.error.code !== "journal_corrupt" &&
      loaded.error.code !== "format_too_new"
    );
    if (bad.length === 0) return ok(count(sessions.length, "session"));
    return {
      level: "error",
      seen: `${count(bad.length, "session")} cannot be read: ${few(bad.map(({ id }) => id))}`,
      todo: "Check the permissions of their files",
      list: bad.map(({ id, loaded }) => `${id}: ${loaded.error?.message}`),
    };
  },
};
