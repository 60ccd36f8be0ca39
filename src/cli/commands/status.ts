/**
 * `orchestrator status`
 * @module
 */
import { OrchestratorError } from "../../errors.ts";
import type { SessionChoice } from "../../session/resolve.ts";
import type { Progress } from "../../workflow/progress.ts";
import type { ProofSeen } from "../../workflow/proof_seen.ts";
import type { SessionState } from "../../workflow/state.ts";
import type { Answer, AnswerTo, Input } from "../command.ts";
import type { Context } from "../context.ts";
import type { withLastFound } from "../last_found.ts";
import { statusText } from "../output/status_text.ts";

export async function run(
  context: Context,
  input: Input,
): Promise<AnswerTo<"status"> | Answer<null>> {
  let choice = await chosen(context);
  if (choice === null || await mustAsk(context)) {
    const { chooseToRead } = await import("../../app/choose_session.ts");
    const reading = await chooseToRead(context);
    if (reading.choice === null) {
      const { oldStatus } = await import("../legacy/status.ts");
      return await oldStatus(context, reading.view, input.has("verbose"));
    }
    choice = reading.choice;
  }
  const loaded = await context.manager.load(choice.id);
  const state = await shownState(context, loaded.state);
  const { progress: known, ...proofs } = await progressOf(
    context,
    { ...loaded, state },
    input.has("fresh"),
  );
  const progress = await (await import("../seen_before.ts")).withSeenBefore(context, loaded, known);
  const more = input.has("verbose")
    ? await (await import("../records.ts")).readRecords(context, { choice, view: null })
    : null;
  const { place, remark, where } = await placeOf(context, choice);
  const changed = (await import("../definition_change.ts")).definitionChange(context, state);
  const risk = await riskOf(context, state);
  const data = input.has("json")
    ? (await import("../output/status_answer.ts")).statusAnswer(
      { state, progress, changed, risk },
      {
        ...place,
        ...more?.data,
        ...proofs,
      },
    )
    : null;
  const told = await toldOf(progress);
  return {
    data,
    text: (style) => {
      const records = more?.text(style);
      return statusText(
        state,
        progress,
        {
          now: context.io.now(),
          ...told,
          remark,
          records,
          changed: changed ?? null,
          risk,
          where,
        },
        style,
      );
    },
  };
}

/** Without the claims of agents that are gone. */
async function shownState(context: Context, state: SessionState): Promise<SessionState> {
  const items = state.phase === null ? {} : state.phases[state.phase]?.items ?? {};
  if (!Object.values(items).some(({ claim }) => claim)) return state;
  return await (await import("../../app/ended_claims.ts")).withoutEndedClaims(context, state);
}

/** What would be lost with this machine. */
async function riskOf(context: Context, state: SessionState) {
  if (context.branchView !== null || !context.mayBeBehind) return null;
  return await (await import("../../app/state/at_risk.ts")).atRisk(context, state);
}

/** Approvals and deviations, as the screen has them. */
async function toldOf({ approvals, bypasses }: Progress) {
  return {
    approvals: approvals.length === 0
      ? []
      : approvals.map((await import("../output/approval_text.ts")).givenText),
    notices: bypasses.length === 0
      ? []
      : bypasses.map((await import("../output/notice_text.ts")).noticeText),
  };
}

/** Where the session is read from, and in a linked worktree whose state that is. */
async function placeOf({ branchView, paths }: Context, { origin }: SessionChoice) {
  const { text: where, data } = paths.stateHome?.worktree
    ? (await import("../output/worktree_text.ts")).whereabouts(paths, paths.stateHome)
    : {};
  if (branchView === null) return { place: { origin, ...data }, where };
  const { branchRemark } = await import("../../app/state/branch_remark.ts");
  const place = { origin: "branch" as const, stateBranch: branchView, ...data };
  return { place, where, remark: branchRemark(branchView) };
}

/** With what was found of its proofs. */
type LookedAt = Awaited<ReturnType<typeof withLastFound>> & {
  readonly proofs?: readonly ProofSeen[];
};

/** How far it is; what was found of its proofs when they are to be compared with the files. */
async function progressOf(
  context: Context,
  { state, unknown: { arrived } }: Awaited<ReturnType<Context["manager"]["load"]>>,
  fresh: boolean,
): Promise<LookedAt> {
  const { actor } = context;
  let progress = (await import("../../workflow/progress.ts")).describe(state, actor);
  if (state.odd !== undefined) {
    progress = (await import("../../workflow/proof_remarks.ts")).describeWithProofs(state, actor);
  }
  if (arrived !== undefined) {
    progress = (await import("../output/repository_text.ts")).withArrival(progress, arrived);
  }
  if (!fresh) {
    if (state.begun === undefined || context.branchView !== null) return { progress };
    return await (await import("../last_found.ts")).withLastFound(context, state, progress);
  }
  const { withFreshness } = await import("../freshness.ts");
  return await withFreshness(context, { state, progress }, true);
}

/** Whether the state branch has to be asked first. */
async function mustAsk(context: Context): Promise<boolean> {
  if (!context.mayBeBehind) return false;
  return await (await import("../../app/state/when_to_fetch.ts")).mustAsk(context);
}

/** Null too for a name that may be one of the old tool's. */
async function chosen(context: Context): Promise<SessionChoice | null> {
  try {
    return await context.choose();
  } catch (error) {
    if (error instanceof OrchestratorError && error.code === "session_unknown") return null;
    throw error;
  }
}
