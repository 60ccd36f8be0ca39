/**
 * `orchestrator checkpoint show <checkpoint>`
 * @module
 */
import type { Answer, Input } from "../../command.ts";
import { findCheckpoint, listCheckpoints } from "../../checkpoints.ts";
import type { Context } from "../../context.ts";
import { actorText } from "../../output/event_text.ts";
import { columns, printable, wrap } from "../../output/text.ts";

export async function run(context: Context, input: Input): Promise<Answer> {
  const { session, checkpoints } = await listCheckpoints(context);
  const event = findCheckpoint(checkpoints, input.required("checkpoint"));
  const { checkpoint, message, decisions, files, snapshot } = event.data;
  return {
    data: {
      session,
      id: checkpoint,
      seq: event.seq,
      time: event.time,
      by: event.actor,
      ...event.data,
    },
    text: (style) => {
      const lines = [
        `${style.bold(printable(checkpoint))}  ${event.time} by ${
          actorText(event.actor)
        }, event ${event.seq}`,
      ];
      if (message !== null) lines.push(wrap(message, style.width));
      for (const [title, entries] of [["Decisions", decisions], ["Files", files]] as const) {
        if (entries.length === 0) continue;
        lines.push("", style.bold(title));
        for (const entry of entries) lines.push(`  ${style.symbols.bullet} ${printable(entry)}`);
      }
      lines.push("");
      const phases = Object.entries(snapshot.phases).map(([id, phase]) => {
        const items = Object.values(phase.items);
        const done = items.filter((item) =>
          item.status === "completed" || item.status === "skipped"
        ).length;
        const mark = id === snapshot.phase ? style.symbols.current : " ";
        return [`${mark} ${printable(id)}`, `${done}/${items.length}`, phase.status];
      });
      return [...lines, columns(phases)].join("\n");
    },
  };
}
