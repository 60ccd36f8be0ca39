import { OrchestratorError } from "../../errors.ts";
import { type Check, count, few, ok, skipped } from "../check.ts";

export const secretsRequired: Check = {
  id: "secrets.required",
  area: "secrets",
  title: "Required secrets",
  why: "The configuration or the workflow requires these secrets",
  async run({ options }) {
    const required = await options.requiredSecrets();
    if (required.size === 0) return skipped("none are required");
    const store = await options.secrets();
    const missing: string[] = [];
    for (const [name, whose] of required) {
      try {
        if ((await store.places(name)).length === 0) missing.push(`${name}, required by ${whose}`);
      } catch (error) {
        if (!(error instanceof OrchestratorError)) throw error;
        missing.push(`${name}, required by ${whose}: ${error.message}`);
      }
    }
    if (missing.length === 0) return ok(`${count(required.size, "secret")}, all found`);
    return {
      level: "error",
      seen: `not found in ${store.order.join(", ")}: ${few(missing, 1)}`,
      todo: "Run `orchestrator secrets set <name>`, or set the variable",
      list: missing,
    };
  },
};
