import { type Check, count, few, ok } from "../check.ts";
import { putInOrder } from "../journal_ends.ts";

export const sessionsTorn: Check = {
  id: "sessions.torn",
  area: "sessions",
  title: "Cut-off lines",
  why: "A process died, or the power went, while it appended; what it wrote was never acknowledged",
  async run(examination) {
    const torn = (await examination.sessions())
      .filter(({ loaded }) => (loaded.value?.tornBytes ?? 0) > 0);
    if (torn.length === 0) return ok("none");
    return {
      level: "info",
      seen: `bytes that are no event end ${count(torn.length, "journal")}: ${
        few(torn.map(({ id }) => id))
      }`,
      todo: "The next change of the session sets them aside, in its folder",
      fixable: true,
      list: torn.map(({ id, loaded }) => `${id}: ${loaded.value?.tornBytes} bytes`),
    };
  },
  fix: (examination) =>
    putInOrder(
      examination,
      ({ tornBytes }) => tornBytes > 0,
      (id) => `Set aside what was cut off in the journal of ${id}`,
    ),
};
