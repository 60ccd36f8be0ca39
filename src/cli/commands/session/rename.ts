/**
 * `orchestrator session rename [session] <name>`
 * @module
 */
import { decide } from "../../../workflow/decide.ts";
import type { AnswerTo, Input } from "../../command.ts";
import type { Context } from "../../context.ts";
import { say, shown } from "../../output/shown.ts";
import { sessionName } from "../../texts.ts";
import { requireFreeName } from "../../../app/free_name.ts";

export async function run(context: Context, input: Input): Promise<AnswerTo<"session rename">> {
  const { manager, actor } = context;
  const given = input.required("name");
  const name = given === "" ? null : sessionName(given, "rename the session to");
  const id = await context.sessionToChange(input.arg("session"));
  // The repository is held so that two sessions cannot take one name at once.
  const change = await manager.withRepositoryLock("session rename", async () => {
    if (name !== null) await requireFreeName(context, name, id);
    return await manager.change(
      id,
      "session rename",
      (state) => decide(state, { kind: "rename", name }, { actor }),
    );
  });
  return {
    data: { session: id, name: change.state.name },
    text: (style) =>
      say`${style.green(style.symbols.done)} Session ${style.cyan(shown(id))} ${
        change.state.name === null
          ? say`no longer has a name`
          : say`is now named ${style.bold(shown(change.state.name))}`
      }`,
  };
}
