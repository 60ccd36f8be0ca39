import { type Check, count, few, ok } from "../check.ts";

export const sessionsMeta: Check = {
  id: "sessions.meta",
  area: "sessions",
  title: "Session descriptions",
  why: "meta.json says who began a session, when, and on which branch; names are found by it",
  async run(examination) {
    const sessions = await examination.sessions();
    const bad = sessions.filter(({ id, meta }) => meta === null || meta.id !== id)
      .map(({ id }) => id);
    if (bad.length === 0) return ok(count(sessions.length, "description"));
    return {
      level: "warning",
      seen: `meta.json is missing or damaged in ${count(bad.length, "session")}: ${few(bad)}`,
      todo: "The next change of the session derives it from the journal again",
      list: bad,
    };
  },
};
