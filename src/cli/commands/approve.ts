/**
 * `orchestrator approve <item>` and `orchestrator approve --phase <ID>`
 * @module
 */
import { OrchestratorError } from "../../errors.ts";
import type { Command } from "../../workflow/commands.ts";
import { decide } from "../../workflow/decide.ts";
import type { Approval } from "../../workflow/events.ts";
import type { Answer, Input } from "../command.ts";
import { confirm } from "../confirm.ts";
import type { Context } from "../context.ts";
import { readEvidence } from "../evidence.ts";
import { changeAnswer } from "../output/change.ts";
import { say, shown } from "../output/shown.ts";
import { brief } from "../output/text.ts";

export async function run(context: Context, input: Input): Promise<Answer> {
  const { manager, actor, environment } = context;
  const item = input.arg("item");
  const phase = input.option("phase");
  if ((item === undefined) === (phase === undefined)) {
    throw new OrchestratorError(
      item === undefined ? "missing_argument" : "invalid_argument",
      item === undefined
        ? "Cannot approve: name an item, or a phase with --phase"
        : `Cannot approve "${item}" and phase "${phase}" at once: choose one`,
      { hint: "Run `orchestrator status`" },
    );
  }
  const notes = input.option("notes");
  const evidence = await readEvidence(context, input.option("evidence"));
  const id = await context.sessionToChange();
  const make = (how: Approval["how"]): Command => {
    const approval: Approval = { how, detection: environment.agent?.variable ?? "none" };
    const given = notes === undefined ? { approval } : { approval, notes };
    return phase === undefined
      ? {
        kind: "approve_item",
        item: item ?? "",
        ...given,
        ...(evidence === undefined ? {} : { evidence }),
      }
      : { kind: "approve_phase", phase, ...given };
  };
  // Refuse before asking: nobody should be asked for what will not be done.
  const { state } = await manager.load(id);
  const rehearsal = decide(state, make("flag"), { actor });
  if ("refusal" in rehearsal) throw rehearsal.refusal;
  const what = phase === undefined ? `"${item}"` : `phase "${phase}"`;
  const how = rehearsal.events.length === 0 ? "flag" : await confirm(context, input, {
    text: say`Approve ${shown(what)} of "${brief(state.task)}"?`,
    doing: `approve ${what}`,
    hint: "Add --yes if that is meant",
  });
  const command = make(how);
  const change = await manager.change(
    id,
    "approve",
    (newest) => decide(newest, command, { actor }),
  );
  return changeAnswer(change, (style) => say`Approved ${style.bold(shown(phase ?? item ?? ""))}`);
}
