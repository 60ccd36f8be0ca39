/**
 * `orchestrator status`
 * @module
 */
import type { Answer } from "../command.ts";
import type { Context } from "../context.ts";
import { statusData } from "../output/status_data.ts";
import { statusText } from "../output/status_text.ts";

export async function run(context: Context): Promise<Answer> {
  const choice = await context.choose();
  if (choice === null) {
    const { legacyStatus } = await import("../legacy_view.ts");
    const answer = await legacyStatus(context);
    if (answer === null) throw context.noSession();
    return answer;
  }
  const { state } = await context.manager.load(choice.id);
  return {
    data: statusData(state, { origin: choice.origin }),
    text: (style) => statusText(state, { now: context.io.now() }, style),
  };
}
