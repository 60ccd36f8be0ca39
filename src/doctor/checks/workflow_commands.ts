import { existsSync } from "node:fs";
import { delimiter, resolve } from "node:path";
import { commandSetup } from "../../workflow/command_setup.ts";
import { fillIn } from "../../workflow/template.ts";
import { type Check, few, ok, skipped } from "../check.ts";
import type { Examination } from "../examination.ts";

/** Words that the shell itself understands, or that need no file. */
const BUILT_IN = new Set([
  "!",
  "(",
  ".",
  ":",
  "[",
  "case",
  "cd",
  "command",
  "echo",
  "eval",
  "exec",
  "exit",
  "export",
  "false",
  "for",
  "if",
  "printf",
  "pwd",
  "set",
  "test",
  "true",
  "type",
  "unset",
  "until",
  "while",
  "{",
]);

export const workflowCommands: Check = {
  id: "workflow.commands",
  area: "workflow",
  title: "Commands",
  why: "An item whose command does not exist can never be completed",
  async run(examination) {
    if (examination.options.system.platform === "win32") {
      return skipped("commands of cmd.exe are not checked");
    }
    const definition = (await examination.workflow()).value?.definition ?? null;
    if (definition === null) return skipped("no definition to check");
    const missing = new Set<string>();
    let looked = 0;
    for (const item of definition.phases.flatMap((phase) => phase.items)) {
      const { verification, id } = item;
      if (verification.type !== "command") continue;
      looked += 1;
      const { text } = fillIn(verification.command, definition);
      const word = /^\s*(?:\w+=\S*\s+)*([^\s;|&<>()]+)/.exec(text)?.[1];
      if (word === undefined || /["'$`\\{}]/.test(word) || BUILT_IN.has(word)) continue;
      const { dir = "" } = commandSetup(item, definition).setup;
      if (!exists(word, dir, examination)) missing.add(`${word} (${id})`);
    }
    if (missing.size === 0) return ok(`${looked} checked, all found`);
    return {
      level: "warning",
      seen: `not found: ${few([...missing])}`,
      todo: "Install them, or change the commands in the workflow",
      list: [...missing],
    };
  },
};

/** @param dir where the command runs, relative to the project root. */
function exists(word: string, dir: string, examination: Examination): boolean {
  const { paths, options } = examination;
  if (word.includes("/")) return existsSync(resolve(paths.root, dir, word));
  return (options.env["PATH"] ?? "").split(delimiter).some((folder) =>
    folder !== "" && examination.stat(resolve(paths.root, dir, folder, word))?.isFile() === true
  );
}
