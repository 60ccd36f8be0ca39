/**
 * `deno task test [suite…]`: runs the tests, suite by suite, and closes with the sum.
 *
 * Without names all suites run, in the minutes that `tests/minutes.json` gives them: what takes
 * longer is sampled. `--long` runs everything, unsampled. What follows `--` goes to `deno test`
 * (`-- --filter login`).
 * @module
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { runBelowNoAgent } from "./below_no_agent.ts";
import { cleanEnvironment } from "./clean_environment.ts";
import { ensureBun } from "./install_bun.ts";
import { addCounts, countsText, NO_TESTS, type TestCounts } from "./junit.ts";
import { runSuite, type SuiteResult } from "./test_run.ts";
import {
  planOf,
  type PlanRequest,
  readMinutes,
  type Suite,
  type TestPlan,
  unlistedSuites,
} from "./test_suites.ts";

/** Tests that keep expected output in files, and rewrite it when `UPDATE` is set. */
const UPDATABLE: Readonly<Record<string, string>> = {
  transcripts: "transcripts_test.ts",
  e2e: "docs_test.ts",
};

/** Variables that steer tests. */
const FOR_TESTS = /^(ORCHESTRATOR_(EXECUTABLE|FROZEN)|LIVES|(CRASH|CONCURRENCY|POWER_LOSS)_\w+)$/;

/** What to run. */
export interface TestRequest extends PlanRequest {
  /** Only run the tests of {@link UPDATABLE}, which then rewrite what they expect. Default false. */
  readonly update?: boolean;
  /** Further options for `deno test`. */
  readonly options?: readonly string[];
}

/** What a run gave. */
export interface TestSum {
  /** A suite that could not run, or has no test, counts as a failure. */
  readonly counts: TestCounts;
  /** What the tests have told, by what it is: `runs stopped` → 12,345. */
  readonly figures: ReadonlyMap<string, number>;
  readonly minutes: number;
}

/** What the environment asks for: `TEST_MINUTES`, how many there are. */
export function requestOfEnvironment(): PlanRequest {
  const minutes = Number(process.env["TEST_MINUTES"] ?? "");
  return minutes > 0 ? { minutes } : {};
}

/** Runs suites one after the other and prints the result of each. */
export async function runTests(request: TestRequest = {}): Promise<TestSum> {
  const unlisted = unlistedSuites();
  if (unlisted.length > 0) {
    throw new Error(`Not in the table of scripts/test_suites.ts: ${unlisted.join()}`);
  }
  const update = request.update === true;
  const names = update ? Object.keys(UPDATABLE) : request.names ?? [];
  const plan = planOf({ ...request, names }, readMinutes());
  ensureBun((line) => console.log(line));
  const started = performance.now();
  const scratch = mkdtempSync(join(tmpdir(), "test-reports-"));
  const env = environment(request, plan, join(scratch, "figures"));
  const lines: string[] = [];
  let counts = NO_TESTS;
  try {
    for (const suite of plan.suites) {
      console.log(`\n${headline(suite, plan)}`);
      const what = update ? UPDATABLE[suite.name] : undefined;
      const result = await runSuite({
        suite,
        minutes: plan.minutes[suite.name] ?? 1,
        args: [
          ...request.options ?? [],
          ...(request.quick === true ? ignored(suite) : []),
          ["tests", suite.name, what ?? ""].join("/"),
        ],
        report: join(scratch, `${suite.name}.xml`),
        env,
        strict: process.env["TEST_STRICT"] === "1",
      });
      const summary = resultLine(suite, result);
      console.log(summary);
      lines.push(summary, ...result.details.map((detail) => `  ${detail}`));
      counts = addCounts(counts, result.counts);
    }
    console.log(`\n${lines.join("\n")}`);
    const minutes = (performance.now() - started) / 60_000;
    return { counts, figures: readFigures(join(scratch, "figures")), minutes };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** The option of `deno test` that leaves files of a suite out. */
function ignored({ name, quick }: Suite): readonly string[] {
  const files = (quick?.without ?? []).map((file) => `tests/${name}/${file}`);
  return files.length === 0 ? [] : [`--ignore=${files.join()}`];
}

function environment(
  { long, update }: TestRequest,
  { sample }: TestPlan,
  figures: string,
): Record<string, string> {
  const passed = Object.entries(process.env).filter(([name, value]) =>
    value !== undefined && FOR_TESTS.test(name)
  );
  return {
    ...cleanEnvironment(process.env),
    ...Object.fromEntries(passed) as Record<string, string>,
    TEST_SAMPLE: String(sample),
    TEST_FIGURES: figures,
    ...(long === true ? { TEST_LONG: "1" } : {}),
    ...(update === true ? { UPDATE: "1" } : {}),
  };
}

function headline({ name, what, sampled }: Suite, { sample }: TestPlan): string {
  const part = sampled === true && sample > 1 ? ` (sampled: one of ${sample})` : "";
  return `${name}: ${what}${part}`;
}

function resultLine({ name }: Suite, { counts, seconds, cpuSeconds }: SuiteResult): string {
  const cpu = cpuSeconds === null ? "" : `, ${cpuSeconds.toFixed(0)} s of processor time`;
  return `${name.padEnd(13)} ${countsText(counts)} (${seconds.toFixed(1)} s${cpu})`;
}

function readFigures(file: string): ReadonlyMap<string, number> {
  const figures = new Map<string, number>();
  const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
  for (const line of lines.filter((line) => line !== "")) {
    const { what, count } = JSON.parse(line) as { readonly what: string; readonly count: number };
    figures.set(what, (figures.get(what) ?? 0) + count);
  }
  return figures;
}

/** `everything, unsampled, in 83 minutes: 12,345 runs stopped, 45 mutants killed` */
function longLine({ figures, minutes }: TestSum): string {
  const told = [...figures].sort().map(([what, count]) => `${count.toLocaleString("en")} ${what}`);
  return [`everything, unsampled, in ${Math.ceil(minutes)} minutes`, told.join(", ")]
    .filter((part) => part !== "").join(": ");
}

if (import.meta.main) {
  const code = await runBelowNoAgent();
  if (code === null) await main();
  else process.exitCode = code;
}

async function main(): Promise<void> {
  const args = process.argv.slice(2);
  const split = args.indexOf("--");
  const own = split < 0 ? args : args.slice(0, split);
  const { values, positionals } = parseArgs({
    args: own,
    allowPositionals: true,
    options: {
      update: { type: "boolean", default: false },
      long: { type: "boolean", default: false },
      sample: { type: "string" },
    },
  });
  try {
    const sum = await runTests({
      ...requestOfEnvironment(),
      names: positionals,
      update: values.update,
      long: values.long,
      ...(values.sample === undefined ? {} : { sample: Number(values.sample) }),
      options: split < 0 ? [] : args.slice(split + 1),
    });
    if (sum.counts.failed > 0 || sum.counts.passed === 0) process.exitCode = 1;
    if (values.long) {
      console.log(`\n${longLine(sum)}; ${countsText(sum.counts)}`);
    } else {
      if (positionals.length === 0 && !values.update) {
        console.log("\nEverything, unsampled, with mutants: deno task test:long");
      }
      console.log(`\n${countsText(sum.counts)}`);
    }
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 2;
  }
}
