/**
 * `orchestrator self uninstall`
 * @module
 */
import { forgetInstaller, programFiles, removeProgram } from "../../../release/remove_program.ts";
import type { AnswerTo, Input } from "../../command.ts";
import { confirm } from "../../confirm.ts";
import type { Context } from "../../context.ts";
import { lines, say, shown } from "../../output/shown.ts";
import { ownCopy } from "../../release/copy.ts";

const KEPT = say`State, configuration and secrets are kept`;

export async function run(context: Context, input: Input): Promise<AnswerTo<"self uninstall">> {
  const program = ownCopy("remove");
  const { home, env } = context.io;
  if (input.has("dry-run")) {
    const startFiles = forgetInstaller(home, env, { dryRun: true });
    const files = programFiles(program);
    return {
      data: { dryRun: true, removed: program, startFiles, left: null },
      text: (style) =>
        lines([
          ...files.map((file) => say`${style.symbols.bullet} Would remove ${shown(file)}`),
          ...startFiles.map((file) =>
            say`${style.symbols.bullet} Would remove the installer's line from ${shown(file)}`
          ),
          KEPT,
        ]),
    };
  }
  await confirm(context, input, {
    text: say`Remove ${shown(program)}?`,
    doing: `remove "${program}"`,
    hint:
      "Run `orchestrator self uninstall --dry-run` to see what would be removed; a person confirms with --yes",
  });
  const startFiles = forgetInstaller(home, env);
  const { left } = removeProgram(program);
  return {
    data: { dryRun: false, removed: program, startFiles, left },
    text: (style) =>
      lines([
        say`${style.green(style.symbols.done)} Removed ${shown(program)}`,
        ...startFiles.map((file) => say`  Removed the installer's line from ${shown(file)}`),
        ...(left === null
          ? []
          : [say`Windows does not remove a running program: you can delete ${shown(left)} now`]),
        KEPT,
      ]),
  };
}
