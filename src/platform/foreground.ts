/**
 * Running a program in the foreground: it has our standard streams, and the terminal, to itself.
 *
 * `node:child_process` is loaded at the first call.
 * @module
 */
import process from "node:process";
import { OrchestratorError, systemErrorCode } from "../errors.ts";
import { isWindows } from "./runtime.ts";

/** A program to run. */
export interface ForegroundRequest {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment; a variable whose value is undefined is not passed on. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where what it prints on stdout goes. Default: to our stdout. */
  readonly stdout?: "stdout" | "stderr";
}

/** How it ended. */
export interface ForegroundResult {
  /** Null when it was ended by a signal. */
  readonly exitCode: number | null;
  readonly signal: string | null;
}

/**
 * Runs a program to its end. Signals from the terminal reach it by themselves and do not end this
 * process meanwhile; SIGTERM and SIGHUP are passed on.
 * @throws {OrchestratorError} `command_failed` when it cannot be started.
 */
export async function runForeground(request: ForegroundRequest): Promise<ForegroundResult> {
  const { spawn } = await import("node:child_process");
  const { file, args, cwd } = request;
  const env = Object.fromEntries(
    Object.entries(request.env).filter(([, value]) => value !== undefined),
  ) as Record<string, string>;
  return await new Promise((resolve, reject) => {
    const fail = (error: unknown) => {
      stopListening();
      const missing = systemErrorCode(error) === "ENOENT";
      const reason = missing
        ? "it is not installed"
        : error instanceof Error
        ? error.message
        : String(error);
      reject(
        new OrchestratorError("command_failed", `Cannot run "${file}": ${reason}`, {
          details: { program: file, system: systemErrorCode(error) ?? null },
          cause: error,
        }),
      );
    };
    const listeners: (readonly [NodeJS.Signals, () => void])[] = [];
    const stopListening = () => {
      for (const [signal, listener] of listeners) process.off(signal, listener);
    };
    try {
      const child = spawn(file, [...args], {
        cwd,
        env,
        stdio: ["inherit", request.stdout === "stderr" ? 2 : "inherit", "inherit"],
      });
      const ours: readonly (readonly [NodeJS.Signals, boolean])[] = isWindows
        ? [["SIGINT", false]]
        : [["SIGINT", false], ["SIGQUIT", false], ["SIGTERM", true], ["SIGHUP", true]];
      for (const [signal, passOn] of ours) {
        const listener = () => void (passOn && child.kill(signal));
        process.on(signal, listener);
        listeners.push([signal, listener]);
      }
      child.once("error", fail);
      child.once("exit", (exitCode, signal) => {
        stopListening();
        resolve({ exitCode, signal });
      });
    } catch (error) {
      fail(error);
    }
  });
}
