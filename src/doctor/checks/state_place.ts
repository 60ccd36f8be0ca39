import { shownRemote } from "../../state_branch/destination.ts";
import { FALLBACK_TEXTS } from "../../state_branch/places.ts";
import { type Check, ok } from "../check.ts";
import { statePlace } from "../state_place.ts";

export const statePlaceOf: Check = {
  id: "state.place",
  area: "state",
  title: "State storage",
  why: "With web_mode the state outlives this machine if there is a remote to push it to",
  async run(examination) {
    const { place, finding } = await statePlace(examination);
    if (place === null) return finding;
    const { remote, nowhere, branch, record } = place;
    if (nowhere !== null) {
      const { message, hint } = nowhere;
      return {
        level: "warning",
        seen: message,
        ...(hint === undefined ? {} : { todo: hint }),
      };
    }
    if (remote === null) {
      return {
        level: "warning",
        seen: "the repository has no git remote to push the state to",
        todo: "Add one, or name one with `orchestrator config set state_remote <name>`",
      };
    }
    if (record.fallback === "portable" || record.fallback === "snapshot") {
      return {
        level: record.fallback === "portable" ? "info" : "warning",
        seen: `${shownRemote(remote)} refuses a branch for the state: it is kept by ${
          FALLBACK_TEXTS[record.fallback]
        }`,
        todo: record.fallback === "portable"
          ? "Commit and push .orchestrator with the work"
          : "Run `orchestrator snapshot export`, or `orchestrator init --portable`",
      };
    }
    return ok(`branch ${branch} of ${shownRemote(remote)}`);
  },
};
