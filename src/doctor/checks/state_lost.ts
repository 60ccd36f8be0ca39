import { lostSessions } from "../../state_branch/lost_sessions.ts";
import { type Check, count, few, ok, skipped } from "../check.ts";
import { statePlace } from "../state_place.ts";

export const stateLost: Check = {
  id: "state.lost",
  area: "state",
  title: "Sessions lost from the state branch",
  why: "Version 0.1.0 removed sessions from the branch when they were missing from the folder",
  async run(examination) {
    const { place, finding } = await statePlace(examination);
    if (place === null) return finding.level === "skipped" ? finding : skipped("no state branch");
    const { git, local, seen } = place;
    const tips = [...new Set([local, seen])].filter((tip) => tip !== null);
    const lost = await lostSessions(git, examination.options.manager, tips);
    const [first] = lost;
    if (first === undefined) {
      return ok("every session is here or on the branch, or its removal was recorded");
    }
    return {
      level: "warning",
      seen: `${
        count(lost.length, "session")
      } only in the branch's history, without a recorded removal: ${few(lost.map(({ id }) => id))}`,
      todo: `Restore ${lost.length === 1 ? "it" : "each"} with \`${restoring(first)}\`; ` +
        "if you removed a session on purpose, remove it again to record that",
      list: lost.map((session) => `${session.id}: ${restoring(session)}`),
    };
  },
};

function restoring({ id, commit }: { readonly id: string; readonly commit: string }): string {
  return `orchestrator state restore ${commit.slice(0, 12)} --session ${id}`;
}
