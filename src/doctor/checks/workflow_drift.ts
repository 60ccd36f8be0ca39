import { type Check, few, ok, skipped } from "../check.ts";

export const workflowDrift: Check = {
  id: "workflow.drift",
  area: "workflow",
  title: "Drift",
  why: "A session keeps the definition it began with; later edits hold for later sessions",
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
    if (drifted.length === 0) return ok("active sessions follow it");
    return {
      level: "info",
      seen: `active sessions follow another definition: ${few(drifted)}`,
      list: drifted,
    };
  },
};

/** A checkout may have given either of them other line ends. */
function withLineFeeds(text: string): string {
  return text.replaceAll("\r\n", "\n");
}
