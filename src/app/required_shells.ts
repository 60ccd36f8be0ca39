/**
 * Whether this machine can run the commands of a workflow as they ask.
 * @module
 */
import type { ShellMachine } from "../platform/shells.ts";
import { thisMachine } from "../platform/this_machine.ts";
import { commandShell } from "../session/command_shell.ts";
import { commandSetup } from "../workflow/command_setup.ts";
import type { ItemDefinition, WorkflowDefinition } from "../workflow/definition.ts";
import { fillIn } from "../workflow/template.ts";

/**
 * Refuses commands that ask for a strict shell and would need a weaker one here.
 * @param items those with a command.
 * @throws `command_failed` for the first of them.
 */
export async function requireShells(
  items: readonly ItemDefinition[],
  definition: WorkflowDefinition,
  env: ShellMachine["env"],
  machine: ShellMachine = thisMachine(env),
): Promise<void> {
  for (const item of items) {
    const { verification } = item;
    if (verification.type !== "command") continue;
    const { text } = fillIn(verification.command, definition);
    const { setup } = commandSetup(item, definition);
    await commandShell({ command: text, setup, item: item.id, doing: "start" }, machine);
  }
}
