import { type Check, count, ok, skipped } from "../check.ts";

const MINUTE_MS = 60_000;

export const installationClock: Check = {
  id: "installation.clock",
  area: "installation",
  title: "Clock",
  why: "Times in journals come from the clock of the machine that wrote them",
  async run(examination) {
    const now = examination.options.now().getTime();
    const ahead = (await examination.sessions()).flatMap(({ id, loaded }) => {
      const last = Date.parse(loaded.value?.state.updatedAt ?? "");
      return last > now + 5 * MINUTE_MS
        ? [{ id, minutes: Math.round((last - now) / MINUTE_MS) }]
        : [];
    });
    if (now < Date.parse("2025-01-01T00:00:00Z")) {
      return { level: "warning", seen: "the clock is before 2025", todo: "Set the clock" };
    }
    if (ahead.length === 0) {
      return examination.initialised
        ? ok("no event is in the future")
        : skipped("no events to compare with");
    }
    return {
      level: "warning",
      seen: `the last event of ${count(ahead.length, "session")} is in the future`,
      todo: "Compare the clocks of the machines that use this project",
      list: ahead.map(({ id, minutes }) => `${id}: ${minutes} minutes ahead`),
    };
  },
};
