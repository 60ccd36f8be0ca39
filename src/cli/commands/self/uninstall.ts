/**
 * `orchestrator self uninstall`
 * @module
 */
import { forgetInstaller, removeProgram } from "../../../release/remove_program.ts";
import type { AnswerTo, Input } from "../../command.ts";
import { confirm } from "../../confirm.ts";
import type { Context } from "../../context.ts";
import { lines, say, shown } from "../../output/shown.ts";
import { ownCopy } from "../../release/copy.ts";

export async function run(context: Context, input: Input): Promise<AnswerTo<"self uninstall">> {
  const program = ownCopy("remove");
  await confirm(context, input, {
    text: say`Remove ${shown(program)}?`,
    doing: `remove "${program}"`,
    hint: "Ask a person to decide",
  });
  const startFiles = forgetInstaller(context.io.home, context.io.env);
  const { left } = removeProgram(program);
  return {
    data: { removed: program, startFiles, left },
    text: (style) =>
      lines([
        say`${style.green(style.symbols.done)} Removed ${shown(program)}`,
        ...startFiles.map((file) => say`  Removed the installer's line from ${shown(file)}`),
        ...(left === null
          ? []
          : [say`Windows does not remove a running program: you can delete ${shown(left)} now`]),
        say`State, configuration and secrets were kept`,
      ]),
  };
}
