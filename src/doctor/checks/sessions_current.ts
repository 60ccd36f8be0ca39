import { readCurrent } from "../../session/resolve.ts";
import { type Check, ok, skipped } from "../check.ts";

export const sessionsCurrent: Check = {
  id: "sessions.current",
  area: "sessions",
  title: "Current session",
  why: "Commands that name no session mean this one",
  async run(examination) {
    const { meta, options } = examination;
    if (meta.value === null) return skipped("nothing is set up here");
    const current = await readCurrent(options.manager);
    const sessions = await examination.sessions();
    if (current === null) {
      if (sessions.length === 0) return ok("no session yet");
      return {
        level: "warning",
        seen: "no session is current",
        todo: "orchestrator session list, then orchestrator session use <id>",
      };
    }
    const imported = meta.value["imported"] as Readonly<Record<string, unknown>> | undefined;
    const id = typeof imported?.[current] === "string" ? imported[current] : current;
    if (sessions.some((session) => session.id === id)) return ok(String(id));
    if (/^[0-9a-f]{8}$/i.test(current)) return ok(`${current}, a session of the old tool`);
    return {
      level: "warning",
      seen: `current names "${current}", which is no session`,
      todo: "orchestrator session list, then orchestrator session use <id>",
    };
  },
};
