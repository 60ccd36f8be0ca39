import { shownRemote } from "../../state_branch/destination.ts";
import { serverBranches } from "../../state_branch/server.ts";
import { Trouble } from "../../state_branch/git.ts";
import { type Check, ok, skipped } from "../check.ts";
import { statePlace } from "../state_place.ts";

export const stateServer: Check = {
  id: "state.server",
  area: "state",
  title: "State on the server",
  why: "Somebody else, or an earlier machine, may have gone on: what is newest counts",
  network: true,
  async run(examination) {
    const { place, finding } = await statePlace(examination);
    if (place === null) return finding.level === "skipped" ? finding : skipped("there is no place");
    const { git, remote, branch, local, seen } = place;
    if (remote === null) return skipped("the state goes to no server");
    const server = shownRemote(remote);
    let commit: string | null;
    try {
      const branches = await serverBranches(git, remote, `refs/heads/${branch}`);
      commit = branches.find((found) => found.branch === branch)?.commit ?? null;
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
      return {
        level: "warning",
        seen: `${server} does not answer: ${error.message}`,
        todo: "The state is committed here; a later push catches up",
      };
    }
    if (commit === null) {
      if (seen === null) return ok(`${server} has no branch ${branch} yet`);
      return {
        level: "warning",
        seen: `the branch ${branch} is gone from ${server}`,
        todo: "`orchestrator state push` makes it anew from what is here",
      };
    }
    if (commit === local || commit === seen) return ok("nothing newer than what is here");
    const ahead = local !== null && local !== seen;
    return {
      level: "warning",
      seen: ahead
        ? `here and on ${server} the state went on, each for itself`
        : `${server} has newer state`,
      todo: ahead
        ? "`orchestrator state push` merges both; no event is lost"
        : "Run `orchestrator state pull`",
    };
  },
};
