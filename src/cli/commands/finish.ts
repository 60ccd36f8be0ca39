/**
 * `orchestrator finish`
 * @module
 */
import { endSession } from "../../app/end_session.ts";
import { finishWorkflow } from "../../app/finish_workflow.ts";
import { OrchestratorError } from "../../errors.ts";
import { TEXT_LIMITS } from "../../workflow/commands.ts";
import { namesakeText } from "../../workflow/definition_origin.ts";
import { describeWithProofs } from "../../workflow/proof_remarks.ts";
import type { Change } from "../../session/session_manager.ts";
import type { NextStep } from "../../workflow/next_step.ts";
import type { SessionState } from "../../workflow/state.ts";
import type { AnswerTo, Input } from "../command.ts";
import type { Context } from "../context.ts";
import { loadSession } from "../../session/load.ts";
import { seenBefore } from "../seen_before.ts";
import { changeAnswer } from "../output/change.ts";
import { lines, say, type Shown } from "../output/shown.ts";
import { keepText, protectionData, protectionOf } from "../../app/state/protection.ts";
import { webMode } from "../../app/state/when_to_fetch.ts";
import { readAccount } from "../../app/account.ts";
import { ignoredKeys } from "../../app/ignored_keys.ts";
import { accountData, accountTexts } from "../output/repository_text.ts";
import { givenText } from "../output/approval_text.ts";
import { approvalData, bypassData } from "../output/status_data.ts";
import { noticeText } from "../output/notice_text.ts";
import type { Style } from "../output/style.ts";
import { count, hang, oneLine } from "../output/text.ts";

export async function run(context: Context, input: Input): Promise<AnswerTo<"finish">> {
  const reason = input.option("reason");
  const accepted = input.options("accept-stale");
  if (input.has("abandon") && accepted.length > 0) {
    throw new OrchestratorError(
      "invalid_argument",
      "Cannot finish with --abandon and --accept-stale: choose one",
    );
  }
  if (input.has("abandon")) return await abandon(context, reason);
  const waive = waiver(accepted, reason);
  const change = await finishWorkflow(context, { notes: input.option("notes"), waive });
  const { approvals, skips, bypasses, remarks: said = [] } = describeWithProofs(change.state);
  const loaded = await loadSession(context.manager.backend, change.state.session);
  const remarks = [
    ...await seenBefore(context, loaded),
    ...said,
    ...await ignoredKeys(context, change.state),
  ];
  const kept = await protectionOf(context, change.state);
  const isPushed = await webMode(context);
  const unprotected = isPushed ? null : keepText(kept, change.state.seq);
  const { namesakes } = change.state;
  const { meta, paths, io } = context;
  const warn = (message: string) => context.warn(message);
  await (await import("../../app/hidden_state.ts")).warnOfHidden({ meta, paths, io, warn });
  const account = await readAccount(context, change.state);
  return changeAnswer(
    await withOpen(context, change),
    (style) =>
      lines([
        say`Finished ${style.bold(oneLine(change.state.task, style.width - 12, style))}`,
        ...review(change.state, { recorded: accountTexts(account, change.state), remarks }, style),
        ...(unprotected === null
          ? []
          : [say`  ${style.symbols.bullet} ${style.dim(hang(unprotected, style, 4))}`]),
      ]),
    {
      approvals: approvals.map(approvalData),
      skips,
      bypasses: bypasses.map(bypassData),
      ...(remarks.length === 0 ? {} : { remarks }),
      ...(isPushed ? {} : { protection: protectionData(kept) }),
      ...(namesakes === undefined ? {} : { namesakes }),
      ...accountData(account),
    },
  );
}

function waiver(items: readonly string[], reason: string | undefined) {
  if (items.length > 0 && reason === undefined) {
    throw new OrchestratorError(
      "missing_argument",
      "Cannot finish with --accept-stale: --reason is required",
      { hint: `Add --reason "<why>" with at least ${TEXT_LIMITS.weightyReason} characters` },
    );
  }
  if (items.length === 0 && reason !== undefined) {
    throw new OrchestratorError(
      "invalid_argument",
      "Cannot finish with --reason: it can only be used with --abandon or --accept-stale",
      { hint: "Use --notes to add a remark" },
    );
  }
  return reason === undefined ? undefined : { items, reason };
}

/**
 * Ends a session as it is.
 * @param name the session's id, prefix or name; the chosen one when absent.
 */
export async function abandon(
  context: Context,
  reason: string | undefined,
  name?: string,
): Promise<AnswerTo<"session end">> {
  if (reason === undefined) {
    throw new OrchestratorError("missing_argument", "Cannot abandon: --reason is required", {
      hint: `Add --reason "<why>" with at least ${TEXT_LIMITS.abandonReason} characters`,
    });
  }
  const change = await endSession(context, { reason, session: name });
  return changeAnswer(
    await withOpen(context, change),
    (style) => say`Abandoned ${style.bold(oneLine(change.state.task, style.width - 14, style))}`,
  );
}

/** With the step to another session that is open, where there is one. */
async function withOpen(context: Context, change: Change): Promise<Change & { next?: NextStep }> {
  const { stepToOpen } = await import("../../app/still_open.ts");
  const next = await stepToOpen(context, change.state.session);
  return next === undefined ? change : { ...change, next };
}

/** Sessions that this one may be taken for. */
function namesakesText({ namesakes }: SessionState): readonly string[] {
  if (namesakes === undefined) return [];
  const more = namesakes.count - namesakes.recent.length;
  return [
    ...namesakes.recent.map((namesake) =>
      `Another session had the same ${namesake.same}: ${namesakeText(namesake)}`
    ),
    ...(more > 0 ? [`${count(more, say`more session`)} had the same name or task`] : []),
  ];
}

/**
 * What was skipped on the way, and what the repository's journal says besides: the last place where the
 * person who finishes sees it.
 */
function review(
  state: SessionState,
  { recorded, remarks }: {
    readonly recorded: readonly string[];
    readonly remarks: readonly string[];
  },
  style: Style,
): readonly Shown[] {
  const { approvals, skips, bypasses } = describeWithProofs(state);
  return [
    ...recorded.map((text) => style.yellow(hang(text, style, 4))),
    ...bypasses.map((notice) => style.yellow(hang(noticeText(notice), style, 4))),
    ...approvals.map((given) => hang(givenText(given), style, 4)),
    ...skips.map((skip) =>
      hang(`${skip.phase}/${skip.item} was skipped: ${skip.reason}`, style, 4)
    ),
    ...namesakesText(state).map((text) => hang(text, style, 4)),
    ...remarks.map((text) => style.dim(hang(text, style, 4))),
  ].map((line) => say`  ${style.symbols.bullet} ${line}`);
}
