import { sha256Hex } from "../../platform/hash.ts";
import { KEYS } from "../../project/paths.ts";
import { type Check, few, ok, skipped } from "../check.ts";

export const workflowDrift: Check = {
  id: "workflow.drift",
  area: "workflow",
  title: "Drift",
  why: "A session keeps the definition it began with; later edits hold for later sessions",
  async run(examination) {
    const { value } = await examination.workflow();
    if (value === null) return skipped("no workflow.yaml to compare");
    const now = sha256Hex(value.text);
    const drifted: string[] = [];
    for (const { id, loaded } of await examination.sessions()) {
      if (loaded.value?.state.status !== "active") continue;
      const text = await examination.options.manager.backend.readText(KEYS.sessionWorkflow(id));
      if (text !== null && sha256Hex(text) !== now) drifted.push(id);
    }
    if (drifted.length === 0) return ok("active sessions follow it");
    return {
      level: "info",
      seen: `active sessions follow another definition: ${few(drifted)}`,
      list: drifted,
    };
  },
};
