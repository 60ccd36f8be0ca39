/**
 * `orchestrator approve <item…>` and `orchestrator approve --phase <ID>`
 * @module
 */
import { OrchestratorError } from "../../errors.ts";
import type { Change } from "../../session/session_manager.ts";
import type { Command } from "../../workflow/commands.ts";
import { decide } from "../../workflow/decide.ts";
import type { Approval } from "../../workflow/events.ts";
import type { AnswerTo, Input } from "../command.ts";
import { confirm } from "../confirm.ts";
import type { Context } from "../context.ts";
import { readEvidence } from "../evidence.ts";
import { changeAnswer } from "../output/change.ts";
import { say, shown } from "../output/shown.ts";
import { brief } from "../output/text.ts";
import { eachItem } from "../several.ts";

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
  const id = await context.sessionToChange();
  const given = notes === undefined ? {} : { notes };
  const { environment } = context;
  const detection = environment.agent?.variable ?? "none";
  if (phase !== undefined) {
    const change = await approve(context, input, {
      id,
      what: `phase "${phase}"`,
      make: (how) => ({ kind: "approve_phase", phase, approval: { how, detection }, ...given }),
    });
    return changeAnswer(change, (style) => say`Approved ${style.bold(shown(phase))}`);
  }
  return await eachItem(context, { items, past: "approved" }, async (item) => ({
    item,
    change: await approve(context, input, {
      id,
      what: `"${item}"`,
      make: (how) => ({
        kind: "approve_item",
        item,
        approval: { how, detection },
        ...given,
        ...(evidence === undefined ? {} : { evidence }),
      }),
    }),
    happened: (style) => say`Approved ${style.bold(shown(item))}`,
  }));
}

/** What is to be approved. */
interface Approving {
  /** The session. */
  readonly id: string;
  /** As questions and refusals name it. */
  readonly what: string;
  readonly make: (how: Approval["how"]) => Command;
}

async function approve(
  context: Context,
  input: Input,
  { id, what, make }: Approving,
): Promise<Change> {
  const { manager, actor } = context;
  // Refuse before asking: a question makes no sense for what will be refused.
  const { state } = await manager.loadToPlan(id, { replay: true });
  const rehearsal = await manager.rehearse(state, decide(state, make("flag"), { actor }));
  if (rehearsal.error !== undefined) throw rehearsal.error;
  const how = rehearsal.value.events.length === 0 ? "flag" : await confirm(context, input, {
    text: say`Approve ${shown(what)} of "${brief(state.task)}"?`,
    doing: `approve ${what}`,
    hint: "Add --yes to confirm",
  });
  const command = make(how);
  return await manager.change(
    id,
    "approve",
    (newest) => decide(newest, command, { actor }),
    { replay: true },
  );
}

function quoted(items: readonly string[]): string {
  return items.map((item) => JSON.stringify(item)).join(", ");
}
