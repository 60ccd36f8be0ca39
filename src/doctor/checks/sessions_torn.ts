import { type Check, count, few, ok } from "../check.ts";

export const sessionsTorn: Check = {
  id: "sessions.torn",
  area: "sessions",
  title: "Cut-off lines",
  why: "A process died while it appended; what it wrote was never acknowledged",
  async run(examination) {
    const torn = (await examination.sessions())
      .filter(({ loaded }) => (loaded.value?.tornBytes ?? 0) > 0).map(({ id }) => id);
    if (torn.length === 0) return ok("none");
    return {
      level: "info",
      seen: `${count(torn.length, "journal")} end in a cut-off line: ${few(torn)}`,
      todo: "The next change of the session replaces it",
      list: torn,
    };
  },
};
