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
      seen: `a cut-off line ends ${count(torn.length, "journal")}: ${few(torn)}`,
      todo: "The next change of the session replaces it",
      list: torn,
    };
  },
};
