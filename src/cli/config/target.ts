/**
 * Which configuration file a command changes, and how it is held meanwhile.
 * @module
 */
import { changeConfigFile, type ConfigChange } from "../../config/change.ts";
import type { ConfigKeyName, ConfigValue } from "../../config/keys.ts";
import { type Effective, originText } from "../../config/layers.ts";
import type { ConfigFile } from "../../config/read_file.ts";
import { OrchestratorError } from "../../errors.ts";
import { pathExists } from "../../platform/path.ts";
import type { Input } from "../command.ts";
import { configFiles } from "../../app/configuration.ts";
import type { Context } from "../context.ts";
import { withProjectLock, withUserLock } from "../../app/lock.ts";

/**
 * The repository's file, or with `--global` the user's own.
 * @throws `no_project` in the home directory; `invalid_argument` where there is no home.
 */
export function configTarget(context: Context, input: Input): ConfigFile {
  const wanted = input.has("global") ? "global" : "repository";
  const file = configFiles(context).findLast(({ layer }) => layer === wanted);
  if (file !== undefined && (wanted === "repository" || context.io.home !== undefined)) return file;
  if (wanted === "repository") {
    void context.paths;
    throw new OrchestratorError(
      "no_project",
      `Cannot change the repository's configuration: "${context.paths.root}" is your home directory`,
      { hint: "Add --global for your own configuration" },
    );
  }
  throw new OrchestratorError(
    "invalid_argument",
    `Cannot use "--global": there is no home directory`,
    { hint: "Set HOME" },
  );
}

/** Changes a file under its lock; creates the project where there is none. */
export async function changeConfig(
  context: Context,
  target: ConfigFile,
  operation: string,
  { key, value }: { readonly key: ConfigKeyName; readonly value: ConfigValue },
): Promise<ConfigChange> {
  if (value === null && !pathExists(target.path)) return { before: undefined, changed: false };
  const change = await withTargetLock(
    context,
    target,
    operation,
    () => changeConfigFile(target, key, value),
  );
  await context.refresh();
  return change;
}

/** Runs `task` while no other process changes the file. */
export async function withTargetLock<Result>(
  context: Context,
  target: ConfigFile,
  operation: string,
  task: () => Result,
): Promise<Result> {
  return target.layer === "repository"
    ? await withProjectLock(context, operation, task)
    : await withUserLock(context, operation, task);
}

/** Says so when something stands in front of what has just been written. */
export function warnIfShadowed(context: Context, target: ConfigFile, found: Effective): void {
  const { origin } = found;
  if ("file" in origin && origin.file === target.shown) return;
  context.warn(`"${found.key}" was set, but ${originText(origin)} overrides it`);
}
