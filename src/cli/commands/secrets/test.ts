/**
 * `orchestrator secrets test <name>`
 * @module
 */
import { OrchestratorError } from "../../../errors.ts";
import { whatIsWrong } from "../../../secrets/examine.ts";
import { fingerprint } from "../../../secrets/fingerprint.ts";
import { askProvider, type LiveResult, PROVIDERS } from "../../../secrets/live.ts";
import { requireSecretName } from "../../../secrets/name.ts";
import type { AnswerTo, Input } from "../../command.ts";
import type { Context } from "../../context.ts";
import { lines, num, say, shown } from "../../output/shown.ts";
import { secretStore } from "../../secrets/store.ts";

export async function run(context: Context, input: Input): Promise<AnswerTo<"secrets test">> {
  const name = requireSecretName(input.required("name"), "test");
  const store = await secretStore(context, input);
  const { value, source, form, where } = await store.require(name, "test");
  const others = (await store.places(name)).slice(1);
  const wrong = whatIsWrong(value);
  if (wrong !== null) context.warn(`${name}: ${wrong}`);
  const print = await fingerprint(name, value);
  const live = input.has("live") ? await ask(name, value) : null;
  return {
    data: {
      name,
      source,
      form,
      where,
      shadowed: others,
      length: value.length,
      fingerprint: print,
      ...(live === null ? {} : { live }),
    },
    text: (style) =>
      lines([
        say`${style.green(style.symbols.done)} ${shown(name)}: ${shown(source)}, ${shown(where)}${
          form === "variable" ? say` (variable)` : form === "plain" ? say`` : say` (${shown(form)})`
        }`,
        ...others.map((place) =>
          style.dim(say`  over ${shown(place.source)}, ${shown(place.where)}`)
        ),
        say`  ${num(value.length)} characters, fingerprint ${
          shown(print ?? "none: the value is too short for one")
        }`,
        ...(live === null ? [] : [say`  ${shown(PROVIDERS[name]?.title ?? "")} accepts it`]),
      ]),
  };
}

/**
 * @throws `check_failed` when the provider rejects it; `network_failed` when the provider could not be reached.
 */
async function ask(name: string, value: string): Promise<LiveResult> {
  const provider = PROVIDERS[name];
  if (provider === undefined) {
    throw new OrchestratorError(
      "invalid_argument",
      `Cannot test "${name}": its provider is unknown`,
      { hint: `Known secrets: ${Object.keys(PROVIDERS).join(", ")}` },
    );
  }
  const live = await askProvider(provider, value);
  const { title } = provider;
  switch (live.outcome) {
    case "accepted":
      return live;
    case "rejected":
      throw new OrchestratorError(
        "check_failed",
        `Cannot use secret "${name}": ${title} rejects it (${live.status})`,
        { hint: `Run \`orchestrator secrets set ${name}\``, details: { name, ...live } },
      );
    case "unclear":
      throw new OrchestratorError(
        "network_failed",
        `Cannot test "${name}": ${title} responded with status ${live.status}`,
        { hint: "Try again later", details: { name, ...live } },
      );
    case "unreachable":
      throw new OrchestratorError(
        "network_failed",
        `Cannot test "${name}": ${title} cannot be reached (${live.reason})`,
        { hint: "Check the network, or omit --live", details: { name, ...live } },
      );
  }
}
