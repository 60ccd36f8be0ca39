/**
 * `orchestrator checkpoint list`
 * @module
 */
import type { AnswerTo } from "../../command.ts";
import { listCheckpoints, madeOf } from "../../../app/checkpoints.ts";
import type { Context } from "../../context.ts";
import { say, shown } from "../../output/shown.ts";
import { ago, columns, lead, oneLine } from "../../output/text.ts";

export async function run(context: Context): Promise<AnswerTo<"checkpoint list">> {
  const { session, checkpoints, inPlace } = await listCheckpoints(context);
  const rows = checkpoints.map((event) => ({
    checkpoint: event.data.checkpoint,
    seq: event.seq,
    ...madeOf(event, inPlace),
    phase: event.data.snapshot.phase,
    message: event.data.message,
  }));
  return {
    data: { session, checkpoints: rows },
    text: (style) =>
      rows.length === 0 ? style.dim(say`No checkpoints yet.`) : columns([
        [say`CHECKPOINT`, say`PHASE`, say`AGE`, say`MESSAGE`].map(style.dim),
        ...rows.map((row) => [
          style.cyan(lead(row.checkpoint)),
          shown(row.phase ?? "-"),
          ago(row.createdAt, context.io.now()),
          oneLine(row.message ?? "", 50, style),
        ]),
      ]),
  };
}
