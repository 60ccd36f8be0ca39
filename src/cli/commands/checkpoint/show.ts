/**
 * `orchestrator checkpoint show <checkpoint>`
 * @module
 */
import type { AnswerTo, Input } from "../../command.ts";
import { findCheckpoint, listCheckpoints, madeOf } from "../../../app/checkpoints.ts";
import type { Context } from "../../context.ts";
import { actorText } from "../../output/event_text.ts";
import { lines, num, say, shown } from "../../output/shown.ts";
import { clockTime, columns, hang, lead, wrap } from "../../output/text.ts";

export async function run(context: Context, input: Input): Promise<AnswerTo<"checkpoint show">> {
  const { session, checkpoints, inPlace } = await listCheckpoints(context);
  const event = findCheckpoint(checkpoints, input.required("checkpoint"));
  const { made: _, ...kept } = event.data;
  const { checkpoint, message, decisions, files, snapshot } = kept;
  const made = madeOf(event, inPlace);
  return {
    data: {
      session,
      seq: event.seq,
      ...made,
      ...kept,
    },
    text: (style) => {
      const by = made.actor === null ? say`the old tool` : actorText(made.actor);
      const rows = [
        say`${style.bold(lead(checkpoint))}  ${clockTime(made.createdAt, style)} by ${by}, event ${
          num(event.seq)
        }`,
      ];
      if (made.importedAt !== undefined && made.importedBy !== undefined) {
        const importer = actorText(made.importedBy);
        rows.push(style.dim(say`  imported ${clockTime(made.importedAt, style)} by ${importer}`));
      }
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
