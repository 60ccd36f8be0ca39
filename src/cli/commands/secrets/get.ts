/**
 * `orchestrator secrets get <name>`
 * @module
 */
import { requireSecretName } from "../../../secrets/name.ts";
import type { AnswerTo, Input } from "../../command.ts";
import type { Context } from "../../context.ts";
import { exact, say, shown } from "../../output/shown.ts";
import { secretStore } from "../../secrets/store.ts";

export async function run(context: Context, input: Input): Promise<AnswerTo<"secrets get">> {
  const name = requireSecretName(input.required("name"), "get");
  const store = await secretStore(context, input);
  const { value, source, form, where } = await store.require(name, "get");
  return {
    data: { name, value, source, form, where },
    // A script gets every byte; on a terminal a value must not do anything.
    text: ({ terminal }) => terminal ? shown(value) : say`${exact(value)}\n`,
  };
}
