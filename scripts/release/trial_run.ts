/**
 * Runs what was built before it is called built.
 *
 * An executable that lost what was put into it still starts: it is then the bare engine, which
 * answers `--version` as well, with its own.
 * @module
 */
import { spawnSync, type SpawnSyncReturns } from "node:child_process";
import { existsSync } from "node:fs";
import process from "node:process";
import { target as hostTarget } from "../../src/platform/runtime.ts";
import { VERSION } from "../../src/version.ts";

/** What an executable must say of itself. */
export interface Expected {
  /** Default: that of the source. */
  readonly version?: string;
  readonly engine: string;
  readonly target: string;
  readonly commit: string | null;
}

/** How to start a program that this machine cannot run by itself. */
export interface Runner {
  /** Program and arguments that go before the executable's path; none to run it directly. */
  readonly before: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** How this machine can run a target's executables; null when it cannot. */
export function runnerFor(target: string): Runner | null {
  if (target === hostTarget()) return { before: [] };
  const [system, cpu, libc] = target.split("-");
  if (system !== "linux" || process.platform !== "linux") return null;
  const native = cpu === process.arch;
  if (libc === "musl") {
    const loader = `/lib/ld-musl-${cpu === "x64" ? "x86_64" : "aarch64"}.so.1`;
    const standard = ["/usr/lib/libstdc++.so.6", "/lib/libstdc++.so.6"].some(existsSync);
    return native && standard && existsSync(loader) ? { before: [] } : null;
  }
  // Debian's packages qemu-user-static, libc6-arm64-cross and libstdc++6-arm64-cross.
  const libraries = "/usr/aarch64-linux-gnu";
  const emulator = "/usr/bin/qemu-aarch64-static";
  if (cpu !== "arm64" || !existsSync(emulator) || !existsSync(libraries)) return null;
  return { before: [emulator, "-L", libraries] };
}

/** Longer than a start takes, also through an emulator. */
const LIMIT_MS = 120_000;

/** How often a file that is busy is tried, with this pause. */
const ATTEMPTS = 20;
const PAUSE_MS = 100;

/**
 * Runs `--version --json`.
 * @returns what is wrong, null when the executable says what it should.
 */
export function whyNotOurs(
  path: string,
  expected: Expected,
  runner: Runner = { before: [] },
): string | null {
  const ended = runVersion(path, runner);
  if (ended.error !== undefined) return `what was built does not run (${ended.error.message})`;
  const said = dataOf(ended.stdout);
  if (ended.status !== 0 || said === null) {
    const text = `${ended.stdout}${ended.stderr}`.trim().slice(0, 200);
    return `what was built is not this program: --version exits with ${ended.status} and says "${text}"`;
  }
  for (const [key, value] of Object.entries({ version: VERSION, ...expected })) {
    if (said[key] !== value) {
      return `what was built says ${key} ${JSON.stringify(said[key])}, not ${
        JSON.stringify(value)
      }`;
    }
  }
  return null;
}

/**
 * Runs it, and again while the system calls the file busy: a child that another thread starts has
 * what is being written open until it runs its own program. Deno then says neither status nor error.
 */
function runVersion(path: string, runner: Runner): SpawnSyncReturns<string> {
  const [program = path, ...args] = [...runner.before, path, "--version", "--json"];
  for (let attempt = 1;; attempt++) {
    const ended = spawnSync(program, args, {
      encoding: "utf8",
      env: { ...process.env, NO_COLOR: "1", ...runner.env },
      timeout: LIMIT_MS,
    });
    const ran = ended.status === null || Number.isInteger(ended.status);
    if (ran || attempt === ATTEMPTS) return ended;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
  }
}

function dataOf(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== "object" || parsed === null || !("data" in parsed)) return null;
    const { data } = parsed;
    return typeof data === "object" && data !== null ? { ...data } : null;
  } catch {
    return null;
  }
}
