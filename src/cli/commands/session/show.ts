/**
 * `orchestrator session show [session]`
 * @module
 */
import { type Namesakes, namesakeText } from "../../../workflow/definition_origin.ts";
import { describe, type Progress } from "../../../workflow/progress.ts";
import { describeWithProofs } from "../../../workflow/proof_remarks.ts";
import type { SessionState } from "../../../workflow/state.ts";
import type { AnswerTo, Input } from "../../command.ts";
import type { Context } from "../../context.ts";
import { chooseToRead } from "../../../app/choose_session.ts";
import type { LegacyView } from "../../../app/legacy/view.ts";
import { readRecords, type SessionRecords } from "../../records.ts";
import { legacyData } from "../../legacy/status.ts";
import { readAccount } from "../../../app/account.ts";
import { givenText } from "../../output/approval_text.ts";
import { accountData, accountTexts } from "../../output/repository_text.ts";
import { actorText } from "../../output/event_text.ts";
import { lockStateText } from "../../output/lock_text.ts";
import { noticeText } from "../../output/notice_text.ts";
import { statusData } from "../../output/status_data.ts";
import { statusText } from "../../output/status_text.ts";
import { lines, num, say, type Shown, shown } from "../../output/shown.ts";
import type { Style } from "../../output/style.ts";
import { clockTime, columns } from "../../output/text.ts";

export async function run(context: Context, input: Input): Promise<AnswerTo<"session show">> {
  const name = input.arg("session");
  const reading = await chooseToRead(context, name);
  const { choice, view } = reading;
  const records = await readRecords(context, reading);
  if (choice === null) return oldSession(context, view, records);
  const { state, data, text } = records;
  const { manager } = context;
  const [meta, holding] = await Promise.all([
    manager.meta(choice.id),
    manager.backend.holder({ session: choice.id }),
  ]);
  const progress = describeWithProofs(state, context.actor);
  const account = await readAccount(context, state);
  return {
    data: statusData(state, progress, {
      ...data,
      origin: choice.origin,
      actor: state.createdBy,
      branch: meta?.branch ?? null,
      parent: meta?.parent ?? null,
      ...(state.namesakes === undefined ? {} : { namesakes: state.namesakes }),
      lock: holding.state,
      heldBy: holding.state === "held" ? holding.by : null,
      ...accountData(account),
    }),
    text: (style) => {
      const held = lockStateText(holding, style);
      const facts = [
        [say`started`, say`${clockTime(state.createdAt, style)} by ${actorText(state.createdBy)}`],
        [say`branch`, shown(meta?.branch ?? "-")],
        [say`lineage`, say`${shown(state.lineage)}, seq ${num(state.seq)}`],
        ...(meta?.parent ? [[say`split from`, shown(meta.parent)]] : []),
        ...(held === null ? [] : [[say`held`, held]]),
        ...namesakeRows(state.namesakes),
        ...accountTexts(account, state).map((text) => [say`record`, shown(text)]),
      ].map(([key, value]) => [style.dim(key ?? say``), value ?? say``]);
      return lines([
        screenText(context, state, { progress, records: text(style) }, style),
        say``,
        columns(facts),
      ]);
    },
  };
}

/** The answer about a workflow of the old tool. */
function oldSession(
  context: Context,
  view: LegacyView,
  { data, text }: SessionRecords,
): AnswerTo<"session show"> {
  const progress = describe(view.state);
  return {
    data: statusData(view.state, progress, { ...data, legacy: legacyData(view) }),
    text: (style) =>
      screenText(
        context,
        view.state,
        { progress, remark: view.remark, records: text(style) },
        style,
      ),
  };
}

function screenText(
  context: Context,
  state: SessionState,
  { progress, ...more }: {
    readonly progress: Progress;
    readonly remark?: string;
    readonly records: Shown;
  },
  style: Style,
): Shown {
  const approvals = progress.approvals.map(givenText);
  const notices = progress.bypasses.map(noticeText);
  return statusText(state, progress, { now: context.io.now(), approvals, notices, ...more }, style);
}

function namesakeRows(namesakes: Namesakes | undefined): readonly (readonly Shown[])[] {
  if (namesakes === undefined) return [];
  const more = namesakes.count - namesakes.recent.length;
  return [
    ...namesakes.recent.map((namesake) => [
      namesake.same === "name" ? say`same name` : say`same task`,
      shown(namesakeText(namesake)),
    ]),
    ...(more > 0 ? [[say`and more`, num(more)]] : []),
  ];
}
