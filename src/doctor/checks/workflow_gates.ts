import { fillIn } from "../../workflow/template.ts";
import { type Check, few, ok, skipped } from "../check.ts";

/** Commands that always pass. */
const ALWAYS = /^\s*(true|:|exit\s+0|echo\b[^;&|]*)\s*$/;

export const workflowGates: Check = {
  id: "workflow.gates",
  area: "workflow",
  title: "Gates that always pass",
  why: "A gate that cannot fail protects nothing",
  async run(examination) {
    const definition = (await examination.workflow()).value?.definition ?? null;
    if (definition === null) return skipped("no definition to check");
    const idle = definition.phases.flatMap((phase) => phase.items).flatMap(
      ({ id, verification }) => {
        if (verification.type !== "command" || verification.expect_exit_code !== 0) return [];
        const { text } = fillIn(verification.command, definition);
        return ALWAYS.test(text) ? [`${id} (${text.trim()})`] : [];
      },
    );
    const bare = definition.phases.flatMap((phase) => phase.items).filter((item) =>
      item.step_type === "gate" && item.verification.type === "none"
    ).map(({ id }) => `${id} (no verification)`);
    if (idle.length === 0 && bare.length === 0) return ok("none");
    const seen = [
      ...(idle.length === 0 ? [] : [`these always pass: ${few(idle)}`]),
      ...(bare.length === 0 ? [] : [`to report these is enough: ${few(bare)}`]),
    ];
    return {
      level: "info",
      seen: seen.join("; "),
      todo: idle.length === 0
        ? 'Add "verification:" where a command or a file can show that they are done'
        : "Give them a command that can fail",
      list: [...idle, ...bare],
    };
  },
};
