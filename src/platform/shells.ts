/**
 * The shells that commands are run by: where each is, and how a command is handed to it.
 * @module
 */
import { delimiter, win32 } from "node:path";
import process from "node:process";
import { isWindows } from "./runtime.ts";

/**
 * A shell to choose: `strict` is the one that lets no command of a list, and none in front of a pipe,
 * fail unseen; `sh` is the system's own (`cmd` on Windows).
 */
export type ShellName = "strict" | "sh" | "bash" | "cmd" | "powershell" | "pwsh";

/** How a program is started as a shell. */
export interface ShellProgram {
  /** Absolute, or a name that the system finds. */
  readonly file: string;
  readonly args: (command: string) => readonly string[];
  /** Whether the arguments are handed over as they are, without the quotes of Windows. */
  readonly verbatim?: true;
}

/** A shell of this machine. */
export interface FoundShell extends ShellProgram {
  /** Of its file, links followed, without `.exe`: `bash`, `dash`, `busybox`, `cmd`. */
  readonly name: string;
  /** Whether a command of a list that fails ends the whole, which then fails. */
  readonly strict: boolean;
  /** Whether one that fails in front of a pipe does so too. */
  readonly pipefail: boolean;
}

/** What is asked of the machine. */
export interface ShellMachine {
  readonly windows: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether a path names a file that may be run. */
  readonly canRun: (path: string) => boolean;
  /** The path behind links; the path itself where that cannot be told. */
  readonly real: (path: string) => string;
  /** Whether an `sh` takes `set -o pipefail`. */
  readonly takesPipefail: (sh: string) => Promise<boolean>;
}

const SH = "/bin/sh";

/** Fixed places come first: what stands in front on `PATH` is for anyone to choose. */
const BASH_PLACES = [
  "/bin/bash",
  "/usr/bin/bash",
  "/usr/local/bin/bash",
  "/opt/homebrew/bin/bash",
  "/run/current-system/sw/bin/bash",
];

/** What `sh` means without a choice. */
export function systemShell(): ShellProgram {
  return isWindows ? cmd(process.env) : { file: SH, args: (command) => ["-c", command] };
}

function cmd(env: ShellMachine["env"]): ShellProgram {
  return {
    file: env["ComSpec"] ?? "cmd.exe",
    args: (command) => ["/d", "/s", "/c", `"${command}"`],
    verbatim: true,
  };
}

/**
 * Finds a shell.
 * @returns null where it is not installed. `strict` is always found: where nothing takes `pipefail`,
 * the result says so, and what has a pipe must not be run by it.
 */
export async function findShell(
  name: ShellName,
  machine: ShellMachine,
): Promise<FoundShell | null> {
  switch (name) {
    case "strict":
      return await strictShell(machine);
    case "sh":
      return machine.windows ? named(cmd(machine.env), machine) : posix(SH, [], machine);
    case "bash": {
      const bash = findBash(machine);
      return bash === undefined ? null : posix(bash, [], machine);
    }
    case "cmd":
      return machine.windows ? named(cmd(machine.env), machine) : null;
    case "powershell":
    case "pwsh": {
      const file = onPath(machine, name);
      return file === undefined ? null : named({ file, args: powershellArguments }, machine);
    }
  }
}

async function strictShell(machine: ShellMachine): Promise<FoundShell> {
  const bash = findBash(machine);
  if (bash !== undefined) return posix(bash, ["-eo", "pipefail"], machine);
  if (machine.windows) return named(cmd(machine.env), machine);
  const pipefail = await machine.takesPipefail(SH);
  return posix(SH, pipefail ? ["-eo", "pipefail"] : ["-e"], machine);
}

function posix(file: string, options: readonly string[], machine: ShellMachine): FoundShell {
  return {
    ...named({ file, args: (command) => [...options, "-c", command] }, machine),
    strict: options.length > 0,
    pipefail: options.includes("pipefail"),
  };
}

function named(shell: ShellProgram, { real: realPath }: ShellMachine): FoundShell {
  const path = realPath(shell.file);
  const name = win32.basename(path).toLowerCase().replace(/\.exe$/, "");
  return { ...shell, name, strict: false, pipefail: false };
}

function findBash(machine: ShellMachine): string | undefined {
  if (machine.windows) return gitBash(machine);
  return BASH_PLACES.find(machine.canRun) ?? onPath(machine, "bash");
}

/** The bash of Git for Windows. That of `System32` begins a Linux of its own, with other files. */
function gitBash(machine: ShellMachine): string | undefined {
  const { env } = machine;
  const folders = ["ProgramFiles", "ProgramW6432", "ProgramFiles(x86)"].flatMap((name) => {
    const folder = env[name];
    return folder === undefined || folder === "" ? [] : [win32.join(folder, "Git")];
  });
  const local = env["LocalAppData"] ?? env["LOCALAPPDATA"];
  if (local !== undefined && local !== "") folders.push(win32.join(local, "Programs", "Git"));
  // git.exe is in `cmd`, `bin` or `mingw64/bin` of its folder.
  const git = onPath(machine, "git");
  if (git !== undefined) {
    const folder = win32.dirname(win32.dirname(git));
    folders.push(folder, win32.dirname(folder));
  }
  return folders.map((folder) => win32.join(folder, "bin", "bash.exe")).find(machine.canRun);
}

function onPath({ env, windows, canRun: may }: ShellMachine, name: string): string | undefined {
  const path = env["PATH"] ?? env["Path"] ?? "";
  const file = windows ? `${name}.exe` : name;
  return path.split(windows ? ";" : delimiter)
    // A folder below the working directory belongs to the project.
    .filter((folder) => windows ? /^[A-Za-z]:[\\/]/.test(folder) : folder.startsWith("/"))
    .map((folder) => windows ? win32.join(folder, file) : `${folder}/${file}`)
    .find(may);
}

/** The last program's exit code is the shell's: without the last line it would be 1 for any other. */
const POWERSHELL_HEAD = "$ErrorActionPreference = 'stop'\n";
const POWERSHELL_TAIL =
  "\nif (Test-Path -LiteralPath variable:\\LASTEXITCODE) { exit $LASTEXITCODE }";

/** Encoded, the command needs no quotes. */
function powershellArguments(command: string): readonly string[] {
  const text = `${POWERSHELL_HEAD}${command}${POWERSHELL_TAIL}`;
  const bytes = new Uint8Array(text.length * 2);
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    bytes[2 * at] = unit & 0xff;
    bytes[2 * at + 1] = unit >> 8;
  }
  const encoded = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  return ["-NoProfile", "-NonInteractive", "-EncodedCommand", encoded];
}

/** Variables by which an environment decides what a shell runs, or how it judges. */
const SHELL_VARIABLES = new Set([
  // A file that bash, or sh, reads first.
  "BASH_ENV",
  "ENV",
  // Options of the shell: `noexec` makes everything pass.
  "SHELLOPTS",
  "BASHOPTS",
  "BASH_COMPAT",
  // Where `cd`, patterns and the search for programs lead.
  "CDPATH",
  "GLOBIGNORE",
  "EXECIGNORE",
  "BASH_LOADABLES_PATH",
  // Run with each line that `set -x` prints.
  "PS4",
]);

/** Whether a variable changes what a shell does with a command, or is an exported function. */
export function changesShell(name: string, value: string | undefined): boolean {
  return SHELL_VARIABLES.has(name) || name.startsWith("BASH_FUNC_") ||
    value?.startsWith("() {") === true;
}

/** An environment without what {@link changesShell}. */
export function withoutShellVariables(
  env: ShellMachine["env"],
): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(
    Object.entries(env).filter(([name, value]) => !changesShell(name, value)),
  );
}
