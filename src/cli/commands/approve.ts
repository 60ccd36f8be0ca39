/**
 * `orchestrator approve <item…>` and `orchestrator approve --phase <ID>`
 * @module
 */
import { approveItems, approvePhase, type ToApprove } from "../../app/approve.ts";
import { OrchestratorError } from "../../errors.ts";
import type { AnswerTo, Input } from "../command.ts";
import { confirm } from "../confirm.ts";
import type { Context } from "../context.ts";
import { readEvidence } from "../evidence.ts";
import { changeAnswer, changesAnswer } from "../output/change.ts";
import { subjectText } from "../output/subject_text.ts";
import { say, shown } from "../output/shown.ts";
import { brief, commandLine } from "../output/text.ts";

export async function run(context: Context, input: Input): Promise<AnswerTo<"approve">> {
  const items = input.args("item");
  const phase = input.option("phase");
  if ((items.length === 0) === (phase === undefined)) {
    throw new OrchestratorError(
      items.length === 0 ? "missing_argument" : "invalid_argument",
      items.length === 0
        ? "Cannot approve: name an item, or a phase with --phase"
        : `Cannot approve ${quoted(items)} and phase "${phase}" at once: choose one`,
      { hint: "Run `orchestrator status`" },
    );
  }
  const notes = input.option("notes");
  const evidence = await readEvidence(context, input.option("evidence"));
  const ask = (about: ToApprove) =>
    confirm(context, input, {
      text: say`Approve ${shown(about.what)} of "${brief(about.task)}"?`,
      about: (style) => subjectText(about, style),
      doing: `approve ${about.what}`,
      hint: "Add --yes to confirm",
      ...(about.subject.item === undefined || about.subject.isAgain ? {} : {
        instead: `Run \`${
          commandLine(["orchestrator", "reject", about.subject.item, "--reason", "<why>"])
        }\` to say what is missing`,
      }),
    });
  if (phase !== undefined) {
    const change = await approvePhase(context, { phase, notes }, ask);
    return changeAnswer(change, (style) => say`Approved ${style.bold(shown(phase))}`);
  }
  const approved = await approveItems(context, {
    items,
    given: {
      ...(notes === undefined ? {} : { notes }),
      ...(evidence === undefined ? {} : { evidence }),
    },
  }, ask);
  return changesAnswer(approved.map((change) => ({
    ...change,
    happened: (style) => say`Approved ${style.bold(shown(change.item))}`,
  })));
}

function quoted(items: readonly string[]): string {
  return items.map((item) => JSON.stringify(item)).join(", ");
}
