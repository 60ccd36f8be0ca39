import { type Check, count, few, ok } from "../check.ts";
import { putInOrder } from "../journal_ends.ts";

export const sessionsLineEnds: Check = {
  id: "sessions.line-ends",
  area: "sessions",
  needsState: true,
  title: "Line endings",
  why: "Each line of a journal ends with a line feed; a checkout or an editor may change that",
  async run(examination) {
    const sessions = await examination.sessions();
    const odd = sessions.flatMap(({ id, loaded }) =>
      loaded.value === undefined || loaded.value.lineEnds === "line feeds"
        ? []
        : [{ id, lineEnds: loaded.value.lineEnds }]
    );
    if (odd.length === 0) return ok(`${count(sessions.length, "journal")}, all with line feeds`);
    return {
      level: "info",
      seen: `wrong line endings in ${count(odd.length, "journal")}: ${
        few(odd.map(({ id }) => id))
      }`,
      todo: "Restore the line feeds; events do not change",
      fixable: true,
      list: odd.map(({ id, lineEnds }) =>
        `${id}: ${lineEnds === "carriage returns" ? lineEnds : "the last line feed is missing"}`
      ),
    };
  },
  fix: (examination) =>
    putInOrder(
      examination,
      ({ lineEnds }) => lineEnds !== "line feeds",
      (id) => `Restored the line feeds in the journal of ${id}`,
    ),
};
