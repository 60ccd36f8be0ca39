import { OTHER_VARIABLES } from "../../config/quick_checks.ts";
import { CONFIG_KEY_NAMES, configKey } from "../../config/keys.ts";
import { nearest } from "../../workflow/nearest.ts";
import { type Check, few, ok } from "../check.ts";

/** Every variable of this program. */
const KNOWN: ReadonlySet<string> = new Set([
  ...OTHER_VARIABLES,
  ...CONFIG_KEY_NAMES.map((key) => configKey(key).env),
]);

export const environmentVariables: Check = {
  id: "environment.variables",
  area: "environment",
  title: "Variables",
  why: "A misspelled variable is ignored without a warning",
  run({ options }) {
    const slips = Object.keys(options.env).sort()
      .filter((name) => name.startsWith("ORCHESTRATOR_") && !KNOWN.has(name))
      .flatMap((name) => {
        const close = nearest(name, KNOWN);
        return close === undefined ? [] : [`${name} (did you mean ${close}?)`];
      });
    if (slips.length === 0) return ok("no variable looks misspelled");
    return {
      level: "warning",
      seen: `possibly misspelled: ${few(slips)}`,
      todo: "Rename them",
      list: slips,
    };
  },
};
