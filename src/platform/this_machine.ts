/**
 * What this machine says of its shells.
 * @module
 */
import { accessSync, constants, existsSync, realpathSync, statSync } from "node:fs";
import { win32 } from "node:path";
import process from "node:process";
import { runProgram } from "./processes.ts";
import { isWindows } from "./runtime.ts";
import type { ShellMachine } from "./shells.ts";

/** This machine, with the environment that commands get. */
export function thisMachine(env: ShellMachine["env"]): ShellMachine {
  return { windows: isWindows, env, canRun, real, takesPipefail };
}

/** Whether a path is that of a file that may be run. */
export function canRun(path: string): boolean {
  try {
    if (!statSync(path).isFile()) return false;
    if (!isWindows) accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function real(path: string): string {
  try {
    return existsSync(path) ? realpathSync(path) : path;
  } catch {
    return path;
  }
}

/** How long a shell may take to answer a question about itself. */
const ANSWER_MS = 5000;

const pipefailKnown = new Map<string, Promise<boolean>>();

/** Asked once in the life of this process. */
function takesPipefail(sh: string): Promise<boolean> {
  const known = pipefailKnown.get(sh) ?? asked(sh, ["-c", "set -o pipefail"])
    .then((answer) => answer !== null);
  pipefailKnown.set(sh, known);
  return known;
}

const versionsKnown = new Map<string, Promise<string | undefined>>();

/** The version of a bash, e.g. `5.2.15`; undefined where it does not say. Asked once. */
export function bashVersion(bash: string): Promise<string | undefined> {
  const known = versionsKnown.get(bash) ?? asked(bash, ["--version"])
    .then((answer) => /\bversion (\d+(?:\.\d+){1,2})/.exec(answer ?? "")?.[1]);
  versionsKnown.set(bash, known);
  return known;
}

/** What a shell prints; null when it fails. */
async function asked(file: string, args: readonly string[]): Promise<string | null> {
  try {
    const { exitCode, stdout } = await runProgram(file, args, {
      cwd: isWindows ? win32.dirname(file) : "/",
      env: isWindows ? { SystemRoot: process.env["SystemRoot"] } : {},
      timeoutMs: ANSWER_MS,
    });
    return exitCode === 0 ? stdout : null;
  } catch {
    return null;
  }
}
