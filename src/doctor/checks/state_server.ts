import { shownRemote } from "../../state_branch/destination.ts";
import { serverBranches } from "../../state_branch/server.ts";
import { Trouble } from "../../state_branch/git.ts";
import { type Check, ok, skipped } from "../check.ts";
import { statePlace } from "../state_place.ts";

export const stateServer: Check = {
  id: "state.server",
  area: "state",
  title: "State on the server",
  why: "Another machine may have newer state",
  network: true,
  async run(examination) {
    const { place, finding } = await statePlace(examination);
    if (place === null) return finding.level === "skipped" ? finding : skipped("no state branch");
    const { git, remote, branch, local, seen } = place;
    if (remote === null) return skipped("the state is not pushed to a server");
    const server = shownRemote(remote);
    let commit: string | null;
    try {
      const branches = await serverBranches(git, remote, `refs/heads/${branch}`);
      commit = branches.find((found) => found.branch === branch)?.commit ?? null;
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
      return {
        level: "warning",
        seen: `${server} did not respond: ${error.message}`,
        todo: "The state is committed here; a later push sends it",
      };
    }
    if (commit === null) {
      if (seen === null) return ok(`${server} has no branch ${branch} yet`);
      return {
        level: "warning",
        seen: `the branch ${branch} is gone from ${server}`,
        todo: "Run `orchestrator state push` to create it again from the local state",
      };
    }
    if (commit === local || commit === seen) return ok("the server has nothing newer");
    const ahead = local !== null && local !== seen;
    return {
      level: "warning",
      seen: ahead ? `the state here and on ${server} has diverged` : `${server} has newer state`,
      todo: ahead
        ? "Run `orchestrator state push` to merge both; no event is lost"
        : "Run `orchestrator state pull`",
    };
  },
};
