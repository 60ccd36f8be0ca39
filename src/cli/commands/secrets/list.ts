/**
 * `orchestrator secrets list`
 * @module
 */
import type { SecretPlace } from "../../../secrets/store.ts";
import type { AnswerTo, Input } from "../../command.ts";
import type { Context } from "../../context.ts";
import { say, type Shown, shown, words } from "../../output/shown.ts";
import { columns } from "../../output/text.ts";
import { secretStore } from "../../secrets/store.ts";

const FORMS: Readonly<Record<SecretPlace["form"], Shown>> = words({
  plain: "plain",
  age: "age",
  env: ".env",
  openssl: "openssl",
  sops: "sops",
  variable: "variable",
});

export async function run(context: Context, input: Input): Promise<AnswerTo<"secrets list">> {
  // No password prompt only to list names.
  const store = await secretStore(context, input.with("no-input"));
  const secrets: { readonly name: string; readonly places: readonly SecretPlace[] }[] = [];
  for (const name of await store.names()) {
    secrets.push({ name, places: await store.places(name) });
  }
  for (const { name, places } of secrets) {
    const tracked = places.find((place) => place.tracked);
    if (tracked !== undefined) context.warn(`git tracks ${tracked.where}, so ${name} is not used`);
  }
  return {
    data: { order: store.order, secrets },
    text: (style) =>
      secrets.length === 0 ? style.dim(say`No secrets.`) : columns(
        secrets.map(({ name, places: [first, ...others] }) => [
          style.bold(shown(name)),
          shown(first?.source ?? ""),
          first === undefined ? say`` : FORMS[first.form],
          say`${shown(first?.where ?? "")}${
            others.length === 0
              ? say``
              : style.dim(say`  over ${shown(others.map(({ where }) => where).join(", "))}`)
          }`,
        ]),
      ),
  };
}
