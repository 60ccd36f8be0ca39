/**
 * Running other programs.
 *
 * `node:child_process` is loaded at the first call.
 * @module
 */
import type { ChildProcess, SpawnOptions } from "node:child_process";
import { existsSync } from "node:fs";
import process from "node:process";
import { OrchestratorError, systemErrorCode } from "../errors.ts";
import { exactByteSize } from "./byte_size.ts";
import { joinBytes } from "./join_bytes.ts";
import { OutputTail } from "./output_tail.ts";
import { type ParentWatch, watchParent } from "./parent_watch.ts";
import { endGroup } from "./process_group.ts";
import { isWindows } from "./runtime.ts";
import { type ShellProgram, systemShell } from "./shells.ts";

/** An environment; a variable whose value is undefined is not passed on. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** One of a program's two outputs. */
export type OutputStream = "stdout" | "stderr";

/** A shell command to run. */
export interface CommandRequest {
  readonly command: string;
  /** What runs it. Default: `/bin/sh -c`, on Windows `cmd /d /s /c`. */
  readonly shell?: ShellProgram;
  readonly cwd: string;
  /** The whole environment of the command. */
  readonly env: Environment;
  readonly timeoutMs: number;
  /** Time to exit after SIGTERM, in milliseconds. Default 2000. */
  readonly graceMs?: number;
  /** How many bytes of the end of its output to keep. Default 4096. */
  readonly tailBytes?: number;
  /** Called with each piece of output as it comes. What it throws ends the command and is rethrown. */
  readonly onOutput?: (chunk: Uint8Array, stream: OutputStream) => void;
  /** Ends the command, with all it started, when it fires. */
  readonly signal?: AbortSignal;
}

/** How a shell command ended. */
export interface CommandResult {
  /** Null when it was ended by a signal or could not be started. */
  readonly exitCode: number | null;
  /** The signal that ended it, for example `SIGTERM`. */
  readonly signal: string | null;
  readonly timedOut: boolean;
  readonly durationMs: number;
  /** The end of what it printed on both outputs, as it came; bytes that are no UTF-8 become U+FFFD. */
  readonly tail: string;
  /** Why it could not be started; absent when it ran. */
  readonly startError?: string;
}

/** How a program is run by {@link runProgram}. */
export interface ProgramOptions {
  readonly cwd: string;
  /** The whole environment. Default: this process's. */
  readonly env?: Environment;
  /** Default: no limit. */
  readonly timeoutMs?: number;
  /** What it reads on its standard input. Default: nothing. */
  readonly input?: string | Uint8Array;
  /**
   * Whether the time-out also ends the program's descendants, with SIGTERM and then SIGKILL.
   * Default false: only the program is terminated, at once.
   */
  readonly group?: boolean;
  /** Hands its standard output over as bytes, for what is no text; `stdout` is empty then. Default false. */
  readonly binary?: boolean;
  /** The most bytes of its standard output; one that prints more is ended. Default: any. */
  readonly mostBytes?: number;
}

/** How a program ended. */
export interface ProgramResult {
  /** Null when it was ended by a signal. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The bytes of its standard output, where they were asked for. */
  readonly bytes?: Uint8Array;
}

/**
 * Runs the program that its arguments name as soon as a line comes, which is when the watch of this
 * process has begun. It does nothing when this process dies before.
 */
const WHEN_WATCHED = 'read -r go || exit 1; exec </dev/null; exec "$@"';

/** See {@link CommandRequest.graceMs}. */
const GRACE_MS = 2000;

/** After the shell's exit: how long its outputs may stay silent, and open at all, before we go on. */
const SILENCE_MS = 100;
const STILL_OPEN_MS = 1000;

/** The longest delay that a timer takes. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Runs a shell command to its end, without standard input, in its own process group.
 *
 * When the time is up or `signal` fires, the whole group gets SIGTERM and, after the grace period,
 * SIGKILL; on Windows `taskkill /T /F` terminates the tree at once. The same happens when this
 * process dies while the command runs, except on Windows, where the command keeps running. A
 * command that leaves a process in the background ends with its shell: the process keeps running,
 * its further output is not read.
 *
 * Never rejects because of the command: see {@link CommandResult}.
 */
export async function runCommand(request: CommandRequest): Promise<CommandResult> {
  const { spawn } = await import("node:child_process");
  const { command, cwd, timeoutMs, graceMs = GRACE_MS, onOutput, signal } = request;
  const tail = new OutputTail(request.tailBytes ?? 4096);
  const started = performance.now();
  let timedOut = false;
  const result = (ended: Pick<CommandResult, "exitCode" | "signal" | "startError">) => ({
    ...ended,
    timedOut,
    durationMs: Math.round(performance.now() - started),
    tail: tail.text(),
  });
  const notStarted = (startError: string) => result({ exitCode: null, signal: null, startError });

  const interrupted = () => signal?.aborted === true;
  if (interrupted()) return notStarted("it was interrupted before it started");
  const shell = request.shell ?? systemShell();
  const own = [shell.file, shell.args(command)] as const;
  const [file, args] = isWindows
    ? own
    : ["/bin/sh", ["-c", WHEN_WATCHED, "sh", own[0], ...own[1]]] as const;
  const env = present(request.env);
  let parent: ParentWatch | undefined;
  const spawned = await start(() => {
    const child = spawn(
      file,
      [...args],
      {
        cwd,
        env,
        detached: !isWindows,
        stdio: [isWindows ? "ignore" : "pipe", "pipe", "pipe"],
        windowsHide: true,
        windowsVerbatimArguments: shell.verbatim === true,
      } satisfies SpawnOptions,
    );
    if (!isWindows && child.pid !== undefined) {
      parent = watchParent(spawn, child.pid, { graceMs, env });
    }
    child.stdin?.on("error", () => {});
    child.stdin?.end("\n");
    return child;
  });
  if (!("child" in spawned)) {
    parent?.end();
    return notStarted(startReason(spawned.error, file, cwd));
  }
  const { child, pid } = spawned;

  let ending: Promise<void> | undefined;
  const end = () => {
    ending ??= endGroup(child, pid, graceMs);
  };
  const timer = setTimeout(() => {
    timedOut = true;
    end();
  }, Math.min(timeoutMs, LONGEST_TIMER_MS));
  child.once("exit", () => clearTimeout(timer));
  signal?.addEventListener("abort", end);
  if (interrupted()) end();
  let thrown: { readonly error: unknown } | undefined;
  try {
    const ended = await untilEnd(child, (chunk, stream) => {
      tail.push(chunk);
      try {
        if (thrown === undefined) onOutput?.(chunk, stream);
      } catch (error) {
        thrown = { error };
        end();
      }
    });
    await ending;
    if (thrown !== undefined) throw thrown.error;
    return result(ended);
  } finally {
    parent?.end();
    clearTimeout(timer);
    signal?.removeEventListener("abort", end);
  }
}

/**
 * Runs a program without a shell and collects its output as UTF-8.
 * @throws {OrchestratorError} `command_failed` when it cannot be started (`details.system` is `ENOENT`
 * when it is not installed) or takes longer than `timeoutMs`, `limit_exceeded` when it prints more than
 * `mostBytes`. An exit code is never an error here.
 */
export async function runProgram(
  file: string,
  args: readonly string[],
  options: ProgramOptions,
): Promise<ProgramResult> {
  const { spawn } = await import("node:child_process");
  const { cwd, env = process.env, timeoutMs, input = "", group = false, binary = false } = options;
  const { mostBytes = Infinity } = options;
  const spawned = await start(() =>
    spawn(file, [...args], {
      cwd,
      env: present(env),
      detached: group && !isWindows,
      stdio: ["pipe", "pipe", "pipe"],
      windowsHide: true,
    })
  );
  if (!("child" in spawned)) {
    const { error } = spawned;
    throw new OrchestratorError(
      "command_failed",
      `Cannot run "${file}": ${startReason(error, file, cwd)}`,
      { details: { program: file, system: systemErrorCode(error) ?? null }, cause: error },
    );
  }
  const { child, pid } = spawned;
  let timedOut = false;
  let ending: Promise<void> | undefined;
  const end = () => {
    if (group) ending ??= endGroup(child, pid, GRACE_MS);
    else child.kill("SIGKILL");
  };
  const timer = timeoutMs === undefined ? undefined : setTimeout(() => {
    timedOut = true;
    end();
  }, Math.min(timeoutMs, LONGEST_TIMER_MS));
  let printed = 0;
  const chunks: Readonly<Record<OutputStream, Uint8Array[]>> = { stdout: [], stderr: [] };
  // A program that does not read all of its input closes the pipe; that is its right.
  child.stdin?.on("error", () => {});
  child.stdin?.end(input);
  try {
    const { exitCode } = await untilEnd(child, (chunk, stream) => {
      if (stream === "stdout") printed += chunk.length;
      if (printed <= mostBytes) chunks[stream].push(chunk);
      else end();
    });
    await ending;
    if (printed > mostBytes) {
      throw new OrchestratorError(
        "limit_exceeded",
        `Cannot run "${file}": it prints more than ${exactByteSize(mostBytes)}`,
        { details: { program: file, limit: mostBytes } },
      );
    }
    if (timedOut) {
      throw new OrchestratorError(
        "command_failed",
        `Cannot run "${file}": it timed out after ${Number(timeoutMs) / 1000} s`,
        { details: { program: file, timeoutMs } },
      );
    }
    return {
      exitCode,
      stdout: binary ? "" : decode(chunks.stdout),
      stderr: decode(chunks.stderr),
      ...(binary ? { bytes: joinBytes(chunks.stdout) } : {}),
    };
  } finally {
    clearTimeout(timer);
  }
}

/** Starts a child and waits until the system has either started or refused it. */
function start(
  spawn: () => ChildProcess,
): Promise<{ readonly child: ChildProcess; readonly pid: number } | { readonly error: unknown }> {
  return new Promise((resolve) => {
    try {
      const child = spawn();
      child.on("error", (error) => resolve({ error }));
      if (child.pid !== undefined) resolve({ child, pid: child.pid });
    } catch (error) {
      resolve({ error });
    }
  });
}

/** Why a program could not be started. The system names the program even when its directory is missing. */
function startReason(error: unknown, file: string, cwd: string): string {
  const code = systemErrorCode(error);
  if ((code === "ENOENT" || code === "ENOTDIR") && !existsSync(cwd)) {
    return `the directory "${cwd}" does not exist`;
  }
  if (code === "ENOENT") return `"${file}" is not installed`;
  if (code === "E2BIG") return "its arguments and environment are too large";
  if (code === "EACCES") return "permission is denied";
  return error instanceof Error ? error.message : String(error);
}

/**
 * Waits until a child has exited and its outputs are read. Outputs that something in the background
 * keeps open are left after a short silence.
 */
function untilEnd(
  child: ChildProcess,
  onChunk: (chunk: Uint8Array, stream: OutputStream) => void,
): Promise<Pick<CommandResult, "exitCode" | "signal">> {
  return new Promise((resolve) => {
    let silence: ReturnType<typeof setTimeout> | undefined;
    let stillOpen: ReturnType<typeof setTimeout> | undefined;
    let leave: (() => void) | undefined;
    let left = false;
    const waitForSilence = () => {
      if (leave === undefined) return;
      clearTimeout(silence);
      silence = setTimeout(leave, SILENCE_MS);
    };
    for (const stream of ["stdout", "stderr"] as const) {
      child[stream]?.on("data", (chunk: Uint8Array) => {
        if (left) return;
        onChunk(chunk, stream);
        waitForSilence();
      });
      child[stream]?.on("error", () => {});
    }
    const settle = (exitCode: number | null, signal: string | null) => {
      if (left) return;
      left = true;
      clearTimeout(silence);
      clearTimeout(stillOpen);
      child.stdout?.destroy();
      child.stderr?.destroy();
      resolve({ exitCode, signal });
    };
    child.once("exit", (exitCode, signal) => {
      leave = () => settle(exitCode, signal);
      waitForSilence();
      stillOpen = setTimeout(leave, STILL_OPEN_MS);
    });
    child.once("close", settle);
  });
}

/** An environment without the variables that are undefined. */
function present(env: Environment): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined) result[name] = value;
  }
  return result;
}

function decode(chunks: readonly Uint8Array[]): string {
  const decoder = new TextDecoder();
  return chunks.map((chunk) => decoder.decode(chunk, { stream: true })).join("") + decoder.decode();
}
