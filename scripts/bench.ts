/**
 * `deno task bench`: how long whole processes take, side by side in one run.
 *
 * `bench_spawner.ts` starts them, every round each of them once in a random order; `bench_peers.ts`
 * compares with other programs.
 * @module
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { aimLines, timesTable } from "./bench_figures.ts";
import { type Contender, measure, WARM_UP } from "./bench_measure.ts";
import { type BenchProject, makeProject } from "./bench_projects.ts";
import { cleanEnvironment } from "./clean_environment.ts";
import { compile } from "./compile.ts";
import { ensureBun } from "./install_bun.ts";

const EMPTY = "empty executable";
const LOADING = "one that loads node:fs";

const PROGRAMS = {
  empty: "export {};\n",
  loading: 'import { writeSync } from "node:fs";\nwriteSync(1, "Hello\\n");\n',
} as const;

const USAGE = `Usage: deno task bench [options]

  --runs N          rounds to measure (default 40)
  --events N        events of the long journal (default 100000)
  --sessions N      sessions of the large project (default 5000)
  --quick           --runs 15 --events 10000 --sessions 500
  --executable FILE measure this one instead of building one with Bun
  --only TEXT       measure only commands whose name contains TEXT, and what they are compared with`;

/** Events of the journals whose audit, and deciding behind which, is measured. */
const LONG = 10_000;

/** Decides as `complete` does, and can be done again and again. */
const DECIDING = ["note", "One more of them"];

/** How much is measured. */
interface Amounts {
  readonly runs: number;
  readonly events: number;
  readonly sessions: number;
}

async function timed<Result>(what: string, make: () => Promise<Result>): Promise<Result> {
  const started = performance.now();
  const result = await make();
  console.log(`${what} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
  return result;
}

/** Builds the programs that are compared with. */
async function build(scratch: string): Promise<Readonly<Record<keyof typeof PROGRAMS, string>>> {
  const one = async (name: keyof typeof PROGRAMS) => {
    const entry = join(scratch, `${name}.ts`);
    writeFileSync(entry, PROGRAMS[name]);
    return (await compile({ engine: "bun", outdir: scratch, name, entry })).path;
  };
  return { empty: await one("empty"), loading: await one("loading") };
}

/** A command, and a function that makes the project it is run in. */
interface Candidate {
  readonly name: string;
  readonly project: () => Promise<BenchProject>;
  readonly args: (run: number, project: BenchProject) => readonly string[];
  /** Another program than ours. */
  readonly file?: string;
}

/** What `make` makes, made once. */
function once<Result>(make: () => Promise<Result>): () => Promise<Result> {
  let made: Promise<Result> | undefined;
  return () => made ??= make();
}

/** The commands that are measured. */
function candidates(scratch: string, { runs, events, sessions }: Amounts): readonly Candidate[] {
  const project = (name: string, sessions: number, events: number, failing?: number) =>
    once(() =>
      timed(
        `made ${name}: ${sessions} session(s) of ${events} event(s)`,
        () =>
          makeProject(join(scratch, name.replaceAll(" ", "-")), {
            sessions,
            events,
            ...(failing === undefined ? {} : { failing }),
          }),
      )
    );
  const few = project("a short journal", 1, 10);
  const many = project("a long journal", 1, events);
  const fresh = project("sessions to complete in", WARM_UP + runs, 1);
  const fewItems = project("a long journal of 10 items", 1, LONG, 2);
  const manyItems = project("a long journal of 1000 items", 1, LONG, 200);
  const oneFailure = project("a failed item", 1, 10, 2);
  const same = (...args: readonly string[]) => () => args;
  return [
    { name: "status, 10 events", project: few, args: same("status") },
    { name: "status --json", project: few, args: same("status", "--json") },
    { name: "--version", project: few, args: same("--version") },
    { name: `status, ${events} events`, project: many, args: same("status") },
    {
      name: "complete",
      project: fresh,
      args: (run, { sessions }) => ["complete", "first", "--session", sessions[run] ?? ""],
    },
    {
      name: `log verify, ${LONG} events, 10 items`,
      project: fewItems,
      args: same("log", "verify"),
    },
    {
      name: `log verify, ${LONG} events, 1000 items`,
      project: manyItems,
      args: same("log", "verify"),
    },
    { name: "note, behind 10 events", project: oneFailure, args: () => DECIDING },
    { name: `note, behind ${LONG} events`, project: fewItems, args: () => DECIDING },
    {
      name: "session list, 10 sessions",
      project: project("a small project", 10, 1),
      args: same("session", "list"),
    },
    {
      name: `session list, ${sessions} sessions`,
      project: project("a large project", sessions, 1),
      args: same("session", "list"),
    },
    { name: "git status", file: "git", project: few, args: same("status") },
  ];
}

/** What is aimed at. */
function aims({ events, sessions }: Amounts) {
  const status = "status, 10 events";
  return [
    { name: status, against: EMPTY, most: { times: 2.2 } },
    { name: status, against: LOADING, most: { times: 1.7 } },
    { name: "status --json", against: status, most: { more: 0.3 } },
    { name: "--version", against: status, most: { more: 0.3 } },
    { name: "complete", against: EMPTY, most: { times: 3 } },
    { name: `session list, ${sessions} sessions`, against: EMPTY, most: { times: 15 } },
    { name: `status, ${events} events`, against: status, most: { times: 1.2 } },
    {
      name: `note, behind ${LONG} events`,
      against: "note, behind 10 events",
      most: { times: 1.3 },
    },
    {
      name: `log verify, ${LONG} events, 1000 items`,
      against: `log verify, ${LONG} events, 10 items`,
      most: { times: 2 },
    },
  ];
}

/** Measures and reports. */
async function bench(
  scratch: string,
  amounts: Amounts,
  { executable, only }: { readonly executable: string | undefined; readonly only: string },
): Promise<void> {
  ensureBun((line) => console.log(line));
  const bare = await build(scratch);
  const program = executable === undefined
    ? (await compile({ engine: "bun", outdir: scratch })).path
    : resolve(executable);
  const home = join(scratch, "home");
  const env = { ...cleanEnvironment(process.env), HOME: home, USERPROFILE: home, USER: "bench" };
  const all = aims(amounts);
  const isWanted = (name: string) => name.includes(only);
  const wanted = candidates(scratch, amounts).filter(({ name }) =>
    isWanted(name) || all.some((aim) => isWanted(aim.name) && aim.against === name)
  );
  const contenders: Contender[] = [
    { name: EMPTY, file: bare.empty, cwd: scratch, args: () => [] },
    { name: LOADING, file: bare.loading, cwd: scratch, args: () => [] },
  ];
  for (const { name, file = program, project, args } of wanted) {
    const made = await project();
    contenders.push({ name, file, cwd: made.root, args: (run) => args(run, made) });
  }
  console.log(`${amounts.runs} rounds of ${contenders.length} commands …\n`);
  const times = measure(contenders, amounts.runs, env);
  console.log(timesTable(times, [
    { name: EMPTY, head: "× empty" },
    { name: LOADING, head: "× node:fs" },
  ]));
  console.log("\nRatios are medians of the ratios within each round.\n");
  for (const line of aimLines(times, all.filter(({ name }) => times.has(name)))) console.log(line);
}

async function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      runs: { type: "string" },
      events: { type: "string" },
      sessions: { type: "string" },
      quick: { type: "boolean", default: false },
      executable: { type: "string" },
      only: { type: "string", default: "" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const { quick, executable, only } = values;
  const number = (text: string | undefined, usual: number): number => {
    const value = text === undefined ? usual : Number(text);
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new Error(`Cannot use "${text}": not a count`);
    }
    return value;
  };
  const amounts = {
    runs: number(values.runs, quick ? 15 : 40),
    events: number(values.events, quick ? 10_000 : 100_000),
    sessions: number(values.sessions, quick ? 500 : 5000),
  };
  const scratch = mkdtempSync(join(tmpdir(), "orchestrator-bench-"));
  try {
    await bench(scratch, amounts, { executable, only });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

if (import.meta.main) {
  try {
    await main(process.argv.slice(2));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
