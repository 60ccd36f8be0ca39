import { type Check, count, few, ok, skipped } from "../check.ts";
import { statePlace } from "../state_place.ts";

export const statePushed: Check = {
  id: "state.pushed",
  area: "state",
  title: "State pushes",
  why: "State that was not pushed is lost with this machine",
  async run(examination) {
    const { place, finding } = await statePlace(examination);
    if (place === null) return finding.level === "skipped" ? finding : skipped("no state branch");
    const { git, local, seen, record } = place;
    const sessions = await examination.sessions();
    if (record.problem !== null) {
      return {
        level: "warning",
        seen: `the last push failed: ${record.problem}`,
        todo: "Run `orchestrator state push` to see details",
      };
    }
    if (local !== null && local !== seen) {
      const behind = seen === null ? [] : [`^${seen}`];
      const waiting = Number(await git.line(["rev-list", "--count", local, ...behind]));
      if (waiting > 0) {
        return {
          level: "warning",
          seen: `${count(waiting, "commit")} of the state ${
            waiting === 1 ? "has" : "have"
          } not been pushed`,
          todo: "Run `orchestrator state push`",
        };
      }
    }
    if (sessions.length === 0) return ok("nothing to push");
    const { safeAt } = record;
    if (safeAt === null) {
      return {
        level: "warning",
        seen: "the state has never been pushed",
        todo: "Run `orchestrator state push`; web_mode does this by itself",
      };
    }
    const newer = sessions.filter(({ loaded }) =>
      Date.parse(loaded.value?.state.updatedAt ?? "") > Date.parse(safeAt)
    ).map(({ id }) => id);
    if (newer.length === 0) return ok(`everything is pushed (commit ${safeAt})`);
    return {
      level: "info",
      seen: `changed since the last push: ${few(newer)}`,
      todo: "Run `orchestrator state push`; web_mode does this by itself",
      list: newer,
    };
  },
};
