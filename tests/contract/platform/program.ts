/**
 * The program that the platform's tests run as processes of their own, on either engine.
 *
 * | arguments | does |
 * |---|---|
 * | `cases DIR` | runs every case, each in a directory below DIR; prints `{name, error}` as JSON lines |
 * | `hold LOCK` | takes the lock, prints `held`, keeps it until its input ends |
 * | `hold-and-start LOCK` | the same, and first starts a long-lived child, whose pid it prints |
 * | `try LOCK` | prints `got` or `held`, and who holds it |
 * | `look LOCK` | prints what can be said about the lock without taking it |
 * | `lock-code LOCK` | takes the lock; prints `got`, or the code and message of the error |
 * | `count LOCK FILE TIMES` | adds 1 to the number in FILE that often, each time under the lock |
 * | `replace FILE BYTES` | replaces FILE; prints `done` or the error's code |
 * | `append FILE AT BYTES` | appends to FILE; prints `done` or the error's code |
 * | `command` | runs a command that starts another one and lasts; prints the pids of both |
 * | `print BYTES` | prints that many `x` in one write; exit code 3 when the reader is gone |
 * @module
 */
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, readSync } from "node:fs";
import process from "node:process";
import { OrchestratorError, systemErrorCode } from "../../../src/errors.ts";
import { writeOut } from "../../../src/platform/console.ts";
import {
  acquireLock,
  appendAndSync,
  isHeld,
  readHolder,
  replaceFile,
  tryLock,
} from "./own_places.ts";

type Role = (...args: readonly string[]) => void | Promise<void>;

const roles: Readonly<Record<string, Role>> = {
  async cases(directory = "") {
    const { platformCases } = await import("./cases.ts");
    const applicable = platformCases.filter((one) => one.applies ?? true);
    await Promise.all(applicable.map(async ({ name, run }, index) => {
      const own = `${directory}/${index}`;
      mkdirSync(own);
      let error: string | null = null;
      try {
        await run(own);
      } catch (thrown) {
        error = thrown instanceof Error ? String(thrown.stack) : String(thrown);
      }
      writeOut(`${JSON.stringify({ name, error })}\n`);
    }));
  },

  async hold(path = "") {
    using _lock = await acquireLock(path, {
      holder: { operation: "hold", actor: "test" },
      timeoutMs: 10_000,
    });
    writeOut("held\n");
    untilInputEnds();
  },

  async "hold-and-start"(path = "") {
    using _lock = await acquireLock(path, {
      holder: { operation: "hold", actor: "test" },
      timeoutMs: 10_000,
    });
    const child = spawn("sleep", ["300"], { stdio: "ignore", detached: true });
    writeOut(`${child.pid}\n`);
    untilInputEnds();
  },

  try(path = "") {
    const held = isHeld(path);
    const lock = tryLock(path);
    lock?.release();
    const answer = lock === null ? "held" : "got";
    writeOut(JSON.stringify({ answer, isHeld: held, holder: readHolder(path) }));
  },

  look(path = "") {
    writeOut(JSON.stringify({ isHeld: isHeld(path), holder: readHolder(path) }));
  },

  "lock-code"(path = "") {
    try {
      tryLock(path)?.release();
      writeOut("got");
    } catch (error) {
      if (error instanceof OrchestratorError) writeOut(`${error.code} ${error.message}`);
      else writeOut(systemErrorCode(error) ?? String(error));
    }
  },

  async count(lockPath = "", file = "", times = "") {
    let longest = 0;
    for (let count = 0; count < Number(times); count++) {
      const started = performance.now();
      using _lock = await acquireLock(lockPath, {
        holder: { operation: "count", actor: "test" },
        timeoutMs: 10_000,
      });
      longest = Math.max(longest, performance.now() - started);
      const value = Number(readFileSync(file, "utf8"));
      replaceFile(file, String(value + 1));
    }
    writeOut(String(Math.round(longest)));
  },

  replace(path = "", bytes = "") {
    report(() => replaceFile(path, "y".repeat(Number(bytes)), { mode: 0o640 }));
  },

  append(path = "", at = "", bytes = "") {
    report(() => appendAndSync(path, "y".repeat(Number(bytes)), { at: Number(at) }));
  },

  async command() {
    const { runCommand } = await import("../../../src/platform/processes.ts");
    await runCommand({
      command: 'trap "" TERM; sleep 600 & echo "$$ $!"; wait',
      cwd: "/",
      env: { PATH: process.env["PATH"] },
      timeoutMs: 600_000,
      graceMs: 1000,
      onOutput: (chunk) => void writeOut(new TextDecoder().decode(chunk)),
    });
  },

  print(bytes = "") {
    if (!writeOut("x".repeat(Number(bytes)))) process.exitCode = 3;
  },
};

function report(action: () => void): void {
  try {
    action();
    writeOut("done");
  } catch (error) {
    if (!(error instanceof OrchestratorError)) throw error;
    writeOut(error.code);
  }
}

/** Blocks, as a command at work does. */
function untilInputEnds(): void {
  const buffer = new Uint8Array(64);
  while (readSync(0, buffer) > 0);
}

const [role = "", ...args] = process.argv.slice(2);
const play = roles[role];
if (play === undefined) throw new Error(`No role "${role}"`);
await play(...args);
// A child of `hold-and-start` must not keep this process.
process.exit();
