/**
 * `orchestrator session show [session]`
 * @module
 */
import { describe } from "../../../workflow/progress.ts";
import type { Answer, Input } from "../../command.ts";
import type { Context } from "../../context.ts";
import { chooseToRead } from "../../legacy/view.ts";
import { actorText } from "../../output/event_text.ts";
import { statusData } from "../../output/status_data.ts";
import { statusText } from "../../output/status_text.ts";
import { columns, printable } from "../../output/text.ts";

export async function run(context: Context, input: Input): Promise<Answer> {
  const name = input.arg("session");
  const { choice, view } = await chooseToRead(context, name);
  if (choice === null) {
    return {
      data: statusData(view.state, describe(view.state), {
        legacy: { generation: view.generation, file: view.file },
      }),
      text: (style) =>
        statusText(
          view.state,
          describe(view.state),
          { now: context.io.now(), remark: view.remark },
          style,
        ),
    };
  }
  const { manager } = context;
  const [{ state }, meta, heldBy] = await Promise.all([
    manager.load(choice.id),
    manager.meta(choice.id),
    manager.backend.holder({ session: choice.id }),
  ]);
  const progress = describe(state);
  return {
    data: statusData(state, progress, {
      origin: choice.origin,
      meta,
      heldBy,
      createdBy: state.createdBy,
    }),
    text: (style) => {
      const facts = [
        ["started", `${state.createdAt} by ${actorText(state.createdBy)}`],
        ["branch", printable(meta?.branch ?? "-")],
        ["lineage", `${state.lineage}, seq ${state.seq}`],
        ...(meta?.parent ? [["split from", printable(meta.parent)]] : []),
        ...(heldBy === null ? [] : [[
          "held",
          `by ${printable(heldBy.operation)} of ${printable(heldBy.actor)}, pid ${heldBy.pid} on ${
            printable(heldBy.host)
          }, since ${heldBy.since}`,
        ]]),
      ].map(([key, value]) => [style.dim(key ?? ""), value ?? ""]);
      return `${statusText(state, progress, { now: context.io.now() }, style)}\n\n${
        columns(facts)
      }`;
    },
  };
}
