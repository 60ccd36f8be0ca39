/**
 * `orchestrator checkpoint list`
 * @module
 */
import type { Answer } from "../../command.ts";
import { listCheckpoints } from "../../checkpoints.ts";
import type { Context } from "../../context.ts";
import { ago, columns, oneLine, printable } from "../../output/text.ts";

export async function run(context: Context): Promise<Answer> {
  const { session, checkpoints } = await listCheckpoints(context);
  const rows = checkpoints.map((event) => ({
    id: event.data.checkpoint,
    seq: event.seq,
    time: event.time,
    by: event.actor,
    phase: event.data.snapshot.phase,
    message: event.data.message,
  }));
  return {
    data: { session, checkpoints: rows },
    text: (style) =>
      rows.length === 0 ? style.dim("No checkpoints yet.") : columns([
        ["CHECKPOINT", "PHASE", "AGE", "MESSAGE"].map((text) => style.dim(text)),
        ...rows.map((row) => [
          style.cyan(printable(row.id)),
          printable(row.phase ?? "-"),
          ago(row.time, context.io.now()),
          oneLine(row.message ?? "", 50, style),
        ]),
      ]),
  };
}
