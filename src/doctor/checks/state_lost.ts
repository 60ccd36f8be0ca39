import { lostSessions } from "../../state_branch/lost_sessions.ts";
import { type Check, count, few, ok, skipped } from "../check.ts";
import { statePlace } from "../state_place.ts";

export const stateLost: Check = {
  id: "state.lost",
  area: "state",
  title: "Sessions of earlier commits",
  why: "Version 0.1.0 took sessions off the branch that were not in the folder any more",
  async run(examination) {
    const { place, finding } = await statePlace(examination);
    if (place === null) return finding.level === "skipped" ? finding : skipped("there is no place");
    const { git, local, seen } = place;
    const tips = [...new Set([local, seen])].filter((tip) => tip !== null);
    const lost = await lostSessions(git, examination.options.manager, tips);
    const [first] = lost;
    if (first === undefined) return ok("each is here, on the branch, or its removal was recorded");
    return {
      level: "warning",
      seen: `${count(lost.length, "session")} in the branch's history only, and no removal of ${
        lost.length === 1 ? "it" : "them"
      } was recorded: ${few(lost.map(({ id }) => id))}`,
      todo: `Bring ${lost.length === 1 ? "it" : "each"} back with \`${restoring(first)}\`; ` +
        "what was removed on purpose, remove again: that is recorded",
      list: lost.map((session) => `${session.id}: ${restoring(session)}`),
    };
  },
};

function restoring({ id, commit }: { readonly id: string; readonly commit: string }): string {
  return `orchestrator state restore ${commit.slice(0, 12)} --session ${id}`;
}
