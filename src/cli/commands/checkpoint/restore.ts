/**
 * `orchestrator checkpoint restore <checkpoint>`
 * @module
 */
import type { Command } from "../../../workflow/commands.ts";
import { decide } from "../../../workflow/decide.ts";
import type { AnswerTo, Input } from "../../command.ts";
import { checkpointsOf, findCheckpoint } from "../../../app/checkpoints.ts";
import { confirm } from "../../confirm.ts";
import type { Context } from "../../context.ts";
import { changeAnswer } from "../../output/change.ts";
import { say, shown } from "../../output/shown.ts";
import { count } from "../../output/text.ts";

export async function run(context: Context, input: Input): Promise<AnswerTo<"checkpoint restore">> {
  const { manager, actor } = context;
  const id = await context.sessionToChange();
  const event = findCheckpoint(await checkpointsOf(context, id), input.required("checkpoint"));
  const { checkpoint, snapshot } = event.data;
  const command: Command = {
    kind: "restore_checkpoint",
    checkpoint,
    checkpointSeq: event.seq,
    snapshot,
  };
  const { state } = await manager.loadToPlan(id, { replay: true });
  const rehearsal = decide(state, command, { actor });
  if (rehearsal.error !== undefined) throw rehearsal.error;
  const later = state.seq - event.seq;
  await confirm(context, input, {
    text: say`Restore the workflow to ${shown(checkpoint)}? ${count(later, say`later event`)} ${
      later === 1 ? say`stays` : say`stay`
    } in the journal.`,
    doing: `restore "${checkpoint}"`,
    hint: `Run \`orchestrator checkpoint show ${checkpoint}\` to see what it goes back to`,
  });
  const change = await manager.change(
    id,
    "checkpoint restore",
    (newest) => decide(newest, command, { actor }),
    { replay: true },
  );
  return changeAnswer(
    change,
    (style) => say`Restored checkpoint ${style.bold(shown(checkpoint))}`,
    {
      checkpoint,
    },
  );
}
