import { type Check, count, few, ok } from "../check.ts";

export const sessionsChain: Check = {
  id: "sessions.chain",
  area: "sessions",
  needsState: true,
  title: "Journals",
  why:
    "The journal is the source of truth of a session; it cannot be trusted if a line was changed",
  async run(examination) {
    const sessions = await examination.sessions();
    const bad = sessions.filter(({ loaded }) => loaded.error?.code === "journal_corrupt");
    if (bad.length === 0) return ok(`${count(sessions.length, "journal")}, no line was changed`);
    return {
      level: "error",
      seen: `${count(bad.length, "journal")} of ${sessions.length} cannot be trusted: ${
        few(bad.map(({ id }) => id))
      }`,
      todo:
        "Restore log.jsonl from a backup, a snapshot or the state branch; `orchestrator log verify` shows the line",
      list: bad.map(({ id, loaded }) => `${id}: ${loaded.error?.message}`),
    };
  },
};
