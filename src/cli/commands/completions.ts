/**
 * `orchestrator completions <shell>`
 * @module
 */
import { OrchestratorError } from "../../errors.ts";
import type { AnswerTo, Input } from "../command.ts";
import type { Context } from "../context.ts";
import { completionScript, SHELLS } from "../output/completion_script.ts";
import { exact } from "../output/shown.ts";

export async function run(_context: Context, input: Input): Promise<AnswerTo<"completions">> {
  const shell = input.required("shell");
  const known = SHELLS.find((name) =>
    name === shell || (name === "powershell" && shell === "pwsh")
  );
  if (known === undefined) {
    const { didYouMean } = await import("../../workflow/nearest.ts");
    const hint = didYouMean(shell, SHELLS);
    throw new OrchestratorError(
      "invalid_argument",
      `Cannot complete for "${shell}": the shells are ${SHELLS.join(", ")}`,
      hint === undefined ? {} : { hint },
    );
  }
  const script = completionScript(known);
  return { data: { shell: known, script }, text: () => exact(script) };
}
