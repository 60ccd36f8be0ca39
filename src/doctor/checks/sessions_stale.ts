import { type Check, count, few, ok } from "../check.ts";

const DAYS = 30;

export const sessionsStale: Check = {
  id: "sessions.stale",
  area: "sessions",
  title: "Forgotten sessions",
  why: "A workflow that nobody finishes says nothing about the work",
  async run(examination) {
    const before = examination.options.now().getTime() - DAYS * 86_400_000;
    const stale = (await examination.sessions()).filter(({ loaded }) =>
      loaded.value?.state.status === "active" &&
      Date.parse(loaded.value.state.updatedAt) < before
    ).map(({ id }) => id);
    if (stale.length === 0) return ok(`none is active without an event for ${DAYS} days`);
    return {
      level: "info",
      seen: `${count(stale.length, "active session")} without an event for ${DAYS} days: ${
        few(stale)
      }`,
      todo: 'Go on with them, or run `orchestrator session end <id> --reason "<why>"`',
      list: stale,
    };
  },
};
