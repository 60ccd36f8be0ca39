/**
 * `orchestrator status`
 * @module
 */
import { OrchestratorError } from "../../errors.ts";
import type { SessionChoice } from "../../session/resolve.ts";
import type { Answer, Input } from "../command.ts";
import type { Context } from "../context.ts";
import { statusText } from "../output/status_text.ts";

export async function run(context: Context, input: Input): Promise<Answer> {
  let choice = await chosen(context);
  if (choice === null) {
    const elsewhere = await statusElsewhere(context);
    if (elsewhere !== null) return elsewhere;
    const { chooseToRead, legacyStatus } = await import("../legacy_view.ts");
    const reading = await chooseToRead(context);
    if (reading.choice === null) return await legacyStatus(context, reading.view);
    choice = reading.choice;
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

/** The status on the state branch, in a clone that has none of its own. */
async function statusElsewhere(context: Context): Promise<Answer | null> {
  const { mayHaveRemoteState } = await import("../state_hooks.ts");
  if (!await mayHaveRemoteState(context)) return null;
  const { branchStatus } = await import("../state_view.ts");
  return await branchStatus(context);
}

/** The chosen session; null too for a name that may be one of the old tool's. */
async function chosen(context: Context): Promise<SessionChoice | null> {
  try {
    return await context.choose();
  } catch (error) {
    if (error instanceof OrchestratorError && error.code === "session_unknown") return null;
    throw error;
  }
}
