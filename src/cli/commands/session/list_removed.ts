/**
 * `orchestrator session list --removed`
 * @module
 */
import { allDepartures } from "../../../session/repository_log/earlier.ts";
import type { AnswerTo } from "../../command.ts";
import type { Context } from "../../context.ts";
import { departureData, departureLine } from "../../output/repository_text.ts";
import { lines, num, say } from "../../output/shown.ts";

/** Lists sessions that went, and copies of sessions that others took the place of. */
export async function removedList(
  context: Context,
  limit: number | undefined,
): Promise<AnswerTo<"session list">> {
  const all = context.meta === null ? [] : await allDepartures(context.manager.backend);
  // The newest ones, oldest first: the end is what is left on a small terminal.
  const listed = limit === undefined ? all : all.slice(-limit);
  const more = all.length - listed.length;
  return {
    data: { sessions: [], total: all.length, removed: listed.map(departureData) },
    text: (style) =>
      all.length === 0 ? style.dim(say`No sessions were removed.`) : lines([
        ...(more > 0 ? [style.dim(say`${num(more)} earlier ones are not shown`)] : []),
        ...listed.map((one) => departureLine(one, style)),
      ]),
  };
}
