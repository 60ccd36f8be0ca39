import { type Check, few, ok, skipped } from "../check.ts";

export const workflowDrift: Check = {
  id: "workflow.drift",
  area: "workflow",
  title: "Drift",
  why: "A session keeps the definition it started with; later edits apply to new sessions",
  async run(examination) {
    const { value } = await examination.workflow();
    if (value === undefined || value === null) return skipped("no workflow.yaml to compare");
    const now = withLineFeeds(value.text);
    const drifted: string[] = [];
    for (const { id, loaded } of await examination.sessions()) {
      if (loaded.value?.state.status !== "active") continue;
      const frozen = await examination.frozenWorkflow(id);
      if (frozen !== null && withLineFeeds(frozen) !== now) drifted.push(id);
    }
    if (drifted.length === 0) return ok("active sessions use it");
    return {
      level: "info",
      seen: `active sessions use another definition: ${few(drifted)}`,
      list: drifted,
    };
  },
};

/** A checkout may have changed the line endings of either file. */
function withLineFeeds(text: string): string {
  return text.replaceAll("\r\n", "\n");
}
