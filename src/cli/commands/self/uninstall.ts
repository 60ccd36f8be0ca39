/**
 * `orchestrator self uninstall`
 * @module
 */
import { forgetInstaller, removeProgram } from "../../../release/remove_program.ts";
import type { Answer, Input } from "../../command.ts";
import { confirm } from "../../confirm.ts";
import type { Context } from "../../context.ts";
import { printable } from "../../output/text.ts";
import { ownCopy } from "../../self/copy.ts";

export async function run(context: Context, input: Input): Promise<Answer> {
  const program = ownCopy("remove");
  await confirm(context, input, {
    text: `Remove ${printable(program)}?`,
    doing: `remove "${program}"`,
    hint: "Let a person decide",
  });
  const startFiles = forgetInstaller(context.io.home, context.io.env);
  const { left } = removeProgram(program);
  return {
    data: { removed: program, startFiles, left },
    text: (style) =>
      [
        `${style.green(style.symbols.done)} Removed ${printable(program)}`,
        ...startFiles.map((file) => `  Removed the installer's line from ${printable(file)}`),
        ...(left === null
          ? []
          : [`  Windows keeps a running program: ${printable(left)} can be deleted now`]),
        "  State, configuration and secrets are still where they were",
      ].join("\n"),
  };
}
