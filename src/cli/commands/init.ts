/**
 * `orchestrator init`
 * @module
 */
import { OrchestratorError } from "../../errors.ts";
import { readRepositoryMeta } from "../../project/identity.ts";
import { initProject, type InitResult, refuseHome } from "../../project/init.ts";
import { VERSION } from "../../version.ts";
import type { Answer, Input } from "../command.ts";
import type { Context } from "../context.ts";
import type { Style } from "../output/style.ts";

export async function run(context: Context, input: Input): Promise<Answer> {
  if (input.has("portable") && input.has("normal")) {
    throw new OrchestratorError(
      "invalid_argument",
      `Cannot init with "--portable" and "--normal": choose one`,
    );
  }
  refuseHome(context.paths);
  // Before anything is made: a damaged or newer project must not be written to.
  readRepositoryMeta(context.paths.meta);
  const mode = input.has("portable") ? "portable" : input.has("normal") ? "normal" : undefined;
  const result = await context.manager.holdRepository(
    "init",
    () =>
      Promise.resolve(initProject(context.paths, {
        mode,
        now: context.io.now(),
        toolVersion: VERSION,
      })),
  );
  if (result.warning !== null) context.warn(result.warning);
  const hasSession = (await context.manager.ids()).length > 0;
  return {
    data: { root: context.paths.root, ...result },
    text: (style) => describe(context, result, hasSession, style),
  };
}

function describe(
  context: Context,
  result: InitResult,
  hasSession: boolean,
  style: Style,
): string {
  const { done, bullet } = style.symbols;
  const lines: string[] = [];
  for (const name of result.created) lines.push(`${style.green(done)} created ${name}`);
  for (const name of result.changed) lines.push(`${style.green(done)} changed ${name}`);
  for (const name of result.kept) lines.push(`${style.dim(`${bullet} kept    ${name}`)}`);
  if (result.commands?.test !== undefined) {
    lines.push(`  test command: ${result.commands.test} (from ${result.commands.source})`);
  }
  const was = result.previousMode === null ? "" : `, was ${result.previousMode}`;
  lines.push("", `Project ${style.bold(context.paths.root)}`);
  lines.push(
    `  mode ${result.mode}${was}: ${
      result.mode === "normal"
        ? "git ignores .orchestrator/"
        : "sessions are committed; locks, secrets and backups never are"
    }`,
  );
  if (result.previousRemote !== null) {
    lines.push(`  remote ${result.remote}, was ${result.previousRemote}`);
  }
  const next = hasSession ? "orchestrator status" : 'orchestrator start "<task>"';
  lines.push("", `${style.bold("Next:")} ${style.cyan(next)}`);
  return lines.join("\n");
}
