/**
 * `deno task test [suite…]`: runs the tests, suite by suite, and closes with the sum.
 *
 * A suite is a folder of `tests/`. What follows `--` goes to `deno test` (`-- --filter login`).
 * @module
 */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { parseArgs } from "node:util";
import { cleanEnvironment } from "./clean_environment.ts";
import { ensureBun } from "./install_bun.ts";
import { addCounts, countsText, NO_TESTS, readJunit, type TestCounts } from "./junit.ts";

const ROOT = resolve(import.meta.dirname ?? ".", "..");

/** A suite's folder below `tests/`. */
interface Suite {
  readonly name: string;
  readonly what: string;
  /** Whether its files may run at the same time. */
  readonly parallel: boolean;
  /** Longer than it takes: what hangs is ended. Default: {@link SUITE_LIMIT_MS}. */
  readonly limitMs?: number;
  /** Whether it tells numbers that are worth reading when all is well. Default false. */
  readonly tells?: boolean;
}

/** Longer than most suites take. */
const SUITE_LIMIT_MS = 20 * 60_000;

/** All suites, quick ones first. */
export const SUITES: readonly Suite[] = [
  { name: "unit", what: "one module each", parallel: true },
  { name: "property", what: "rules that hold for whatever is generated", parallel: true },
  { name: "contract", what: "interfaces, on every implementation and engine", parallel: true },
  { name: "transcripts", what: "the command line, in process and as executable", parallel: true },
  {
    name: "compatibility",
    what: "repositories of earlier versions, and those of later ones",
    parallel: true,
  },
  { name: "e2e", what: "whole stories with the executable", parallel: true },
  { name: "concurrency", what: "many processes at once", parallel: false },
  {
    name: "crash",
    what: "killed and failed at every step",
    parallel: false,
    limitMs: 90 * 60_000,
    tells: true,
  },
];

/** Tests that keep expected output in files, and rewrite it when `UPDATE` is set. */
const UPDATABLE: Readonly<Record<string, string>> = {
  transcripts: "transcripts_test.ts",
  e2e: "readme_test.ts",
};

/** Variables that steer tests. */
const FOR_TESTS = /^(ORCHESTRATOR_(EXECUTABLE|FROZEN)|TEST_LONG|CRASH_\w+|CONCURRENCY_\w+)$/;

/** How many skipped tests of a suite are named: more are no partners missing but a filter. */
const SKIPS_LISTED = 20;

/** What to run. */
export interface TestRequest {
  /** Names of suites; none for all. */
  readonly suites?: readonly string[];
  /** Only run the tests of {@link UPDATABLE}, which then rewrite what they expect. Default false. */
  readonly update?: boolean;
  /** Further options for `deno test`. */
  readonly options?: readonly string[];
}

/**
 * Runs suites one after the other and prints the result of each.
 * @returns the sum. A suite that could not run, or has no test, counts as a failure.
 */
export async function runTests(request: TestRequest = {}): Promise<TestCounts> {
  const unlisted = unlistedSuites();
  if (unlisted.length > 0) {
    throw new Error(`Not in the table of scripts/test.ts: ${unlisted.join()}`);
  }
  const suites = chooseSuites(
    request.update === true ? Object.keys(UPDATABLE) : request.suites ?? [],
  );
  const env = {
    ...cleanEnvironment(process.env),
    ...Object.fromEntries(
      Object.entries(process.env).filter(([name]) => FOR_TESTS.test(name)),
    ),
    ...(request.update ? { UPDATE: "1" } : {}),
  };
  ensureBun((line) => console.log(line));
  const lines: string[] = [];
  let sum = NO_TESTS;
  const reports = mkdtempSync(join(tmpdir(), "test-reports-"));
  try {
    for (const suite of suites) {
      console.log(`\n${suite.name}: ${suite.what}`);
      const started = performance.now();
      const report = join(reports, `${suite.name}.xml`);
      const files = request.update === true ? UPDATABLE[suite.name] : undefined;
      const args = [...request.options ?? [], ["tests", suite.name, files ?? ""].join("/")];
      const exitCode = await runSuite(suite, report, args, env);
      const { counts, details } = resultOf(report, exitCode);
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      lines.push(`${suite.name.padEnd(13)} ${countsText(counts)} (${seconds} s)`);
      lines.push(...details.map((detail) => `  ${detail}`));
      sum = addCounts(sum, counts);
    }
  } finally {
    rmSync(reports, { recursive: true, force: true });
  }
  console.log(`\n${lines.join("\n")}`);
  return sum;
}

function resultOf(
  report: string,
  exitCode: number | null,
): { readonly counts: TestCounts; readonly details: readonly string[] } {
  if (!existsSync(report)) {
    return {
      counts: { ...NO_TESTS, failed: 1 },
      details: [`failed: it could not run (exit code ${exitCode})`],
    };
  }
  const counts = readJunit(readFileSync(report, "utf8"));
  const details = [
    ...counts.failures.map((name) => `failed: ${name}`),
    ...counts.skips.slice(0, SKIPS_LISTED).map((name) => `skipped: ${name}`),
    ...(counts.skipped > SKIPS_LISTED ? [`… and ${counts.skipped - SKIPS_LISTED} more`] : []),
  ];
  if (counts.failed === 0 && exitCode !== 0) {
    details.unshift(`failed: an error outside of all tests (exit code ${exitCode})`);
    return { counts: { ...counts, failed: 1 }, details };
  }
  return { counts, details };
}

function runSuite(
  suite: Suite,
  report: string,
  what: readonly string[],
  env: Record<string, string>,
): Promise<number | null> {
  const args = [
    "test",
    "--allow-all",
    "--no-check",
    ...(suite.parallel ? ["--parallel"] : []),
    `--reporter=${suite.tells === true ? "pretty" : "dot"}`,
    `--junit-path=${report}`,
    ...what,
  ];
  return new Promise((resolve, reject) => {
    const terminal = process.stdout.isTTY === true;
    const child = spawn(process.execPath, args, {
      cwd: ROOT,
      env: terminal ? env : { ...env, NO_COLOR: "1" },
      stdio: ["ignore", terminal ? "inherit" : "pipe", "inherit"],
    });
    if (child.stdout !== null) printWithoutDots(child.stdout);
    const limitMs = suite.limitMs ?? SUITE_LIMIT_MS;
    const timer = setTimeout(() => {
      console.log(`${suite.name} is ended after ${limitMs / 60_000} minutes`);
      child.kill("SIGKILL");
    }, limitMs);
    child.on("error", reject);
    child.on("close", (exitCode) => {
      clearTimeout(timer);
      resolve(exitCode);
    });
  });
}

/** Where there is no terminal each dot of the reporter would be a line of its own. */
function printWithoutDots(output: Readable): void {
  const lines = createInterface({ input: output });
  let last = "";
  lines.on("line", (line) => {
    if (/^[.,!]+$/.test(line) || (line === "" && last === "")) return;
    console.log(line);
    last = line;
  });
}

function chooseSuites(names: readonly string[]): readonly Suite[] {
  const unknown = names.find((name) => !SUITES.some((suite) => suite.name === name));
  if (unknown !== undefined) {
    throw new Error(
      `Cannot run "${unknown}": the suites are ${SUITES.map((suite) => suite.name).join(", ")}`,
    );
  }
  return names.length === 0 ? SUITES : SUITES.filter((suite) => names.includes(suite.name));
}

/** Folders with tests that no run would reach. */
function unlistedSuites(): readonly string[] {
  const folders = readdirSync(join(ROOT, "tests"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !SUITES.some(({ name }) => name === entry.name));
  return folders.map(({ name }) => name).filter((name) =>
    readdirSync(join(ROOT, "tests", name), { recursive: true, encoding: "utf8" })
      .some((file) => file.endsWith("_test.ts"))
  );
}

if (import.meta.main) {
  const args = process.argv.slice(2);
  const split = args.indexOf("--");
  const own = split < 0 ? args : args.slice(0, split);
  const { values, positionals } = parseArgs({
    args: own,
    allowPositionals: true,
    options: { update: { type: "boolean", default: false } },
  });
  try {
    const sum = await runTests({
      suites: positionals,
      update: values.update,
      options: split < 0 ? [] : args.slice(split + 1),
    });
    if (sum.failed > 0 || sum.passed === 0) process.exitCode = 1;
    console.log(`\n${countsText(sum)}`);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 2;
  }
}
