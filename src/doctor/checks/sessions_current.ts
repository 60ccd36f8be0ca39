import { type Check, ok } from "../check.ts";

export const sessionsCurrent: Check = {
  id: "sessions.current",
  area: "sessions",
  needsState: true,
  title: "Current session",
  why: "Commands that name no session use this one",
  async run(examination) {
    const { options } = examination;
    if (examination.absent !== null) return examination.absent;
    const current = await options.manager.currentSession();
    const sessions = await examination.sessions();
    // No current session is normal when nothing is left to do.
    const level =
      sessions.some(({ loaded }) => (loaded.value?.state.status ?? "active") === "active")
        ? "warning"
        : "info";
    const todo = "Run `orchestrator session list`, then `orchestrator session use <id>`";
    if (current === null) {
      return sessions.length === 0
        ? ok("no sessions yet")
        : { level, seen: "no current session", todo };
    }
    const id = examination.imported[current] ?? current;
    if (sessions.some((session) => session.id === id)) return ok(id);
    if (/^[0-9a-f]{8}$/i.test(current)) return ok(`${current}, a session of the old tool`);
    return {
      level,
      seen: `the file "current" contains ${
        JSON.stringify(current.slice(0, 60))
      }, which is not a session`,
      todo: sessions.length === 0 ? 'Run `orchestrator start "<task>"`' : todo,
    };
  },
};
