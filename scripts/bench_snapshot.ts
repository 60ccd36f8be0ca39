/**
 * `deno task bench:snapshot`: how fast, and in how much memory, a large state becomes a snapshot and
 * comes back, against `tar` with `gzip` on the same tree, side by side in one run.
 *
 * Every round runs each command once, in an order that rotates. What counts is the median of the
 * ratios within the rounds.
 * @module
 */
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { makeProject } from "./bench_projects.ts";
import { cleanEnvironment } from "./clean_environment.ts";
import { compile } from "./compile.ts";
import { ensureBun } from "./install_bun.ts";

const USAGE = `Usage: deno task bench:snapshot [options]

  --megabytes N     size of the state (default 256)
  --session N       megabytes of one session (default 2)
  --rounds N        rounds to measure (default 5)
  --executable FILE measure this one instead of building one with Bun`;

/** At most so many times the time of tar. */
const AIM = 1.3;

/** Characters of a note, about. */
const NOTE = 900;

/** One command that is measured. */
interface Contender {
  readonly name: string;
  readonly command: readonly string[];
  readonly cwd: string;
  /** Removed before each run. */
  readonly clean: readonly string[];
}

/** What one run took. */
interface Run {
  readonly seconds: number;
  /** Bytes of memory at most; null where the system does not tell. */
  readonly peak: number | null;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      megabytes: { type: "string", default: "256" },
      session: { type: "string", default: "2" },
      rounds: { type: "string", default: "5" },
      executable: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return console.log(USAGE);
  const scratch = mkdtempSync(join(tmpdir(), "orchestrator-bench-snapshot-"));
  try {
    const program = values.executable === undefined
      ? await build(scratch)
      : resolve(values.executable);
    const root = join(scratch, "project");
    const share = Number(values.session);
    await makeProject(root, {
      sessions: Math.ceil(Number(values.megabytes) / share),
      events: Math.ceil(share * 1e6 / (NOTE + 300)),
      note,
    });
    const size = sizeOf(join(root, ".orchestrator"));
    console.log(`${(size / 1e6).toFixed(0)} MB in sessions of ${share} MB`);
    const runs = await measure(contenders(scratch, program, root), Number(values.rounds), scratch);
    report(runs);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function build(scratch: string): Promise<string> {
  ensureBun(console.log);
  return (await compile({ engine: "bun", outdir: scratch })).path;
}

const EXPORT = "snapshot export";
const PACK = "tar | gzip";
const INSPECT = "snapshot inspect";
const IMPORT = "snapshot import";
const UNPACK = "gunzip | tar";

function contenders(scratch: string, program: string, root: string): readonly Contender[] {
  const archive = join(scratch, "state.tar.gz");
  const packed = join(scratch, "tree.tar.gz");
  const place = join(scratch, "there");
  const tree = join(scratch, "tree");
  return [
    {
      name: EXPORT,
      command: [program, "snapshot", "export", "-o", archive],
      cwd: root,
      clean: [archive],
    },
    {
      name: PACK,
      command: ["sh", "-c", `tar -c .orchestrator | gzip > ${packed} && sync ${packed}`],
      cwd: root,
      clean: [packed],
    },
    { name: INSPECT, command: [program, "snapshot", "inspect", archive], cwd: scratch, clean: [] },
    {
      name: IMPORT,
      command: [
        "sh",
        "-c",
        `mkdir -p ${place}/.git && cd ${place} && exec ${program} snapshot import ${archive}`,
      ],
      cwd: scratch,
      clean: [place],
    },
    {
      name: UNPACK,
      command: [
        "sh",
        "-c",
        `mkdir ${tree} && gzip -dc ${packed} | tar -x -C ${tree} && sync -f ${tree}`,
      ],
      cwd: scratch,
      clean: [tree],
    },
  ];
}

async function measure(
  list: readonly Contender[],
  rounds: number,
  home: string,
): Promise<ReadonlyMap<string, readonly Run[]>> {
  const runs = new Map<string, Run[]>(list.map(({ name }) => [name, []]));
  // Once without counting: what is read must be there, and in the system's cache.
  for (const contender of list) await once(contender, home);
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < list.length; turn++) {
      const contender = list[(turn + round) % list.length];
      if (contender !== undefined) {
        runs.get(contender.name)?.push(await once(contender, home));
      }
    }
  }
  return runs;
}

async function once({ name, command, cwd, clean }: Contender, home: string): Promise<Run> {
  for (const path of clean) rmSync(path, { recursive: true, force: true });
  const [file = "", ...args] = command;
  const started = performance.now();
  const child = new Deno.Command(file, {
    args,
    cwd,
    env: cleanEnvironment({ ...Deno.env.toObject(), HOME: home }),
    clearEnv: true,
    stdin: "null",
    stdout: "null",
    stderr: "inherit",
  }).spawn();
  let peak: number | null = null;
  const watch = setInterval(() => {
    try {
      const status = Deno.readTextFileSync(`/proc/${child.pid}/status`);
      const found = /^VmHWM:\s+(\d+)/m.exec(status)?.[1];
      if (found !== undefined) peak = Number(found) * 1024;
    } catch {
      // It has ended, or this system has no /proc.
    }
  }, 20);
  const { success } = await child.status;
  clearInterval(watch);
  if (!success) throw new Error(`${name} failed`);
  return { seconds: (performance.now() - started) / 1000, peak };
}

function report(runs: ReadonlyMap<string, readonly Run[]>): void {
  const of = (name: string) => runs.get(name) ?? [];
  const seconds = (name: string) => of(name).map((run) => run.seconds);
  const ratio = (name: string, against: string) =>
    median(seconds(name).map((time, round) => time / (seconds(against)[round] ?? NaN)));
  for (const [name, list] of runs) {
    const peak = Math.max(...list.map((run) => run.peak ?? NaN));
    const memory = Number.isNaN(peak) || !name.startsWith("snapshot")
      ? ""
      : `  at most ${Math.round(peak / 1024 ** 2)} MiB`;
    console.log(`${name.padEnd(18)} ${median(seconds(name)).toFixed(2).padStart(7)} s${memory}`);
  }
  for (const [name, against] of [[EXPORT, PACK], [IMPORT, UNPACK]] as const) {
    const found = ratio(name, against);
    console.log(
      `${found <= AIM ? "met   " : "MISSED"}  ${name} ≤ ${AIM} × ${against}: ${found.toFixed(2)}`,
    );
  }
}

const WORDS = Array.from({ length: 3000 }, (_, index) => wordNumber(index));

function wordNumber(index: number): string {
  let text = "";
  for (let left = index * 7919 + 17; left > 0; left = Math.floor(left / 26)) {
    text += String.fromCharCode(97 + left % 26);
  }
  return text;
}

/** Words in an order that does not repeat: packs about as well as what agents write. */
export function note(index: number): string {
  let text = `Note ${index + 1}:`;
  while (text.length < NOTE) text += ` ${WORDS[Math.floor(Math.random() * WORDS.length)]}`;
  return text;
}

function sizeOf(folder: string): number {
  let sum = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    sum += entry.isDirectory() ? sizeOf(path) : statSync(path).size;
  }
  return sum;
}

function median(values: readonly number[]): number {
  return [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)] ?? NaN;
}

if (import.meta.main) await main();
