/**
 * `deno task bench`: how long whole processes take, side by side in one run.
 *
 * Every round runs each command once, in an order of its own, so that whatever else the machine does
 * meets all of them alike, and none always runs behind the one that leaves the caches best for it.
 * What counts is the median.
 * @module
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import {
  type BenchProject,
  fetchBacklog,
  makeBacklogProject,
  makeProject,
} from "./bench_projects.ts";
import { cleanEnvironment } from "./clean_environment.ts";
import { compile } from "./compile.ts";
import { ensureBun } from "./install_bun.ts";

/** A command that is measured. */
interface Contender {
  readonly name: string;
  readonly file: string;
  readonly cwd: string;
  /** The arguments of its run number `run`, counted from 0. */
  readonly args: (run: number) => readonly string[];
}

/** An aim: a median that is at most so many times another. */
interface Aim {
  readonly name: string;
  readonly against: string;
  readonly most: number;
}

const FLOOR = "bare executable that prints";

const PROGRAMS: Readonly<Record<string, string>> = {
  empty: "export {};\n",
  printing: 'import { writeSync } from "node:fs";\nwriteSync(1, "Hello\\n");\n',
};

const USAGE = `Usage: deno task bench [options]

  --runs N          rounds to measure (default 40)
  --events N        events of the long journal (default 100000)
  --sessions N      sessions of the large project (default 5000)
  --quick           --runs 15 --events 10000 --sessions 500, without Backlog.md
  --executable FILE measure this one instead of building one with Bun
  --no-backlog      leave Backlog.md out`;

/** Events of the journals whose audit, and deciding behind which, is measured. */
const LONG = 10_000;

/** Decides as `complete` does, and can be done again and again. */
const DECIDING = ["note", "One more of them"];

/** Rounds before those that count. */
const WARM_UP = 3;

/** Sorted copy's element at a share of its length. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  const position = (sorted.length - 1) * share;
  const low = sorted[Math.floor(position)] ?? NaN;
  const high = sorted[Math.ceil(position)] ?? NaN;
  return low + (high - low) * (position - Math.floor(position));
}

/** The same elements, each order as likely as any other. */
export function shuffled<Element>(elements: readonly Element[]): readonly Element[] {
  const order: Element[] = [];
  for (const element of elements) {
    const place = Math.floor(Math.random() * (order.length + 1));
    order.splice(place, 0, element);
  }
  return order;
}

function measure(
  contenders: readonly Contender[],
  rounds: number,
  env: Readonly<Record<string, string>>,
): ReadonlyMap<string, readonly number[]> {
  const times = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round < WARM_UP + rounds; round++) {
    for (const contender of shuffled(contenders)) {
      const command = new Deno.Command(contender.file, {
        args: [...contender.args(round)],
        cwd: contender.cwd,
        env: { ...env },
        clearEnv: true,
        stdin: "null",
        stdout: "piped",
        stderr: "piped",
      });
      const started = performance.now();
      const { code, stderr } = command.outputSync();
      const time = performance.now() - started;
      if (code !== 0) {
        throw new Error(
          `${contender.name}: exit code ${code}\n${new TextDecoder().decode(stderr)}`,
        );
      }
      if (round >= WARM_UP) times.get(contender.name)?.push(time);
    }
  }
  return times;
}

function report(times: ReadonlyMap<string, readonly number[]>, aims: readonly Aim[]): void {
  const of = (name: string) => times.get(name) ?? [];
  // Round by round: what slows the machine down for a while slows both.
  const ratioOf = (name: string, against: string) =>
    quantile(of(name).map((time, round) => time / (of(against)[round] ?? NaN)), 0.5);
  const width = Math.max(...[...times.keys()].map((name) => name.length));
  const ms = (value: number) => value.toFixed(1).padStart(8);
  console.log(`\n${"".padEnd(width)}   median      10 %      90 %   × floor`);
  for (const [name, values] of times) {
    const ratio = ratioOf(name, FLOOR).toFixed(2).padStart(9);
    console.log(
      `${name.padEnd(width)} ${ms(quantile(values, 0.5))}  ${ms(quantile(values, 0.1))}  ${
        ms(quantile(values, 0.9))
      } ${ratio}`,
    );
  }
  console.log(
    "\nMilliseconds of whole processes; ratios are medians of the ratios within each round.\n",
  );
  for (const { name, against, most } of aims) {
    const ratio = ratioOf(name, against);
    console.log(
      `${ratio <= most ? "met   " : "MISSED"}  ${name} ≤ ${most} × ${against}: ${ratio.toFixed(2)}`,
    );
  }
}

async function timed<Result>(what: string, make: () => Promise<Result>): Promise<Result> {
  const started = performance.now();
  const result = await make();
  console.log(`${what} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
  return result;
}

/** Builds the programs that are measured. */
async function build(scratch: string): Promise<Readonly<Record<"empty" | "printing", string>>> {
  const paths: Record<string, string> = {};
  for (const [name, source] of Object.entries(PROGRAMS)) {
    const entry = join(scratch, `${name}.ts`);
    writeFileSync(entry, source);
    paths[name] = (await compile({ engine: "bun", outdir: scratch, name, entry })).path;
  }
  return { empty: paths["empty"] ?? "", printing: paths["printing"] ?? "" };
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
      "no-backlog": { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const { quick } = values;
  const number = (text: string | undefined, usual: number): number => {
    const value = text === undefined ? usual : Number(text);
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new Error(`Cannot use "${text}": not a count`);
    }
    return value;
  };
  const runs = number(values.runs, quick ? 15 : 40);
  const events = number(values.events, quick ? 10_000 : 100_000);
  const sessions = number(values.sessions, quick ? 500 : 5000);

  const scratch = mkdtempSync(join(tmpdir(), "orchestrator-bench-"));
  try {
    ensureBun((line) => console.log(line));
    const bare = await build(scratch);
    const program = values.executable === undefined
      ? (await compile({ engine: "bun", outdir: scratch })).path
      : resolve(values.executable);
    const home = join(scratch, "home");
    const env = { ...cleanEnvironment(process.env), HOME: home, USERPROFILE: home, USER: "bench" };
    const project = (name: string, sessions: number, events: number): Promise<BenchProject> =>
      timed(
        `made ${name}: ${sessions} session(s) of ${events} event(s)`,
        () => makeProject(join(scratch, name), { sessions, events }),
      );
    const failing = (items: number, events: number): Promise<BenchProject> =>
      timed(
        `made ${events} event(s) of ${items * 5} items`,
        () =>
          makeProject(join(scratch, `failing-${items}-${events}`), {
            sessions: 1,
            events,
            failing: items,
          }),
      );
    const few = await project("a short journal", 1, 10);
    const many = await project("a long journal", 1, events);
    const small = await project("a small project", 10, 1);
    const large = await project("a large project", sessions, 1);
    const fresh = await project("sessions to complete in", WARM_UP + runs, 1);
    const fewItems = await failing(2, LONG);
    const manyItems = await failing(200, LONG);
    const oneFailure = await failing(2, 10);

    const long = `status, ${events} events`;
    const status = "status, 10 events";
    const verifyFew = `log verify, ${LONG} events, 10 items`;
    const verifyMany = `log verify, ${LONG} events, 1000 items`;
    const decideShort = "note, behind 10 events";
    const decideLong = `note, behind ${LONG} events`;
    const listSmall = "session list, 10 sessions";
    const listLarge = `session list, ${sessions} sessions`;
    const contenders: Contender[] = [
      { name: "bare executable, empty", file: bare.empty, cwd: scratch, args: () => [] },
      { name: FLOOR, file: bare.printing, cwd: scratch, args: () => [] },
      { name: status, file: program, cwd: few.root, args: () => ["status"] },
      { name: long, file: program, cwd: many.root, args: () => ["status"] },
      {
        name: "complete",
        file: program,
        cwd: fresh.root,
        args: (run) => ["complete", "first", "--session", fresh.sessions[run] ?? ""],
      },
      { name: verifyFew, file: program, cwd: fewItems.root, args: () => ["log", "verify"] },
      { name: verifyMany, file: program, cwd: manyItems.root, args: () => ["log", "verify"] },
      { name: decideShort, file: program, cwd: oneFailure.root, args: () => DECIDING },
      { name: decideLong, file: program, cwd: fewItems.root, args: () => DECIDING },
      { name: listSmall, file: program, cwd: small.root, args: () => ["session", "list"] },
      { name: listLarge, file: program, cwd: large.root, args: () => ["session", "list"] },
      { name: "git status", file: "git", cwd: few.root, args: () => ["status"] },
    ];
    const backlog = quick || values["no-backlog"]
      ? null
      : fetchBacklog(join(tmpdir(), "orchestrator-bench-cache"));
    if (backlog !== null) {
      const root = join(scratch, "backlog");
      makeBacklogProject(root, backlog, 20, env);
      contenders.push({
        name: "Backlog.md: task list --plain, 20 tasks",
        file: backlog,
        cwd: root,
        args: () => ["task", "list", "--plain"],
      });
    } else {
      console.log("Backlog.md is left out: it was not asked for, or npm cannot fetch it here");
    }
    console.log(`${runs} rounds of ${contenders.length} commands …`);
    report(measure(contenders, runs, env), [
      { name: status, against: FLOOR, most: 1.5 },
      { name: long, against: status, most: 1.2 },
      { name: "complete", against: FLOOR, most: 3 },
      { name: decideLong, against: decideShort, most: 1.3 },
      { name: verifyMany, against: verifyFew, most: 2 },
    ]);
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
