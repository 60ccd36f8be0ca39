/**
 * `orchestrator session use <session>`
 * @module
 */
import { readBinding } from "../../../session/bindings.ts";
import { useSession } from "../../../session/use_session.ts";
import type { AnswerTo, Input } from "../../command.ts";
import type { Context } from "../../context.ts";
import { say, shown } from "../../output/shown.ts";
import { oneLine } from "../../output/text.ts";

export async function run(context: Context, input: Input): Promise<AnswerTo<"session use">> {
  const { manager } = context;
  const id = await context.sessionToChange(input.required("session"));
  const { state } = await manager.load(id);
  const agent = context.agentBinding;
  const left = agent === null ? null : await readBinding(manager, agent);
  await manager.withRepositoryLock("session use", () => useSession(manager, id, agent));
  if (left !== null && left !== id && await manager.backend.hasSession(left)) {
    const { releaseAll } = await import("../../../app/claim_item.ts");
    await releaseAll(context, left);
  }
  return {
    data: { session: id, name: state.name, task: state.task, boundAgent: agent?.variable ?? null },
    text: (style) =>
      say`${style.green(style.symbols.done)} Using session ${style.cyan(shown(id))}: ${
        oneLine(state.task, style.width - 35, style)
      }`,
  };
}
