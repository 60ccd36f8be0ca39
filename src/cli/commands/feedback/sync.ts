/**
 * `orchestrator feedback sync`
 * @module
 */
import {
  allowedFields,
  DOING,
  feedbackTarget,
  openFeedbackBranch,
  recordsToShare,
} from "../../../app/sync_feedback.ts";
import { OrchestratorError } from "../../../errors.ts";
import type { AnswerTo, Input } from "../../command.ts";
import { confirm } from "../../confirm.ts";
import type { Context } from "../../context.ts";
import { lines, num, say, type Shown, shown } from "../../output/shown.ts";
import type { Style } from "../../output/style.ts";
import { count, hang } from "../../output/text.ts";

type Data = AnswerTo<"feedback sync">["data"];
type Record = Data["records"][number];

export async function run(context: Context, input: Input): Promise<AnswerTo<"feedback sync">> {
  const dryRun = input.has("dry-run");
  if (context.meta === null) throw await context.noSession();
  const target = await targetOf(context, dryRun);
  const fields = await allowedFields(context);
  const only = input.has("session") ? (await context.choose())?.id : undefined;
  const all = await recordsToShare(context, fields, only);
  using branch = target === null ? null : await openFeedbackBranch(context, target);
  const records = branch === null ? all : await branch.missing(all);
  const data: Data = {
    dryRun,
    remote: target?.shown ?? null,
    fields: [...fields],
    records: [...records],
    already: all.length - records.length,
  };
  if (dryRun || branch === null || target === null || records.length === 0) {
    return { data, text: (style) => answerText(data, style) };
  }
  await confirm(context, input, {
    text: say`Send ${count(records.length, say`record`)} to ${shown(target.shown)}?`,
    about: (style) => recordsText(records, fields, style),
    doing: DOING,
    hint: "Run `orchestrator feedback sync --dry-run` to see what would be sent",
  });
  await branch.add(records, context.io.now());
  return { data, text: (style) => answerText(data, style) };
}

/** Null with `--dry-run` where nothing may be sent: what would be is shown all the same. */
async function targetOf(context: Context, dryRun: boolean) {
  try {
    return await feedbackTarget(context);
  } catch (error) {
    if (!dryRun || !(error instanceof OrchestratorError)) throw error;
    const reason = error.message.replace(`Cannot ${DOING}: `, "");
    context.warn(`Nothing can be sent: ${reason}`);
    return null;
  }
}

function answerText({ dryRun, remote, fields, records, already }: Data, style: Style): Shown {
  const before = already === 0 ? say`` : say` (${count(already, say`record`)} sent before)`;
  if (records.length === 0) return style.dim(say`No new feedback to send${before}`);
  const number = count(records.length, say`record`);
  const place = remote === null ? say`` : say` to ${shown(remote)}`;
  const head = dryRun
    ? say`Would send ${number}${place}${before}`
    : say`${style.green(style.symbols.done)} Sent ${number}${place}${before}`;
  return lines([head, recordsText(records, fields, style)]);
}

/** Exactly what is sent, record by record. */
function recordsText(
  records: readonly Record[],
  fields: Data["fields"],
  style: Style,
): Shown {
  const note = fields.includes("text") ? [] : [
    style.dim(say`The text is left out; feedback_fields says what is sent.`),
  ];
  return lines([...records.map((record) => recordText(record, style)), ...note]);
}

function recordText({ v: _, id, kind, day, author, numbers, text }: Record, style: Style): Shown {
  const head = say`  ${style.bold(shown(kind))}${day === undefined ? say`` : say`  ${shown(day)}`}${
    author === undefined ? say`` : say`  ${shown(author)}`
  }  ${style.dim(shown(id))}`;
  const rest = [
    ...Object.entries(numbers ?? {}).map(([name, value]) => say`    ${shown(name)}: ${num(value)}`),
    ...(text === undefined ? [] : [say`    ${hang(text, style, 4)}`]),
  ];
  return lines([head, ...rest]);
}
