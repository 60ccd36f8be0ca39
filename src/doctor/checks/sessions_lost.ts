import { lostEvents } from "../../session/load.ts";
import { type Check, count, few, ok } from "../check.ts";

export const sessionsLost: Check = {
  id: "sessions.lost",
  area: "sessions",
  title: "Acknowledged events",
  why: "A command has said that an event is recorded; the journal does not hold it any more",
  async run(examination) {
    const sessions = await examination.sessions();
    const lost = sessions.flatMap(({ id, loaded }) =>
      loaded.value === undefined || loaded.value.lost === null
        ? []
        : [{ id, known: loaded.value.lost.seq, lines: loaded.value.head.seq }]
    );
    const [first] = lost;
    if (first === undefined) return ok(`${count(sessions.length, "journal")}, nothing is missing`);
    return {
      level: "error",
      seen: `${
        count(lost.length, "journal")
      } of ${sessions.length} lack events that were recorded: ${few(lost.map(({ id }) => id))}`,
      todo: "Bring back log.jsonl from a backup, or go on without what is missing: " +
        `\`orchestrator log accept --session ${lost.length === 1 ? first.id : "<id>"}\``,
      list: lost.map(({ id, known, lines }) => `${id}: ${lostEvents(known, lines)}`),
    };
  },
};
