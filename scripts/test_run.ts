/**
 * Running one suite: `deno test` on its folder, with a word now and then of how far it is.
 * @module
 */
import { spawn } from "node:child_process";
import { existsSync, lstatSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { NO_TESTS, readJunit, type TestCounts } from "./junit.ts";
import { unexpectedSkips } from "./may_skip.ts";
import type { Suite } from "./test_suites.ts";

const ROOT = resolve(import.meta.dirname ?? ".", "..");

/** What hangs is ended after this many times the minutes it should take, and no less than these. */
const PATIENCE = { times: 10, minutes: 30 } as const;

/** How often a run says how far it is where there is no terminal. */
const PROGRESS_MS = 30_000;

/** How many skipped tests of a suite are named: more are no partners missing but a filter. */
const SKIPS_LISTED = 20;

/** How a suite is run. */
export interface SuiteRun {
  readonly suite: Suite;
  /** Minutes it should take. */
  readonly minutes: number;
  /** Files or folders, and further options of `deno test`. */
  readonly args: readonly string[];
  /** Where its report goes. */
  readonly report: string;
  readonly env: Readonly<Record<string, string>>;
  /** Whether a skip that is not expected fails. */
  readonly strict: boolean;
}

/** How a suite ended. */
export interface SuiteResult {
  readonly counts: TestCounts;
  /** Failed and skipped tests by name. */
  readonly details: readonly string[];
  readonly seconds: number;
  /** Seconds of processor time, of all its processes; null where the system does not tell. */
  readonly cpuSeconds: number | null;
}

/** Runs a suite to its end. */
export async function runSuite(run: SuiteRun): Promise<SuiteResult> {
  const started = performance.now();
  const cpu = childCpuSeconds();
  const exitCode = await runDeno(run);
  const after = childCpuSeconds();
  const { counts, details } = resultOf(run, exitCode);
  return {
    counts,
    details,
    seconds: (performance.now() - started) / 1000,
    cpuSeconds: cpu === null || after === null ? null : after - cpu,
  };
}

function resultOf(
  { report, strict }: SuiteRun,
  exitCode: number | null,
): Pick<SuiteResult, "counts" | "details"> {
  if (!existsSync(report)) {
    const details = [`failed: it could not run (exit code ${exitCode})`];
    return { counts: { ...NO_TESTS, failed: 1 }, details };
  }
  const { failures, skips, ...counts } = readJunit(readFileSync(report, "utf8"));
  const unexpected = strict ? unexpectedSkips(skips) : [];
  const others = skips.filter((name) => !unexpected.includes(name));
  const details = [
    ...failures.map((name) => `failed: ${name}`),
    ...unexpected.map((name) => `failed: it was skipped, and scripts/may_skip.ts says no: ${name}`),
    ...others.slice(0, SKIPS_LISTED).map((name) => `skipped: ${name}`),
    ...(others.length > SKIPS_LISTED ? [`… and ${others.length - SKIPS_LISTED} more`] : []),
  ];
  let { failed } = counts;
  failed += unexpected.length;
  if (counts.failed === 0 && exitCode !== 0) {
    details.unshift(`failed: an error outside of all tests (exit code ${exitCode})`);
    failed += 1;
  }
  if (!nullDeviceIsThere()) {
    details.unshift("failed: a test has replaced the null device of this machine");
    failed += 1;
  }
  return { counts: { ...counts, failed, skipped: others.length }, details };
}

function runDeno({ suite, minutes, args, report, env }: SuiteRun): Promise<number | null> {
  const options = [
    "test",
    "--allow-all",
    "--no-check",
    ...(suite.parallel ? ["--parallel"] : []),
    `--reporter=${suite.tells === true ? "pretty" : "dot"}`,
    `--junit-path=${report}`,
    ...args,
  ];
  return new Promise((resolve, reject) => {
    const terminal = process.stdout.isTTY === true;
    const child = spawn(process.execPath, options, {
      cwd: ROOT,
      env: terminal ? env : { ...env, NO_COLOR: "1" },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const progress = new Progress(suite.name, minutes, terminal);
    print(child.stdout, progress);
    const limit = Math.max(PATIENCE.minutes, PATIENCE.times * minutes);
    const timer = setTimeout(() => {
      console.log(`${suite.name} is ended after ${Math.round(limit)} minutes`);
      child.kill("SIGKILL");
    }, limit * 60_000);
    child.on("error", reject);
    child.on("close", (exitCode) => {
      clearTimeout(timer);
      progress.end();
      resolve(exitCode);
    });
  });
}

/** How far a suite is: one line that changes on a terminal, else one now and then. */
class Progress {
  readonly #name: string;
  readonly #minutes: number;
  readonly #terminal: boolean;
  readonly #started = performance.now();
  readonly #timer: ReturnType<typeof setInterval>;
  #tests = 0;

  constructor(name: string, minutes: number, terminal: boolean) {
    this.#name = name;
    this.#minutes = minutes;
    this.#terminal = terminal;
    this.#timer = setInterval(() => this.#show(), terminal ? 500 : PROGRESS_MS);
  }

  count(tests: number): void {
    this.#tests += tests;
  }

  /** Removes the line that changes, so that another can be printed. */
  clear(): void {
    if (this.#terminal) process.stdout.write("\r\x1b[K");
  }

  end(): void {
    clearInterval(this.#timer);
    this.clear();
  }

  #show(): void {
    const passed = ((performance.now() - this.#started) / 60_000).toFixed(1);
    const line = `  ${this.#name}: ${this.#tests} tests, ${passed} of about ${
      this.#minutes.toFixed(1)
    } minutes`;
    if (this.#terminal) process.stdout.write(`\r\x1b[K${line}`);
    else console.log(line);
  }
}

/** Prints what a suite prints, but for the dots of its reporter, which are counted. */
function print(output: Readable, progress: Progress): void {
  let last = "";
  createInterface({ input: output }).on("line", (line) => {
    // deno-lint-ignore no-control-regex -- the reporter colours its dots on a terminal
    const plain = line.replace(/\x1b\[[\d;]*m/g, "");
    if (/^[.,!]+$/.test(plain)) return progress.count(plain.length);
    if (/ \.\.\. (?:ok|FAILED|ignored)/.test(plain)) progress.count(1);
    if (line === "" && last === "") return;
    progress.clear();
    console.log(line);
    last = line;
  });
}

/** Processor time of all processes that this one started and that have ended; null if not told. */
function childCpuSeconds(): number | null {
  try {
    const fields = readFileSync("/proc/self/stat", "utf8").replace(/^.*\) /, "").split(" ");
    // The 16th and 17th field of proc_pid_stat(5), in hundredths of a second.
    return (Number(fields[13]) + Number(fields[14])) / 100;
  } catch {
    return null;
  }
}

/** Root can replace it by a file, which breaks the machine. */
function nullDeviceIsThere(): boolean {
  return process.platform === "win32" || lstatSync("/dev/null").isCharacterDevice();
}
