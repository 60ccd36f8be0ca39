/**
 * Replaces this executable with another one. A complete program exists under its name at every
 * moment; the previous one is kept next to it, for a rollback.
 * @module
 */
import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { OrchestratorError } from "../errors.ts";
import { patiently, renamePatiently, syncDirectory } from "../platform/atomic_file.ts";
import { ioError } from "../platform/io_error.ts";
import { runProgram } from "../platform/processes.ts";
import { randomBase32 } from "../platform/random.ts";
import { isWindows } from "../platform/runtime.ts";

/** Longer than a start takes. */
const TRIAL_MS = 30_000;

/** What is on its way to become the program. */
const NEW_PREFIX = ".orchestrator-new-";

/** No update takes that long. */
const ABANDONED_MS = 60 * 60 * 1000;

const EXTENSION = isWindows ? ".exe" : "";

/** Where the program before this one is kept. */
export function previousProgram(program: string): string {
  return join(dirname(program), `.orchestrator-previous${EXTENSION}`);
}

/** What a program reports about itself. */
export interface SaidOfItself {
  readonly version: string;
  readonly target: string;
}

/**
 * Writes a new program beside the old one and tries it out; the old one is untouched.
 * @returns its path.
 * @throws `read_only`, `no_space`, `io_failed`; `release_invalid` when it does not run, or is another.
 */
export async function stageProgram(
  program: string,
  data: Uint8Array,
  expected: SaidOfItself,
): Promise<string> {
  const staged = newName(program);
  try {
    removeAbandoned(dirname(program));
    writeFileSync(staged, data, { flag: "wx", mode: 0o700 });
    const fd = openSync(staged, "r+");
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    if (!isWindows) chmodSync(staged, statSync(program).mode & 0o777 | 0o500);
  } catch (error) {
    rmSync(staged, { force: true });
    throw ioError("write", dirname(program), error);
  }
  try {
    const said = await askProgram(staged);
    if (said.version !== expected.version || said.target !== expected.target) {
      throw new OrchestratorError(
        "release_invalid",
        `Cannot use release ${expected.version}: its program reports version ${said.version} for ${said.target}`,
      );
    }
  } catch (error) {
    patiently(() => rmSync(staged, { force: true }));
    throw error;
  }
  return staged;
}

/**
 * Asks a program for its version.
 * @throws `release_invalid` when it does not run, or answers something else.
 */
async function askProgram(program: string): Promise<SaidOfItself> {
  const answered = await runProgram(program, ["--version", "--json"], {
    cwd: dirname(program),
    timeoutMs: TRIAL_MS,
  }).catch((error: unknown) => ({ exitCode: null, stdout: "", stderr: String(error) }));
  try {
    const { data } = JSON.parse(answered.stdout) as { readonly data: SaidOfItself };
    if (answered.exitCode === 0 && typeof data.version === "string") return data;
  } catch {
    // Told below, together with what it printed.
  }
  const printed = `${answered.stdout}${answered.stderr}`.trim().slice(0, 300);
  throw new OrchestratorError(
    "release_invalid",
    `Cannot use the new program: it does not run here (${printed || "no output"})`,
    { details: { exitCode: answered.exitCode } },
  );
}

/**
 * Puts the staged program in the place of the program, which becomes the previous one.
 * @throws `read_only`, `io_failed`; then the old program is still there, and the staged one is gone.
 */
export function switchProgram(program: string, staged: string): void {
  try {
    if (isWindows) switchOnWindows(program, staged);
    else {
      keepAsPrevious(program);
      renameSync(staged, program);
      syncDirectory(dirname(program));
    }
  } catch (error) {
    rmSync(staged, { force: true });
    throw ioError("write", program, error);
  }
}

/**
 * Swaps the program with the previous one, so that a second rollback undoes the first.
 * @throws `nothing_to_undo` when there is no previous one; `release_invalid` when it does not run.
 */
export async function rollBackProgram(program: string): Promise<SaidOfItself> {
  const previous = previousProgram(program);
  if (!existsSync(previous)) {
    throw new OrchestratorError(
      "nothing_to_undo",
      `Cannot roll back: there is no previous program next to "${program}"`,
      { hint: "`orchestrator self update --to <version>` installs any release" },
    );
  }
  const said = await askProgram(previous);
  const staged = newName(program);
  try {
    linkOrCopy(previous, staged);
  } catch (error) {
    throw ioError("write", dirname(program), error);
  }
  switchProgram(program, staged);
  return said;
}

function keepAsPrevious(program: string): void {
  const kept = newName(program);
  try {
    linkOrCopy(program, kept);
    renameSync(kept, previousProgram(program));
  } finally {
    rmSync(kept, { force: true });
  }
}

/** A second name for a file, or a copy: not every file system has hard links. */
function linkOrCopy(from: string, to: string): void {
  try {
    if (isWindows) copyFileSync(from, to);
    else linkSync(from, to);
  } catch {
    copyFileSync(from, to);
  }
}

function newName(program: string): string {
  return join(dirname(program), `${NEW_PREFIX}${randomBase32(40)}${EXTENSION}`);
}

/** Removes what an update that was killed has left. */
function removeAbandoned(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(NEW_PREFIX)) continue;
    const path = join(folder, name);
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat !== undefined && Date.now() - stat.ctimeMs > ABANDONED_MS) {
      rmSync(path, { force: true });
    }
  }
}

/** A running program cannot be replaced on Windows, but its file can be renamed. */
function switchOnWindows(program: string, staged: string): void {
  const previous = previousProgram(program);
  patiently(() => rmSync(previous, { force: true }));
  renamePatiently(program, previous);
  try {
    renamePatiently(staged, program);
  } catch (error) {
    renamePatiently(previous, program);
    throw error;
  }
}
