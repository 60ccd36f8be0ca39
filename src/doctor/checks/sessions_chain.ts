import { type Check, count, few, ok } from "../check.ts";

export const sessionsChain: Check = {
  id: "sessions.chain",
  area: "sessions",
  title: "Journals",
  why: "The journal is the truth of a session; a changed line means that nobody can rely on it",
  async run(examination) {
    const sessions = await examination.sessions();
    const bad = sessions.filter(({ loaded }) => loaded.error?.code === "journal_corrupt");
    if (bad.length === 0) return ok(`${count(sessions.length, "journal")}, no line changed`);
    return {
      level: "error",
      seen: `${count(bad.length, "journal")} of ${sessions.length} cannot be trusted: ${
        few(bad.map(({ id }) => id))
      }`,
      todo:
        "Bring back log.jsonl from a backup or from git; `orchestrator log verify` names the line",
      list: bad.map(({ id, loaded }) => `${id}: ${loaded.error?.message}`),
    };
  },
};
