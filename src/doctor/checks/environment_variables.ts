import { nearest } from "../../workflow/nearest.ts";
import { type Check, few, ok } from "../check.ts";

/** Variables of ours that are not configuration keys, and those given to commands. */
const KNOWN = new Set([
  "ORCHESTRATOR_ACTOR",
  "ORCHESTRATOR_AUTO_MIGRATE",
  "ORCHESTRATOR_CONSTRAINTS",
  "ORCHESTRATOR_ITEM",
  "ORCHESTRATOR_LOCK_TIMEOUT",
  "ORCHESTRATOR_NOTES",
  "ORCHESTRATOR_PHASE",
  "ORCHESTRATOR_PROJECT",
  "ORCHESTRATOR_ROOT",
  "ORCHESTRATOR_SESSION",
  "ORCHESTRATOR_SESSION_NAME",
  "ORCHESTRATOR_SNAPSHOT_PASSWORD",
  "ORCHESTRATOR_TASK",
  "ORCHESTRATOR_WEB_MODE",
  "ORCHESTRATOR_FEEDBACK_SYNC",
  "ORCHESTRATOR_MIGRATION_NOTICE",
  "ORCHESTRATOR_STATE_BRANCH",
]);

export const environmentVariables: Check = {
  id: "environment.variables",
  area: "environment",
  title: "Variables",
  why: "A misspelt variable is not read, and nobody says so",
  run({ options }) {
    const slips = Object.keys(options.env)
      .filter((name) => name.startsWith("ORCHESTRATOR_") && !KNOWN.has(name))
      .flatMap((name) => {
        const close = nearest(name, KNOWN);
        return close === undefined ? [] : [`${name} (did you mean ${close}?)`];
      });
    if (slips.length === 0) return ok("none looks misspelt");
    return {
      level: "warning",
      seen: `perhaps misspelt: ${few(slips)}`,
      todo: "Rename them",
      list: slips,
    };
  },
};
