import { type Check, count, few, ok } from "../check.ts";

const DAYS = 30;

export const sessionsStale: Check = {
  id: "sessions.stale",
  area: "sessions",
  needsState: true,
  title: "Stale sessions",
  why: "A workflow that is never finished does not describe the work",
  async run(examination) {
    const before = examination.options.now().getTime() - DAYS * 86_400_000;
    const stale = (await examination.sessions()).filter(({ loaded }) =>
      loaded.value?.state.status === "active" &&
      Date.parse(loaded.value.state.updatedAt) < before
    ).map(({ id }) => id);
    if (stale.length === 0) return ok(`no active session has been idle for ${DAYS} days`);
    return {
      level: "info",
      seen: `${count(stale.length, "active session")} without an event for ${DAYS} days: ${
        few(stale)
      }`,
      todo: 'Continue them, or run `orchestrator session end <id> --reason "<why>"`',
      list: stale,
    };
  },
};
