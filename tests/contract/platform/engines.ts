/**
 * The two engines as programs to start: Deno from source, and an executable built by Bun.
 * @module
 */
import { type ChildProcess, spawn } from "node:child_process";
import { rmSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { compile } from "../../../scripts/compile.ts";

/** How `program.ts` is started on one engine. */
export interface ProgramOnEngine {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
}

const ENTRY = fileURLToPath(new URL("./program.ts", import.meta.url));

/** `program.ts` on the Deno that runs the tests. */
export const onDeno: ProgramOnEngine = {
  name: "Deno",
  file: process.execPath,
  args: ["run", "--allow-all", "--no-check", ENTRY],
};

/** Builds `program.ts` with Bun. Removed when disposed. */
export async function buildWithBun(): Promise<ProgramOnEngine & Disposable> {
  const outdir = await Deno.makeTempDir({ prefix: "platform-bun-" });
  const { path } = await compile({ engine: "bun", outdir, name: "program", entry: ENTRY });
  return {
    name: "Bun",
    file: path,
    args: [],
    [Symbol.dispose]: () => rmSync(outdir, { recursive: true, force: true }),
  };
}

/** A running `program.ts`. */
export interface Running {
  readonly child: ChildProcess;
  /** What it has printed so far; resolves once that contains a whole line, or at its end. */
  firstLine(): Promise<string>;
  /** Everything it printed, at its end. */
  readonly ended: Promise<{ readonly exitCode: number | null; readonly output: string }>;
}

/** Starts `program.ts`. Its standard input stays open until `child.stdin.end()`. */
export function startProgram(engine: ProgramOnEngine, ...args: readonly string[]): Running {
  return startFile(engine.file, [...engine.args, ...args]);
}

/** Starts any program the same way. */
export function startFile(file: string, args: readonly string[]): Running {
  const child = spawn(file, [...args], { stdio: ["pipe", "pipe", "inherit"] });
  let output = "";
  const waiting: (() => void)[] = [];
  child.stdout.on("data", (chunk: Uint8Array) => {
    output += new TextDecoder().decode(chunk);
    for (const wake of waiting) wake();
  });
  child.stdin.on("error", () => {});
  const ended = new Promise<{ exitCode: number | null; output: string }>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (exitCode) => resolve({ exitCode, output }));
  });
  return {
    child,
    ended,
    async firstLine() {
      while (!output.includes("\n") && child.exitCode === null && child.signalCode === null) {
        await Promise.race([new Promise<void>((resolve) => waiting.push(resolve)), ended]);
      }
      return output.slice(0, output.indexOf("\n"));
    },
  };
}

/** Runs `program.ts` to its end, without input. */
export function runToEnd(engine: ProgramOnEngine, ...args: readonly string[]): Running["ended"] {
  const running = startProgram(engine, ...args);
  running.child.stdin?.end();
  return running.ended;
}
