/**
 * `deno task bench:peers`: this program and others on the same task, in the same run: list 15 items, and
 * change one.
 *
 * The others come from npm, into a folder for temporary files where the next run finds them again. One
 * that cannot be had is named and left out.
 * @module
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { timesTable } from "./bench_figures.ts";
import { type Contender, measure, WARM_UP } from "./bench_measure.ts";
import { makeProject } from "./bench_projects.ts";
import { cleanEnvironment } from "./clean_environment.ts";
import { compile } from "./compile.ts";
import { ensureBun } from "./install_bun.ts";
import { VERSION } from "../src/version.ts";

const USAGE = `Usage: deno task bench:peers [options]

  --runs N          rounds to measure (default 20)
  --executable FILE measure this one instead of building one with Bun`;

/** What a project holds: as many items as the workflow of `bench_projects.ts` has. */
const ITEMS = 15;

/** A command line. */
interface Invocation {
  readonly file: string;
  readonly args: readonly string[];
}

/** Runs in a project's folder; throws when the command fails. */
type Run = (command: Invocation) => void;

/** A program that is compared with. */
interface Peer {
  readonly name: string;
  readonly package: string;
  readonly version: string;
  /** Whether its package fetches the program when it is installed. */
  readonly scripts?: true;
  /** How it is started. @param modules the folder of npm's packages. */
  readonly start: (modules: string) => Invocation;
  /** Makes a project with {@link ITEMS} items. */
  readonly make: (start: Invocation, root: string, run: Run) => void;
  readonly list: readonly string[];
  /** Moves the first item to another state than it was in. */
  readonly change: (run: number) => readonly string[];
}

const isWindows = process.platform === "win32";

/** The programs. */
const PEERS: readonly Peer[] = [
  {
    name: "Backlog.md",
    package: "backlog.md",
    version: "1.52.0",
    start(modules) {
      const system = `${isWindows ? "windows" : process.platform}-${process.arch}`;
      const name = isWindows ? "backlog.exe" : "backlog";
      return { file: join(modules, `backlog.md-${system}`, name), args: [] };
    },
    make(start, _root, run) {
      run(invoking(start, ["init", "bench", "--defaults", "--integration-mode", "none"]));
      for (let item = 1; item <= ITEMS; item++) {
        run(invoking(start, ["task", "create", `Task ${item}`]));
      }
    },
    list: ["task", "list", "--plain"],
    change: (run) => ["task", "edit", "1", "-s", run % 2 === 0 ? "In Progress" : "To Do"],
  },
  {
    name: "Task Master",
    package: "task-master-ai",
    version: "0.43.1",
    start: (modules) => ({
      file: "node",
      args: [join(modules, "task-master-ai", "dist", "task-master.js")],
    }),
    make(_start, root) {
      const folder = join(root, ".taskmaster", "tasks");
      mkdirSync(folder, { recursive: true });
      const tasks = Array.from({ length: ITEMS }, (_, index) => ({
        id: index + 1,
        title: `Task ${index + 1}`,
        description: "What is to be done",
        details: "",
        testStrategy: "",
        status: "pending",
        dependencies: [],
        priority: "medium",
        subtasks: [],
      }));
      const time = "2026-01-01T00:00:00.000Z";
      const metadata = { created: time, updated: time, description: "bench" };
      writeFileSync(join(folder, "tasks.json"), JSON.stringify({ master: { tasks, metadata } }));
    },
    list: ["list", "--compact"],
    change: (run) => [
      "set-status",
      "--id=1",
      `--status=${run % 2 === 0 ? "in-progress" : "pending"}`,
    ],
  },
  {
    name: "beads",
    package: "@beads/bd",
    version: "1.3.0",
    scripts: true,
    start: (modules) => ({
      file: join(modules, "@beads", "bd", "bin", isWindows ? "bd.exe" : "bd"),
      args: [],
    }),
    make(start, _root, run) {
      run(invoking(start, ["init", "--prefix", "b", "--quiet"]));
      for (let item = 1; item <= ITEMS; item++) {
        run(invoking(start, ["create", `Task ${item}`, "--id", `b-${item}`]));
      }
    },
    list: ["list"],
    change: (run) => ["update", "b-1", "--status", run % 2 === 0 ? "in_progress" : "open"],
  },
];

function invoking({ file, args }: Invocation, more: readonly string[]): Invocation {
  return { file, args: [...args, ...more] };
}

/** A program that runs. */
interface Installed {
  readonly peer: Peer;
  readonly start: Invocation;
}

/** Installs a program with npm. @returns null when it cannot be had, or does not run. */
function install(
  peer: Peer,
  cache: string,
  env: Readonly<Record<string, string>>,
): Installed | null {
  const folder = join(cache, `${peer.package.replaceAll("/", "+")}-${peer.version}`);
  const start = peer.start(join(folder, "node_modules"));
  const runs = () => {
    const { file, args } = invoking(start, ["--version"]);
    const { stdout, status } = spawnSync(file, args, { encoding: "utf8", env, cwd: folder });
    return status === 0 && stdout.includes(peer.version);
  };
  mkdirSync(folder, { recursive: true });
  if (!runs()) {
    writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
    const options = ["--no-audit", "--no-fund", ...peer.scripts ? [] : ["--ignore-scripts"]];
    spawnSync("npm", ["install", ...options, `${peer.package}@${peer.version}`], {
      cwd: folder,
      stdio: "ignore",
      shell: isWindows,
      timeout: 600_000,
    });
    if (!runs()) return null;
  }
  return { peer, start };
}

/** What is compared: the same task by each program, ours first. */
interface Comparison {
  readonly title: string;
  readonly contenders: readonly Contender[];
}

/** Makes the projects. */
async function comparisons(
  scratch: string,
  program: string,
  installed: readonly Installed[],
  { runs, env }: { readonly runs: number; readonly env: Readonly<Record<string, string>> },
): Promise<readonly Comparison[]> {
  const ours = `orchestrator ${VERSION}`;
  const { root, sessions } = await makeProject(join(scratch, "ours"), {
    sessions: WARM_UP + runs,
    events: 1,
  });
  const list: Contender[] = [
    { name: `${ours}: status`, file: program, cwd: root, args: () => ["status"] },
  ];
  const change: Contender[] = [{
    name: `${ours}: complete`,
    file: program,
    cwd: root,
    args: (run) => ["complete", "first", "--session", sessions[run] ?? ""],
  }];
  for (const { peer, start } of installed) {
    const cwd = join(scratch, peer.name);
    const run: Run = ({ file, args }) => {
      const { status, stderr } = spawnSync(file, args, { cwd, env, encoding: "utf8" });
      if (status !== 0) throw new Error(`${file} ${args.join(" ")}: ${stderr}`);
    };
    mkdirSync(cwd);
    run({ file: "git", args: ["init", "--quiet"] });
    peer.make(start, cwd, run);
    const name = (args: readonly string[]) =>
      `${peer.name} ${peer.version}: ${args.filter((word) => /^[a-z-]+$/.test(word)).join(" ")}`;
    const one = (args: (run: number) => readonly string[]): Contender => ({
      name: name(args(0)),
      file: start.file,
      cwd,
      args: (run) => [...start.args, ...args(run)],
    });
    list.push(one(() => peer.list));
    change.push(one(peer.change));
  }
  list.push({ name: "git status", file: "git", cwd: root, args: () => ["status"] });
  return [
    { title: `List ${ITEMS} items`, contenders: list },
    { title: "Change one of them", contenders: change },
  ];
}

/** Measures and reports. */
async function bench(scratch: string, runs: number, executable?: string): Promise<void> {
  ensureBun((line) => console.log(line));
  const program = executable === undefined
    ? (await compile({ engine: "bun", outdir: scratch })).path
    : resolve(executable);
  const home = join(scratch, "home");
  mkdirSync(home);
  const env = { ...cleanEnvironment(process.env), HOME: home, USERPROFILE: home, USER: "bench" };
  const cache = join(tmpdir(), "orchestrator-bench-cache");
  const installed: Installed[] = [];
  for (const peer of PEERS) {
    const found = install(peer, cache, env);
    if (found !== null) installed.push(found);
    else {console.log(
        `${peer.name} is left out: npm cannot fetch ${peer.package}, or it does not run`,
      );}
  }
  const compared = await comparisons(scratch, program, installed, { runs, env });
  const contenders = compared.flatMap(({ contenders }) => contenders);
  console.log(`${runs} rounds of ${contenders.length} commands …`);
  const times = measure(contenders, runs, env);
  for (const { title, contenders } of compared) {
    const shown = new Map(
      [...times].filter(([name]) => contenders.some((one) => one.name === name)),
    );
    const against = { name: contenders[0]?.name ?? "", head: "× ours" };
    console.log(`\n${title}\n${timesTable(shown, [against])}`);
  }
}

async function main(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      runs: { type: "string", default: "20" },
      executable: { type: "string" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return;
  }
  const runs = Number(values.runs);
  if (!Number.isSafeInteger(runs) || runs < 1) {
    throw new Error(`Cannot use "${values.runs}": not a count`);
  }
  if (values.executable !== undefined && !existsSync(values.executable)) {
    throw new Error(`Cannot find "${values.executable}"`);
  }
  const scratch = mkdtempSync(join(tmpdir(), "orchestrator-bench-peers-"));
  try {
    await bench(scratch, runs, values.executable);
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
