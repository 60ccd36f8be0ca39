import { type Check, count, ok } from "../check.ts";

export const environmentCi: Check = {
  id: "environment.ci",
  area: "environment",
  title: "CI",
  why: "No person can answer prompts in CI: commands that ask for confirmation need --yes",
  async run(examination) {
    const { ci } = examination.environment;
    if (ci === null) return ok("none detected");
    const seen = `${ci.name} (${ci.variable})`;
    const workflow = (await examination.workflow()).value;
    const phases = workflow?.definition?.phases ?? [];
    const approvals = phases.flatMap((phase) => [
      ...(phase.exit_gate === "human_approval" ? [phase.id] : []),
      ...phase.items.filter((item) => item.verification.type === "manual_gate")
        .map((item) => item.id),
    ]);
    if (approvals.length === 0) return ok(seen);
    return {
      level: "info",
      seen: `${seen}: no person is available to give the ${
        count(approvals.length, "approval")
      } that workflow.yaml requires`,
      todo: "Give approvals on a machine where a person works",
      list: approvals,
    };
  },
};
