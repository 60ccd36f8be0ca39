/**
 * Tests decide as persons do, and the program looks for agents in the processes above it: where an agent
 * runs the tests, they run again below the first process of the system.
 * @module
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { environmentsAbove } from "../src/platform/ancestors.ts";
import { detectEnvironment } from "../src/project/environment.ts";
import { cleanEnvironment } from "./clean_environment.ts";

/** Set for the second run: it is not repeated where a process between adopts it. */
const SECOND = "TEST_BELOW_NO_AGENT";

/** Says which process it is, runs the rest, and leaves the exit code; its parent ends at once. */
const SCRIPT = '(echo $$ >"$0/pid"; "$@"; echo $? >"$0/code.new"; mv "$0/code.new" "$0/code") &';

/**
 * Runs the same script without an agent above, where there is one.
 * @returns its exit code; null where this process may go on.
 */
export async function runBelowNoAgent(): Promise<number | null> {
  const above = [process.env, ...environmentsAbove()];
  const isAgent = above.some((env) => detectEnvironment(env).agent !== null);
  if (process.platform !== "linux" || !isAgent || process.env[SECOND] !== undefined) return null;
  const folder = mkdtempSync(join(tmpdir(), "test-run-"));
  try {
    const [script = "", ...args] = process.argv.slice(1);
    const steering = Object.entries(process.env).filter(([name]) =>
      /^(TEST|ORCHESTRATOR|LIVES|CRASH|CONCURRENCY|POWER_LOSS)_/.test(name)
    );
    spawn("setsid", ["sh", "-c", SCRIPT, folder, process.execPath, "run", "-A", script, ...args], {
      stdio: "inherit",
      env: { ...cleanEnvironment(process.env), ...Object.fromEntries(steering), [SECOND]: "1" },
    });
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.on(signal, () => stop(folder, signal));
    }
    for (;;) {
      const code = read(join(folder, "code"));
      if (code !== null) return Number(code);
      // Killed before it could say how it ended.
      const group = read(join(folder, "pid"));
      if (group !== null && !isAlive(Number(group))) return Number(read(join(folder, "code")) ?? 1);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Passes a signal on to all of the second run. */
function stop(folder: string, signal: NodeJS.Signals): void {
  const group = read(join(folder, "pid"));
  if (group !== null) process.kill(-Number(group), signal);
}

/** Whether a process of a group is left; its first one has ended. */
function isAlive(group: number): boolean {
  try {
    process.kill(-group, 0);
    return true;
  } catch {
    return false;
  }
}

function read(file: string): string | null {
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    return null;
  }
}
