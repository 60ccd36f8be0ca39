/**
 * Every command that changes something, killed and failed at every system call that touches the
 * project.
 *
 * `CRASH_SAMPLE=k` stops at every k-th call only, `CRASH_ONLY=<name>` one scenario, `CRASH_WORKERS=n`
 * sets how many runs go at a time, `CRASH_VERBOSE=1` names the calls that may fail without harm.
 */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import process from "node:process";
import { COMMANDS } from "../../src/cli/table.ts";
import { SAMPLE, tell as tellFigure } from "../harness/effort.ts";
import { executable } from "../harness/executable.ts";
import { inMemory } from "../harness/scratch.ts";
import { ProblemList } from "./problem_list.ts";
import type { Scenario } from "./scenario.ts";
import { SCENARIOS } from "./scenarios.ts";
import { straceMissing } from "./strace.ts";
import { prepare, type SweepResult } from "./sweep.ts";
import { type Fault, FAULTS } from "./target.ts";

const missing = straceMissing();
if (missing !== null) console.log(`The crash tests skip: ${missing}`);

const options = {
  sample: SAMPLE,
  workers: Number(process.env["CRASH_WORKERS"] ?? Math.min(navigator.hardwareConcurrency, 4)),
};
const only = process.env["CRASH_ONLY"];

/** Commands that are swept in a file of their own, or cannot be. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  "migrate": "migration_test.ts, which knows what must be found again",
  "import-legacy": "migration_test.ts",
  "self update": "tests/e2e/self_update_test.ts: it changes the program, not the project",
  "self uninstall": "tests/e2e/self_update_test.ts",
  "config edit": "needs a terminal; it writes by what config set writes by",
  "trust add": "writes outside the project, by what config set writes by",
  "trust remove": "writes outside the project, by what config set writes by",
};

Deno.test("every command that changes something has a scenario", () => {
  const covered = new Set([
    ...SCENARIOS.map((scenario) => scenario.command),
    ...Object.keys(ELSEWHERE),
  ]);
  const changing = COMMANDS.filter((command) => command.changes !== "nothing");
  assert.deepEqual(
    changing.map((command) => command.path).filter((path) => !covered.has(path)),
    [],
  );
  assert.equal(new Set(SCENARIOS.map((scenario) => scenario.name)).size, SCENARIOS.length);
});

for (const scenario of SCENARIOS) {
  if (only !== undefined && scenario.name !== only) continue;
  Deno.test({
    name: `stopped anywhere, nothing is lost: ${scenario.name}`,
    ignore: missing !== null,
    fn: () => sweepAll(scenario),
  });
}

async function sweepAll(scenario: Scenario): Promise<void> {
  const started = performance.now();
  const scratch = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "crash-", ...inMemory() }));
  const results = new Map<Fault, SweepResult>();
  const prepared = await prepare(scenario, { executable: await executable(), scratch });
  const found = new ProblemList();
  for (const fault of FAULTS) results.set(fault, await prepared.sweep(fault, found, options));
  tellFigure("runs stopped", sumOf(results, ({ verified }) => verified));
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`  ${scenario.name}: ${summary(results)}, ${seconds} s`);
  if (process.env["CRASH_VERBOSE"] !== undefined) tell(results);
  const problems = found.texts();
  if (problems.length > 0) {
    // What was prepared stays, so that the command lines below can be tried.
    assert.fail(`${problems.length} things go wrong\n${problems.join("\n")}`);
  }
  rmSync(scratch, { recursive: true });
}

/** The calls that may fail without harm, and those behind which the change stands already. */
function tell(results: ReadonlyMap<Fault, SweepResult>): void {
  for (const [fault, { tolerated, late }] of results) {
    for (const call of new Set(tolerated)) console.log(`    ${fault} tolerated: ${call}`);
    for (const call of new Set(late)) console.log(`    ${fault} reported, yet durable: ${call}`);
  }
}

function sumOf(
  results: ReadonlyMap<Fault, SweepResult>,
  count: (result: SweepResult) => number,
): number {
  return [...results.values()].reduce((total, result) => total + count(result), 0);
}

function summary(results: ReadonlyMap<Fault, SweepResult>): string {
  const killed = results.get("SIGKILL");
  const failed = [...results].filter(([fault]) => fault !== "SIGKILL").map(([, result]) => result);
  const sum = (count: (result: SweepResult) => number) =>
    failed.reduce((total, result) => total + count(result), 0);
  return `${killed?.calls} calls, ${killed?.verified} kills, ${
    sum((result) => result.verified)
  } failures (${sum((result) => result.tolerated.length)} tolerated, ${
    sum((result) => result.late.length)
  } reported although durable)`;
}
