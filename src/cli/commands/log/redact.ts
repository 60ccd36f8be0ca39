/**
 * `orchestrator log redact <seq> --field NAME --reason TEXT`
 * @module
 */
import { redactText } from "../../../app/redact_text.ts";
import type { StillHeld } from "../../../app/still_held.ts";
import { OrchestratorError } from "../../../errors.ts";
import { TEXT_LIMITS } from "../../../workflow/commands.ts";
import type { AnswerTo, Input } from "../../command.ts";
import { confirm } from "../../confirm.ts";
import type { Context } from "../../context.ts";
import { readSeq } from "../../event_number.ts";
import { changeAnswer } from "../../output/change.ts";
import { joined, lines, num, say, type Shown, shown } from "../../output/shown.ts";
import type { Style } from "../../output/style.ts";
import { hang } from "../../output/text.ts";
import { requireText } from "../../texts.ts";

export async function run(context: Context, input: Input): Promise<AnswerTo<"log redact">> {
  const seq = readSeq(input.required("seq"), "redact");
  const doing = `redact event ${seq}`;
  const field = input.option("field");
  if (field === undefined || field === "") {
    throw new OrchestratorError("missing_argument", `Cannot ${doing}: --field is missing`, {
      hint: `Run \`orchestrator log show ${seq}\` to see which fields can be redacted`,
    });
  }
  const given = input.option("reason");
  if (given === undefined) {
    throw new OrchestratorError("missing_argument", `Cannot ${doing}: --reason is missing`, {
      hint: 'Add --reason "<why>", without the text itself: it stays visible',
    });
  }
  const reason = requireText(given, { doing, what: "reason", max: TEXT_LIMITS.reason });
  const session = await context.sessionToChange();
  await confirm(context, input, {
    text: say`Take ${shown(field)} of event ${num(seq)} out of the journal for ever?`,
    doing,
    hint: "Ask a person to decide, or add --yes: a text that was redacted cannot be restored",
  });
  const { change, lines: rewritten, stillIn } = await redactText(context, session, {
    seq,
    field,
    reason,
  });
  const data = { line: seq, field, lines: rewritten, stillIn };
  const answer = changeAnswer(change, () => redactedLine(seq, field, rewritten), data);
  if (stillIn.length === 0) return answer;
  return { ...answer, text: (style) => say`${answer.text(style)}\n\n${heldText(stillIn, style)}` };
}

function redactedLine(seq: number, field: string, rewritten: readonly number[]): Shown {
  const others = rewritten.filter((line) => line !== seq);
  const copies = others.length === 0
    ? say``
    : say`, and its copies in ${joined(others.map((line) => say`event ${num(line)}`), say`, `)}`;
  return say`Redacted ${shown(field)} of event ${num(seq)}${copies}`;
}

function heldText(stillIn: readonly StillHeld[], style: Style): Shown {
  const row = ({ what }: StillHeld) => say`  ${style.symbols.bullet} ${hang(what, style, 4)}`;
  const found = stillIn.filter(({ kind }) => kind === "file");
  const possible = stillIn.filter(({ kind }) => kind !== "file");
  return lines([
    ...(found.length === 0 ? [] : [style.yellow(say`The text is still in`), ...found.map(row)]),
    style.bold(say`It may also be in`),
    ...possible.map(row),
    style.dim(say`If it was a secret, replace the secret: what was recorded may have been read`),
  ]);
}
