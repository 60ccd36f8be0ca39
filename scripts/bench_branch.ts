/**
 * `deno task bench:branch`: what the first change in a fresh clone costs where the state branch has one
 * ended session, and where it has thousands.
 *
 * Every round makes a fresh clone of each, which is not measured, and adds a note in each; the order
 * changes from round to round. What counts is the median of the differences within the rounds.
 * @module
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { quantile, shuffled } from "./bench_figures.ts";
import { makeProject } from "./bench_projects.ts";
import { cleanEnvironment } from "./clean_environment.ts";
import { compile } from "./compile.ts";
import { ensureBun } from "./install_bun.ts";

const USAGE = `Usage: deno task bench:branch [options]

  --sessions N      ended sessions of the large branch (default 5000)
  --rounds N        rounds to measure (default 9)
  --executable FILE measure this one instead of building one with Bun`;

/** At most so many milliseconds more with the large branch than with the small one. */
const AIM_MS = 1000;

/** What is measured in each clone, in this order. */
const COMMANDS: readonly (readonly string[])[] = [
  ["note", "The first change"],
  ["note", "The next one"],
  ["session", "list"],
];

type Environment = Readonly<Record<string, string>>;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      sessions: { type: "string", default: "5000" },
      rounds: { type: "string", default: "9" },
      executable: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return console.log(USAGE);
  const scratch = mkdtempSync(join(tmpdir(), "orchestrator-bench-branch-"));
  try {
    if (values.executable === undefined) ensureBun((line) => console.log(line));
    const program = values.executable === undefined
      ? (await compile({ engine: "bun", outdir: scratch })).path
      : resolve(values.executable);
    const env = {
      ...cleanEnvironment(process.env),
      HOME: join(scratch, "home"),
      USER: "bench",
      ORCHESTRATOR_WEB_MODE: "true",
    };
    mkdirSync(env.HOME);
    const sizes = [1, Number(values.sessions)];
    for (const size of sizes) await makeServer(scratch, program, size, env);
    const times = new Map<string, number[]>();
    for (let round = 0; round < Number(values.rounds); round++) {
      for (const size of shuffled(sizes)) measure({ scratch, program, size, env, times });
    }
    report(times, sizes);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function serverOf(scratch: string, size: number): string {
  return join(scratch, `${size}.git`);
}

/** A server whose state branch has so many ended sessions, and one that is active. */
async function makeServer(
  scratch: string,
  program: string,
  size: number,
  env: Environment,
): Promise<void> {
  const root = join(scratch, `project-${size}`);
  const server = serverOf(scratch, size);
  const started = performance.now();
  await makeProject(root, { sessions: size + 1, events: 20, active: 1 });
  const git = (...args: string[]) => run("git", args, root, env);
  run("git", ["init", "--quiet", "--bare", server], scratch, env);
  git("remote", "add", "origin", server);
  const who = ["-c", "user.name=bench", "-c", "user.email=bench@localhost"];
  git(...who, "commit", "--quiet", "--allow-empty", "-m", "Begin");
  git("push", "--quiet", "origin", "HEAD:refs/heads/main");
  const before = performance.now();
  run(program, ["state", "push"], root, env);
  const [made, pushed] = [before - started, performance.now() - before];
  console.log(`${size} ended: made in ${made.toFixed(0)} ms, pushed in ${pushed.toFixed(0)} ms`);
}

function measure({ scratch, program, size, env, times }: {
  readonly scratch: string;
  readonly program: string;
  readonly size: number;
  readonly env: Environment;
  readonly times: Map<string, number[]>;
}): void {
  const clone = join(scratch, "clone");
  run("git", ["clone", "--quiet", serverOf(scratch, size), clone], scratch, env);
  for (const args of COMMANDS) {
    const started = performance.now();
    run(program, args, clone, env);
    const name = nameOf(args, size);
    const taken = times.get(name) ?? [];
    times.set(name, [...taken, performance.now() - started]);
  }
  rmSync(clone, { recursive: true });
}

function nameOf(args: readonly string[], size: number): string {
  return `${args.join(" ")}, ${size} ended`;
}

function run(file: string, args: readonly string[], cwd: string, env: Environment): void {
  const { success, stderr } = new Deno.Command(file, {
    args: [...args],
    cwd,
    env: { ...env },
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).outputSync();
  if (!success) throw new Error(`${file} ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
}

function report(times: ReadonlyMap<string, readonly number[]>, sizes: readonly number[]): void {
  for (const [name, values] of [...times].sort(([left], [right]) => left < right ? -1 : 1)) {
    const [median, low, high] = [0.5, 0.1, 0.9].map((share) => quantile(values, share).toFixed(0));
    console.log(`${name.padEnd(36)} ${median} ms (${low} … ${high})`);
  }
  const [first = []] = COMMANDS;
  const [few = [], many = []] = sizes.map((size) => times.get(nameOf(first, size)) ?? []);
  const more = quantile(many.map((time, round) => time - (few[round] ?? NaN)), 0.5);
  console.log(
    `${more <= AIM_MS ? "met   " : "MISSED"}  the first change: ${more.toFixed(0)} ms more`,
  );
}

if (import.meta.main) await main();
