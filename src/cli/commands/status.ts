/**
 * `orchestrator status`
 * @module
 */
import type { Answer, Input } from "../command.ts";
import type { Context } from "../context.ts";
import { statusText } from "../output/status_text.ts";

export async function run(context: Context, input: Input): Promise<Answer> {
  const choice = await context.choose();
  if (choice === null) {
    const { legacyStatus } = await import("../legacy_view.ts");
    const answer = await legacyStatus(context);
    if (answer === null) throw context.noSession();
    return answer;
  }
  const { state, progress: kept } = await context.manager.load(choice.id);
  const progress = kept ?? (await import("../../workflow/progress.ts")).describe(state);
  const data = input.has("json")
    ? (await import("../output/status_data.ts"))
      .statusData(state, progress, { origin: choice.origin })
    : null;
  return {
    data,
    text: (style) => statusText(state, progress, { now: context.io.now() }, style),
  };
}
