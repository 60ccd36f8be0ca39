/**
 * Which program of this machine runs a verification command, and what is recorded of it.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import {
  findShell,
  type FoundShell,
  type ShellMachine,
  withoutShellVariables,
} from "../platform/shells.ts";
import { bashVersion } from "../platform/this_machine.ts";
import type { CommandSetup } from "../workflow/command_setup.ts";
import { pipesOf } from "../workflow/command_text.ts";
import type { ShellRecord } from "../workflow/recorded.ts";

/** A command that is to run. */
export interface ShellRequest {
  readonly command: string;
  readonly setup: CommandSetup;
  /** The item it belongs to. */
  readonly item: string;
  /** As it follows "Cannot": `complete "tests"`, `start`. */
  readonly doing: string;
}

/**
 * The shell that runs a command as its item asks.
 * @throws OrchestratorError `command_failed` when this machine has none: never a weaker one instead.
 */
export async function commandShell(
  { command, setup, item, doing }: ShellRequest,
  machine: ShellMachine,
): Promise<FoundShell> {
  const shell = await findShell(setup.shell, machine);
  if (shell === null) {
    throw new OrchestratorError(
      "command_failed",
      `Cannot ${doing}: "${setup.shell}", which runs the command of "${item}", is not installed`,
      { hint: `Install it, or choose another shell for "${item}"`, details: { item } },
    );
  }
  const isWeaker = setup.shell === "strict" && !shell.pipefail && shell.name !== "cmd";
  if (isWeaker && pipesOf(command)) {
    throw new OrchestratorError(
      "command_failed",
      `Cannot ${doing}: the command of "${item}" has a pipe, and no shell here reports a failure in ` +
        `front of it: bash is not installed, and ${shell.name} has no pipefail`,
      {
        hint: `Install bash, or write the command without a pipe, or "shell: sh" for "${item}"`,
        details: { item, shell: shell.file },
      },
    );
  }
  return shell;
}

/** The environment of a command: a strict shell gets nothing that changes how it judges. */
export function shellEnvironment(
  { setup }: Pick<ShellRequest, "setup">,
  env: ShellMachine["env"],
): ShellMachine["env"] {
  return { ...(setup.shell === "strict" ? withoutShellVariables(env) : env), ...setup.env };
}

/** What is recorded of a shell that runs. */
export async function shellRecord({ name, file, strict }: FoundShell): Promise<ShellRecord> {
  const version = name === "bash" ? await bashVersion(file) : undefined;
  return { name, path: file, ...(version === undefined ? {} : { version }), strict };
}
