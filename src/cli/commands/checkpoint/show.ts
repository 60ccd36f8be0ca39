/**
 * `orchestrator checkpoint show <checkpoint>`
 * @module
 */
import type { AnswerTo, Input } from "../../command.ts";
import { findCheckpoint, listCheckpoints } from "../../../app/checkpoints.ts";
import type { Context } from "../../context.ts";
import { actorText } from "../../output/event_text.ts";
import { lines, num, say, shown } from "../../output/shown.ts";
import { clockTime, columns, hang, lead, wrap } from "../../output/text.ts";

export async function run(context: Context, input: Input): Promise<AnswerTo<"checkpoint show">> {
  const { session, checkpoints } = await listCheckpoints(context);
  const event = findCheckpoint(checkpoints, input.required("checkpoint"));
  const { checkpoint, message, decisions, files, snapshot } = event.data;
  return {
    data: {
      session,
      seq: event.seq,
      createdAt: event.time,
      actor: event.actor,
      ...event.data,
    },
    text: (style) => {
      const by = actorText(event.actor);
      const rows = [
        say`${style.bold(lead(checkpoint))}  ${clockTime(event.time, style)} by ${by}, event ${
          num(event.seq)
        }`,
      ];
      if (message !== null) rows.push(wrap(message, style, "  "));
      for (const [title, entries] of [[say`Decisions`, decisions], [say`Files`, files]] as const) {
        if (entries.length === 0) continue;
        rows.push(say``, style.bold(title));
        for (const entry of entries) {
          rows.push(say`  ${style.symbols.bullet} ${hang(entry, style, 4)}`);
        }
      }
      rows.push(say``);
      const phases = Object.entries(snapshot.phases).map(([id, phase]) => {
        const items = Object.values(phase.items);
        const done = items.filter((item) =>
          item.status === "completed" || item.status === "skipped"
        ).length;
        const mark = id === snapshot.phase ? style.symbols.current : say` `;
        const share = say`${num(done)}/${num(items.length)}`;
        return [say`${mark} ${shown(id)}`, share, shown(phase.status)];
      });
      return lines([...rows, columns(phases)]);
    },
  };
}
