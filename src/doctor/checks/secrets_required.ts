import { OrchestratorError } from "../../errors.ts";
import { type Check, count, few, ok, skipped } from "../check.ts";

export const secretsRequired: Check = {
  id: "secrets.required",
  area: "secrets",
  title: "Required secrets",
  why: "The configuration says that the work cannot be done without them (secrets.required)",
  async run({ options }) {
    const required = (await options.config()).get("secrets.required");
    if (required.length === 0) return skipped("none is required");
    const store = await options.secrets();
    const missing: string[] = [];
    for (const name of required) {
      try {
        if ((await store.places(name)).length === 0) missing.push(name);
      } catch (error) {
        if (!(error instanceof OrchestratorError)) throw error;
        missing.push(`${name} (${error.message})`);
      }
    }
    if (missing.length === 0) return ok(`${count(required.length, "secret")}, all there`);
    return {
      level: "error",
      seen: `in none of ${store.order.join(", ")}: ${few(missing)}`,
      todo: "orchestrator secrets set <name>, or set the variable",
      list: missing,
    };
  },
};
