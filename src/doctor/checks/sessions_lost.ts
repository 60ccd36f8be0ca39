import { lostEvents } from "../../session/load.ts";
import { type Check, count, few, ok } from "../check.ts";

export const sessionsLost: Check = {
  id: "sessions.lost",
  area: "sessions",
  needsState: true,
  title: "Acknowledged events",
  why: "A command reported that an event was recorded, but the journal no longer contains it",
  async run(examination) {
    const sessions = await examination.sessions();
    const lost = sessions.flatMap(({ id, loaded }) =>
      loaded.value === undefined || loaded.value.lost === null
        ? []
        : [{ id, known: loaded.value.lost.seq, lines: loaded.value.head.seq }]
    );
    const [first] = lost;
    if (first === undefined) return ok(`${count(sessions.length, "journal")}, no event is missing`);
    return {
      level: "error",
      seen: `${
        count(lost.length, "journal")
      } of ${sessions.length} lack events that were recorded: ${few(lost.map(({ id }) => id))}`,
      todo: "Restore log.jsonl from a backup, or continue without the missing events: " +
        `\`orchestrator log accept --session ${lost.length === 1 ? first.id : "<id>"}\``,
      list: lost.map(({ id, known, lines }) => `${id}: ${lostEvents(known, lines)}`),
    };
  },
};
