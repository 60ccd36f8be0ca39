/**
 * `orchestrator secrets remove <name>`
 * @module
 */
import { OrchestratorError } from "../../../errors.ts";
import { shownPath } from "../../../project/shown_path.ts";
import { findInFolder, removeSecret } from "../../../secrets/folder.ts";
import { requireSecretName } from "../../../secrets/name.ts";
import type { AnswerTo, Input } from "../../command.ts";
import { confirm } from "../../confirm.ts";
import type { Context } from "../../context.ts";
import { say, shown } from "../../output/shown.ts";
import { secretStore } from "../../secrets/store.ts";
import { secretTarget, withSecretsLock } from "../../secrets/target.ts";

export async function run(context: Context, input: Input): Promise<AnswerTo<"secrets remove">> {
  const name = requireSecretName(input.required("name"), "remove");
  const store = await secretStore(context, input.with("no-input"));
  const target = secretTarget(input, store);
  const file = findInFolder(target.folder, name);
  if (file === null) {
    const where = shownPath(context.paths, target.folder.directory);
    throw new OrchestratorError(
      "secret_unknown",
      `Cannot remove secret "${name}": it is not in ${where}`,
      { hint: "Run `orchestrator secrets list`" },
    );
  }
  const where = shownPath(context.paths, file.path);
  await confirm(context, input, {
    text: say`Remove ${shown(where)} permanently?`,
    doing: `remove secret "${name}"`,
    hint: "Ask a person whether it is still needed",
  });
  await withSecretsLock(
    context,
    target,
    "secrets remove",
    () => removeSecret(target.folder, name),
  );
  return {
    data: { name, source: target.source, file: file.path },
    text: (style) => say`${style.green(style.symbols.done)} Removed ${shown(where)}`,
  };
}
