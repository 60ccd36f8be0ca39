/**
 * Running other programs.
 * @module
 */
import process from "node:process";
import { isWindows } from "./runtime.ts";

/** A shell command to run. */
export interface CommandRequest {
  /** Given to `sh -c`, on Windows to `cmd /d /s /c`. */
  readonly command: string;
  readonly cwd: string;
  /** The whole environment of the command. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly timeoutMs: number;
  /** How many bytes of the end of its output to keep. Default 4096. */
  readonly tailBytes?: number;
  /** Called with each piece of output as it comes. */
  readonly onOutput?: (chunk: Uint8Array, stream: "stdout" | "stderr") => void;
  /** Ends the command, with all it started, when it fires. */
  readonly signal?: AbortSignal;
}

/** How a shell command ended. */
export interface CommandResult {
  /** Null when it was ended by a signal or could not be started. */
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly timedOut: boolean;
  readonly durationMs: number;
  /** The end of what it printed on both streams, in the order it came. */
  readonly tail: string;
  /** Why it could not be started; absent when it ran. */
  readonly startError?: string;
}

/** How a program ended. */
export interface ProgramResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const GRACE_MS = 2000;
const PIPE_GRACE_MS = 200;

/** Runs a shell command to its end. Never rejects for what the command does. */
export async function runCommand(request: CommandRequest): Promise<CommandResult> {
  const { spawn } = await import("node:child_process");
  const { command, cwd, env, timeoutMs, tailBytes = 4096, onOutput, signal } = request;
  const started = performance.now();
  const [file, args] = isWindows
    ? [process.env["ComSpec"] ?? "cmd.exe", ["/d", "/s", "/c", `"${command}"`]] as const
    : ["/bin/sh", ["-c", command]] as const;
  return await new Promise<CommandResult>((resolve) => {
    let tail = new Uint8Array(0);
    let timedOut = false;
    let settled = false;
    const child = spawn(file, [...args], {
      cwd,
      env: { ...env },
      detached: !isWindows,
      stdio: ["ignore", "pipe", "pipe"],
      windowsHide: true,
      windowsVerbatimArguments: true,
    });
    const kill = (name: "SIGTERM" | "SIGKILL") => {
      if (child.pid === undefined) return;
      if (isWindows) {
        spawn("taskkill", ["/pid", String(child.pid), "/T", "/F"], { stdio: "ignore" })
          .on("error", () => child.kill());
        return;
      }
      try {
        process.kill(-child.pid, name);
      } catch {
        // The group has ended by itself.
      }
    };
    let killTimer: ReturnType<typeof setTimeout> | undefined;
    const end = () => {
      if (settled || killTimer !== undefined) return;
      kill("SIGTERM");
      killTimer = setTimeout(() => kill("SIGKILL"), GRACE_MS);
    };
    const timer = setTimeout(() => {
      timedOut = true;
      end();
    }, timeoutMs);
    signal?.addEventListener("abort", end, { once: true });
    if (signal?.aborted === true) end();
    for (const stream of ["stdout", "stderr"] as const) {
      child[stream].on("data", (chunk: Uint8Array) => {
        if (settled) return;
        onOutput?.(chunk, stream);
        const joined = new Uint8Array(tail.length + chunk.length);
        joined.set(tail);
        joined.set(chunk, tail.length);
        tail = joined.length > tailBytes ? joined.slice(joined.length - tailBytes) : joined;
      });
    }
    const settle = (exitCode: number | null, name: string | null, startError?: string) => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      clearTimeout(killTimer);
      if (timedOut || signal?.aborted === true) kill("SIGKILL");
      signal?.removeEventListener("abort", end);
      child.stdout.destroy();
      child.stderr.destroy();
      resolve({
        exitCode,
        signal: name,
        timedOut,
        durationMs: Math.round(performance.now() - started),
        tail: new TextDecoder().decode(tail),
        ...(startError === undefined ? {} : { startError }),
      });
    };
    child.on("error", (error) => settle(null, null, error.message));
    child.on("exit", (code, name) => {
      const grace = setTimeout(() => settle(code, name), PIPE_GRACE_MS);
      child.on("close", () => {
        clearTimeout(grace);
        settle(code, name);
      });
    });
  });
}

/**
 * Runs a program without a shell and collects its output.
 * @throws {OrchestratorError} `command_failed` when it cannot be started or takes longer than `timeoutMs`.
 */
export async function runProgram(
  file: string,
  args: readonly string[],
  options: {
    readonly cwd: string;
    readonly env?: Readonly<Record<string, string | undefined>>;
    readonly timeoutMs?: number;
    /** Standard input; empty when absent. */
    readonly input?: string | Uint8Array;
  },
): Promise<ProgramResult> {
  const { spawn } = await import("node:child_process");
  const { OrchestratorError } = await import("../errors.ts");
  return await new Promise<ProgramResult>((resolve, reject) => {
    const child = spawn(file, [...args], {
      cwd: options.cwd,
      env: { ...(options.env ?? process.env) },
      stdio: ["pipe", "pipe", "pipe"],
      windowsHide: true,
      ...(options.timeoutMs === undefined
        ? {}
        : { timeout: options.timeoutMs, killSignal: "SIGKILL" as const }),
    });
    const chunks: { readonly stdout: Uint8Array[]; readonly stderr: Uint8Array[] } = {
      stdout: [],
      stderr: [],
    };
    child.stdout.on("data", (chunk: Uint8Array) => chunks.stdout.push(chunk));
    child.stderr.on("data", (chunk: Uint8Array) => chunks.stderr.push(chunk));
    child.stdin.on("error", () => {});
    child.stdin.end(options.input ?? "");
    child.on("error", (error) => {
      reject(
        new OrchestratorError("command_failed", `Cannot run "${file}": ${error.message}`, {
          cause: error,
        }),
      );
    });
    child.on("close", (exitCode) => {
      const text = (parts: Uint8Array[]) => Buffer.concat(parts).toString("utf8");
      resolve({ exitCode, stdout: text(chunks.stdout), stderr: text(chunks.stderr) });
    });
  });
}
