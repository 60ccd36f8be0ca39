/**
 * `deno task ok`: everything a change must pass. Goes on after a failure, and closes with the sum of
 * checks and tests.
 * @module
 */
import { spawnSync } from "node:child_process";
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

function runCheck({ name, program, args, optional }: Check): TestCounts {
  const started = performance.now();
  const ended = spawnSync(program, args, {
    cwd: ROOT,
    env: { ...process.env, NO_COLOR: "1" },
    encoding: "utf8",
  });
  const missing = ended.error !== undefined;
  if (missing && optional === true) {
    console.log(`${name.padEnd(14)} skipped: ${program} is not installed`);
    return { ...NO_TESTS, skipped: 1 };
  }
  const passed = ended.status === 0;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${name.padEnd(14)} ${passed ? "passed" : "FAILED"} (${seconds} s)`);
  if (passed) return { ...NO_TESTS, passed: 1 };
  const output = missing ? String(ended.error) : `${ended.stdout}${ended.stderr}`;
  console.log(output.trimEnd().replace(/^/gm, "  "));
  return { ...NO_TESTS, failed: 1 };
}

const elsewhere = await runBelowNoAgent();
if (elsewhere !== null) process.exit(elsewhere);
let sum = NO_TESTS;
for (const check of CHECKS) sum = addCounts(sum, runCheck(check));
sum = addCounts(sum, (await runTests(requestOfEnvironment())).counts);
if (sum.failed > 0) process.exitCode = 1;
console.log(`\n${countsText(sum)}`);
