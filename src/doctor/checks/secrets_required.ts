import { OrchestratorError } from "../../errors.ts";
import { type Check, count, few, ok, skipped } from "../check.ts";

export const secretsRequired: Check = {
  id: "secrets.required",
  area: "secrets",
  title: "Required secrets",
  why: "The configuration or the workflow says that the work cannot be done without them",
  async run({ options }) {
    const required = await options.requiredSecrets();
    if (required.size === 0) return skipped("none is required");
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
    if (missing.length === 0) return ok(`${count(required.size, "secret")}, all there`);
    return {
      level: "error",
      seen: `in none of ${store.order.join(", ")}: ${few(missing, 1)}`,
      todo: "Run `orchestrator secrets set <name>`, or set the variable",
      list: missing,
    };
  },
};
