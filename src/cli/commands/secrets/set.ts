/**
 * `orchestrator secrets set <name>`
 * @module
 */
import { OrchestratorError } from "../../../errors.ts";
import { shownPath } from "../../../project/shown_path.ts";
import { whatIsWrong } from "../../../secrets/examine.ts";
import {
  findInFolder,
  requireOwnSpelling,
  withoutLineEnd,
  writeSecret,
} from "../../../secrets/folder.ts";
import { requireOwnName } from "../../../secrets/name.ts";
import { trackedError } from "../../../secrets/store.ts";
import type { AnswerTo, Input } from "../../command.ts";
import type { Context } from "../../context.ts";
import { say, shown } from "../../output/shown.ts";
import { secretStore } from "../../secrets/store.ts";
import { chooseLock, sealed, secretTarget, withSecretsLock } from "../../secrets/target.ts";

/** Longest value, in UTF-16 units. */
const MAX_VALUE = 64 * 1024;

export async function run(context: Context, input: Input): Promise<AnswerTo<"secrets set">> {
  const name = requireOwnName(input.required("name"), "set");
  const doing = `set secret "${name}"`;
  const store = await secretStore(context, input);
  const target = secretTarget(input, store);
  // Before the prompt for a value.
  requireOwnSpelling(target.folder, name);
  const lock = await chooseLock(context, input, doing);
  const value = await readValue(context, input, name, doing);
  (await context.redactor()).add(value);
  const wrong = whatIsWrong(value);
  if (wrong !== null) context.warn(`${name}: ${wrong}`);
  const content = await sealed(context, value, lock);
  const result = await withSecretsLock(context, target, "secrets set", async () => {
    for (const file of [name, `${name}.age`]) {
      if (await store.isTracked(target.folder.directory, file) === true) {
        throw trackedError(name, shownPath(context.paths, `${target.folder.directory}/${file}`));
      }
    }
    const replaced = findInFolder(target.folder, name) !== null;
    return { replaced, file: writeSecret(target.folder, name, content) };
  });
  const where = shownPath(context.paths, result.file.path);
  return {
    data: {
      name,
      source: target.source,
      form: content.form,
      file: result.file.path,
      replaced: result.replaced,
    },
    text: (style) =>
      say`${style.green(style.symbols.done)} ${result.replaced ? say`Replaced` : say`Set`} ${
        shown(name)
      } in ${shown(where)}${content.form === "age" ? say`, encrypted` : say``}`,
  };
}

/** From a hidden prompt on a terminal, else all of stdin without one line end at its end. */
async function readValue(
  context: Context,
  input: Input,
  name: string,
  doing: string,
): Promise<string> {
  const { io } = context;
  let value: string;
  if (io.isTerminal("stdin")) {
    if (input.has("no-input")) {
      throw new OrchestratorError("terminal_needed", `Cannot ${doing}: prompts are not allowed`, {
        hint: `Run \`orchestrator secrets set ${name} < file\``,
      });
    }
    const answer = await io.askSecret(say`Value of ${shown(name)}`);
    if (answer === null) {
      throw new OrchestratorError("interrupted", `Cannot ${doing}: no value was given`);
    }
    value = answer;
  } else {
    value = withoutLineEnd(await io.readStdin());
  }
  if (value.trim() === "") {
    throw new OrchestratorError("invalid_argument", `Cannot ${doing}: the value is empty`, {
      hint: `Run \`orchestrator secrets set ${name} < file\``,
    });
  }
  if (value.length > MAX_VALUE) {
    throw new OrchestratorError(
      "too_long",
      `Cannot ${doing}: the value is ${value.length} characters long (limit ${MAX_VALUE})`,
    );
  }
  if (value.includes("\0")) {
    throw new OrchestratorError(
      "invalid_argument",
      `Cannot ${doing}: the value contains a NUL character, which a variable cannot contain`,
    );
  }
  return value;
}
