import { readCurrent } from "../../session/resolve.ts";
import { type Check, ok } from "../check.ts";

export const sessionsCurrent: Check = {
  id: "sessions.current",
  area: "sessions",
  title: "Current session",
  why: "Commands that name no session mean this one",
  async run(examination) {
    const { options } = examination;
    if (examination.absent !== null) return examination.absent;
    const current = await readCurrent(options.manager);
    const sessions = await examination.sessions();
    // Where nothing is left to do, it is no trouble that nothing is current.
    const level =
      sessions.some(({ loaded }) => (loaded.value?.state.status ?? "active") === "active")
        ? "warning"
        : "info";
    const todo = "Run `orchestrator session list`, then `orchestrator session use <id>`";
    if (current === null) {
      return sessions.length === 0
        ? ok("no session yet")
        : { level, seen: "no session is current", todo };
    }
    const id = examination.imported[current] ?? current;
    if (sessions.some((session) => session.id === id)) return ok(id);
    if (/^[0-9a-f]{8}$/i.test(current)) return ok(`${current}, a session of the old tool`);
    return {
      level,
      seen: `current names ${JSON.stringify(current.slice(0, 60))}, which is no session`,
      todo: sessions.length === 0 ? 'Run `orchestrator start "<task>"`' : todo,
    };
  },
};
