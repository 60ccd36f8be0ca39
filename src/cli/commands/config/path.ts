/**
 * `orchestrator config path`
 * @module
 */
import { existsSync } from "node:fs";
import type { AnswerTo, Input } from "../../command.ts";
import { configTarget } from "../../config/target.ts";
import { configFiles } from "../../../app/configuration.ts";
import type { Context } from "../../context.ts";
import { exact, shown } from "../../output/shown.ts";

export function run(context: Context, input: Input): Promise<AnswerTo<"config path">> {
  const inHome = context.usablePaths === null;
  const { path } = configTarget(context, inHome ? input.with("global") : input);
  const files = configFiles(context).map((file) => ({
    layer: file.layer,
    path: file.path,
    exists: existsSync(file.path),
    ...(file.old === true ? { old: true } : {}),
  }));
  return Promise.resolve({
    data: { path, files },
    text: ({ terminal }) => terminal ? shown(path) : exact(path),
  });
}
