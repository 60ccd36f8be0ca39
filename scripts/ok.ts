/**
 * `deno task ok`: everything a change must pass. Goes on after a failure, and closes with the sum of
 * checks and tests. `--quick` runs all checks and the quick part of the tests, in about 5 minutes on two
 * cores: for changes under way.
 * @module
 */
import { execFile } from "node:child_process";
import { resolve } from "node:path";
import process from "node:process";
import { runBelowNoAgent } from "./below_no_agent.ts";
import { addCounts, countsText, NO_TESTS, type TestCounts } from "./junit.ts";
import { requestOfEnvironment, runTests } from "./test.ts";

const ROOT = resolve(import.meta.dirname ?? ".", "..");

/** A check: a program that ends with 0 when all is well. */
interface Check {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  /** Skipped, saying so, where the program is not installed. */
  readonly optional?: boolean;
}

const deno = (name: string, ...args: readonly string[]): Check => ({
  name,
  program: process.execPath,
  args,
});

const CHECKS: readonly Check[] = [
  deno("format", "fmt", "--check"),
  deno("lint", "lint", "--quiet"),
  deno("types", "check", "--quiet"),
  deno("layers", "run", "-A", "scripts/check_layers.ts"),
  deno("functions", "run", "-A", "scripts/check_functions.ts"),
  deno("exports", "run", "-A", "scripts/check_exports.ts"),
  deno("promises", "run", "-A", "scripts/check_promises.ts"),
  deno("start-up", "run", "-A", "scripts/check_startup.ts"),
  deno("docs", "run", "-A", "scripts/docs.ts", "--check"),
  deno("workflows", "run", "-A", "scripts/check_workflows.ts"),
  {
    name: "shell scripts",
    program: "shellcheck",
    args: [".ci/run", "scripts/install.sh"],
    optional: true,
  },
];

/** How a check's program ended. */
interface Ended {
  readonly passed: boolean;
  /** Whether the program is not installed. */
  readonly missing: boolean;
  readonly output: string;
}

/** The most that a check prints. */
const MOST_BYTES = 64 * 1024 * 1024;

function end(program: string, args: readonly string[]): Promise<Ended> {
  const options = {
    cwd: ROOT,
    env: { ...process.env, NO_COLOR: "1" },
    maxBuffer: MOST_BYTES,
  };
  return new Promise((resolve) => {
    const child = execFile(program, args, options, (error, stdout, stderr) => {
      const missing = error !== null && child.pid === undefined;
      const output = missing ? String(error) : `${stdout}${stderr}`;
      resolve({ passed: error === null, missing, output });
    });
  });
}

/** Runs checks, two at a time. */
async function runChecks(checks: readonly Check[]): Promise<TestCounts> {
  const left = [...checks];
  let sum = NO_TESTS;
  const work = async () => {
    for (let check = left.shift(); check !== undefined; check = left.shift()) {
      const counts = await runCheck(check);
      sum = addCounts(sum, counts);
    }
  };
  await Promise.all([work(), work()]);
  return sum;
}

async function runCheck({ name, program, args, optional }: Check): Promise<TestCounts> {
  const started = performance.now();
  const { passed, missing, output } = await end(program, args);
  if (missing && optional === true) {
    console.log(`${name.padEnd(14)} skipped: ${program} is not installed`);
    return { ...NO_TESTS, skipped: 1 };
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${name.padEnd(14)} ${passed ? "passed" : "FAILED"} (${seconds} s)`);
  if (passed) return { ...NO_TESTS, passed: 1 };
  console.log(output.trimEnd().replace(/^/gm, "  "));
  return { ...NO_TESTS, failed: 1 };
}

const elsewhere = await runBelowNoAgent();
if (elsewhere !== null) process.exit(elsewhere);
const unknown = process.argv.slice(2).find((word) => word !== "--quick");
if (unknown !== undefined) {
  console.error(`Cannot use "${unknown}": only --quick can be given`);
  process.exit(2);
}
const quick = process.argv.includes("--quick");
let sum = await runChecks(CHECKS);
sum = addCounts(sum, (await runTests({ ...requestOfEnvironment(), quick })).counts);
if (sum.failed > 0) process.exitCode = 1;
console.log(`\n${countsText(sum)}`);
