/**
 * `orchestrator secrets share`
 * @module
 */
import { OrchestratorError } from "../../../errors.ts";
import { shownPath } from "../../../project/shown_path.ts";
import { isWindows } from "../../../platform/runtime.ts";
import { makeFolder } from "../../../secrets/folder.ts";
import { setSharing } from "../../../secrets/sharing.ts";
import type { AnswerTo, Input } from "../../command.ts";
import type { Context } from "../../context.ts";
import { say, shown } from "../../output/shown.ts";
import { secretStore } from "../../secrets/store.ts";
import { secretTarget, withSecretsLock } from "../../secrets/target.ts";

export async function run(context: Context, input: Input): Promise<AnswerTo<"secrets share">> {
  if (isWindows) {
    throw new OrchestratorError(
      "invalid_argument",
      "Cannot share secrets: files have no group permissions on Windows",
      { hint: "Give access to .orchestrator/secrets in its properties" },
    );
  }
  const store = await secretStore(context, input.with("no-input"));
  const target = secretTarget(input, store);
  const { directory } = target.folder;
  const isShared = !input.has("off");
  const { stateDirectory } = context.paths;
  const changed = await withSecretsLock(context, target, "secrets share", () => {
    makeFolder(target.folder);
    return setSharing(directory, isShared ? stateDirectory : null);
  });
  const where = shownPath(context.paths, directory);
  return {
    data: { file: directory, shared: isShared, changed },
    text: (style) => {
      const who = isShared ? "the owner and the group" : "the owner";
      return changed
        ? say`${style.green(style.symbols.done)} ${shown(where)} is now accessible to ${
          shown(who)
        } only`
        : say`${style.dim(style.symbols.bullet)} ${shown(where)} is already accessible to ${
          shown(who)
        } only`;
    },
  };
}
