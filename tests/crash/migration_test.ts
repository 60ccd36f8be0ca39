/**
 * Moving over and going back, killed and failed at every system call that changes something in the
 * project, and failed at every one that reads there: `status` shows the same workflow at any moment,
 * the next command finishes or undoes what was cut off, and afterwards all originals come back, byte
 * for byte with their modes and times.
 *
 * `CRASH_SAMPLE=k` takes every k-th call only.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  chmodSync,
  cpSync,
  lstatSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
} from "node:fs";
import process from "node:process";
import { SAMPLE, tell } from "../harness/effort.ts";
import { executable, executableAvailable } from "../harness/executable.ts";
import { repositoryOf } from "../unit/migration/old_repository.ts";
import { digestOf } from "./digest.ts";
import { ProblemList } from "./problem_list.ts";
import { type Ended, Repository, treeOf as textsOf } from "./repository.ts";
import {
  type Call,
  changesFiles,
  type Injection,
  parseTrace,
  readsFiles,
  straceArguments,
  straceFailingArguments,
  straceMissing,
  takesPath,
  type Trace,
} from "./strace.ts";
import { ATTEMPTS, type Fault, runStopped, type Target, targetsOf } from "./target.ts";

const missing = straceMissing() ?? (executableAvailable ? null : "there is no executable");
if (missing !== null) console.log(`The crash tests of moving over skip: ${missing}`);

const WORKERS = Number(
  process.env["CRASH_WORKERS"] ?? Math.min(navigator.hardwareConcurrency, 4),
);

/** What calls are stopped by, and which. Reads are killed where the next change is. */
const STOPPED_AT: Readonly<Record<string, (call: Call) => boolean>> = {
  SIGKILL: changesFiles,
  ENOSPC: changesFiles,
  EIO: (call) => changesFiles(call) || readsFiles(call),
  EACCES: (call) => takesPath(call),
};

/** A few files of each kind: every step of a migration happens once or twice. */
const FILES = [
  ".workflow_state.json",
  ".workflow_log.jsonl",
  ".workflow_checkpoints/cp_20260105_090000_0a1b2c.json",
  ".workflow_process_feedback.jsonl",
  ".secrets.enc",
  ".orchestrator.yaml",
  "workflow.yaml",
  ".manus/secrets.enc.yaml",
  ".claude/prd_state.json",
];

/** When all originals were changed last, in seconds. */
const ORIGINAL_MTIME = 1_700_000_100;

/** Another command that may be cut off, and how a repository gets there. */
interface Case {
  readonly name: string;
  readonly generation: number;
  /** Run undisturbed before. */
  readonly before: readonly (readonly string[])[];
  readonly argv: readonly string[];
}

const CASES: readonly Case[] = [
  { name: "migrate scattered files", generation: 4, before: [], argv: ["migrate", "--yes"] },
  { name: "migrate old sessions", generation: 8, before: [], argv: ["migrate", "--yes"] },
  {
    name: "migrate --rollback to scattered files",
    generation: 4,
    before: [["migrate", "--yes"]],
    argv: ["migrate", "--rollback", "--yes"],
  },
  {
    name: "migrate --rollback to old sessions",
    generation: 8,
    before: [["migrate", "--yes"]],
    argv: ["migrate", "--rollback", "--yes"],
  },
  {
    name: "migrate --auto-rollback",
    generation: 4,
    before: [],
    argv: ["migrate", "--yes", "--auto-rollback"],
  },
  {
    name: "import-legacy",
    generation: 4,
    before: [],
    argv: ["import-legacy", "../elsewhere", "--name", "brought"],
  },
];

for (const one of CASES) {
  Deno.test({
    name: `cut off anywhere, nothing is lost: ${one.name}`,
    ignore: missing !== null,
    fn: () => sweep(one),
  });
}

async function sweep(one: Case): Promise<void> {
  const started = performance.now();
  const scratch = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "crash-migration-" }));
  const prepared = new Repository(`${scratch}/prepared`, await executable(), `${scratch}/home`);
  for (const folder of ["prepared", "home"]) Deno.mkdirSync(`${scratch}/${folder}`);
  fill(prepared.root, one.generation);
  const elsewhere = `${scratch}/elsewhere`;
  cpSync(prepared.root, elsewhere, { recursive: true, preserveTimestamps: true });
  const original = treeOf(prepared.root);
  const elsewhereBefore = treeOf(elsewhere);
  const standing = await standingOf(prepared);
  for (const argv of one.before) await prepared.must(...argv);

  const undisturbed = prepared.copyTo(`${scratch}/undisturbed`);
  const { ended, trace } = await traced(undisturbed, one.argv);
  assert.equal(ended.code, 0, ended.stderr);
  const targets = targetsOf(trace, undisturbed.root, elsewhere);
  assert.ok(targets.filter(({ call }) => changesFiles(call)).length > 20, "calls to stop at");
  const done = filesOf(undisturbed.root);
  const looked = new Set([digestOf(comparable(undisturbed.root))]);

  const found = new ProblemList();
  let [met, tolerated] = [0, 0];
  const queue = Object.entries(STOPPED_AT).flatMap(([fault, counts]) =>
    targets.filter(({ call }) => counts(call)).filter((_, index) => index % SAMPLE === 0)
      .map((target) => ({ target, fault: fault as Fault }))
  );
  const total = queue.length;
  const stop = async (target: Target, fault: Fault): Promise<readonly string[]> => {
    const root = `${scratch}/${target.index}-${fault}`;
    const run = await runStopped(
      { target, fault, root, elsewhere, startsPrograms: false },
      (injection, cheaply) => traced(prepared.copyTo(root), one.argv, injection, cheaply),
    );
    if (run === null) return [`in ${ATTEMPTS} runs the call was never met`];
    met += 1;
    const files = digestOf(comparable(root));
    const problems = fault === "SIGKILL" ? [] : [...wrongAnswer(run.ended)];
    if (run.ended.code === 0) {
      tolerated += 1;
      if (filesOf(root) !== done) problems.push("it reports success, but the files differ");
    }
    // Many ways lead to the same files: one look at them is enough.
    if (changesFiles(target.call) || !looked.has(files)) {
      looked.add(files);
      const found = await lookAfter(run.repository, { one, original, standing });
      const isHarmless = (problem: string) =>
        target.call.name === "rmdir" && / is folder \d+, was absent$/.test(problem);
      problems.push(...found.filter((problem) => !isHarmless(problem)));
    }
    rmSync(root, { recursive: true });
    return problems;
  };
  const work = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const { target, fault } = next;
      const where = `${one.name}: ${fault} at call ${target.index + 1}, ${target.signature}`;
      found.add(await stop(target, fault), { where, again: [] });
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, work));
  tell("runs stopped", met);
  const problems = [...found.texts()];
  problems.push(...differences(elsewhereBefore, treeOf(elsewhere)));
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(
    `  ${one.name}: ${targets.length} calls, ${total} runs, ${met} stopped (${tolerated} went on), ${seconds} s`,
  );
  if (problems.length > 0) assert.fail(`${problems.length} problems\n${problems.join("\n")}`);
  rmSync(scratch, { recursive: true });
}

/** What is wrong with how a command answered to a failing call. */
function wrongAnswer({ code, stderr }: Ended): readonly string[] {
  const problems: string[] = [];
  if (code > 9) problems.push(`it ended with ${code}: ${stderr}`);
  const said = stderr.split("\n").find((line) => line.startsWith("error: ")) ?? "";
  if (code !== 0 && !/^error: Cannot .+[^.]$/.test(said)) problems.push(`it says: ${stderr}`);
  return problems;
}

interface Aftermath {
  readonly one: Case;
  readonly original: ReadonlyMap<string, string>;
  readonly standing: string;
}

async function lookAfter(
  repository: Repository,
  { one, original, standing }: Aftermath,
): Promise<readonly string[]> {
  const problems: string[] = [];
  const after = await standingOf(repository);
  if (after !== standing && one.argv[0] !== "import-legacy") {
    problems.push(`status shows ${after}, not ${standing}`);
  }
  if (one.argv[0] === "import-legacy") {
    const again = await repository.run(one.argv);
    // The name is taken where only the answer was lost.
    if (again.code !== 0) problems.push(`import again ended with ${again.code}: ${again.stderr}`);
    const verified = await repository.run(["log", "verify", "--all"]);
    if (verified.code !== 0) problems.push(`log verify: ${verified.stderr}`);
    return problems;
  }
  const moved = await repository.run(["migrate", "--yes", "--json"]);
  if (moved.code !== 0) return [`migrate ended with ${moved.code}: ${moved.stderr}`];
  const complete = readFileSync(`${repository.root}/.orchestrator/.migration_complete`, "utf8");
  const { files } = JSON.parse(complete) as { files: { from: string; to: string }[] };
  const now = treeOf(repository.root);
  for (const { from, to } of files) {
    if (hashOf(now.get(to)) !== hashOf(original.get(from))) problems.push(`${to} is not ${from}`);
    if (now.has(from)) problems.push(`${from} is still there`);
  }
  for (const path of now.keys()) {
    // Whoever holds the repository next removes these; with nothing to move nobody did.
    if (/^\.orchestrator\/\.tmp-/.test(path)) continue;
    if (/(?:^|\/)\.(?:tmp|staging|removed)-|\/migration\.json$/.test(path)) {
      problems.push(`${path} was left`);
    }
  }
  if (await standingOf(repository) !== standing) problems.push("status differs after migrate");
  const back = await repository.run(["migrate", "--rollback", "--yes"]);
  if (back.code !== 0) problems.push(`rollback ended with ${back.code}: ${back.stderr}`);
  problems.push(...differences(original, treeOf(repository.root)));
  return problems;
}

function fill(root: string, generation: number): void {
  const files = repositoryOf(generation);
  const scratch = { write: new Repository(root, "", "") };
  for (const [path, content] of Object.entries(files)) {
    if (!FILES.includes(path) && !/^\.orchestrator\/(?!worktrees)/.test(path)) continue;
    scratch.write.write(path, typeof content === "string" ? content : "Salted__bytes");
  }
  Deno.mkdirSync(`${root}/.git`);
  if (generation < 5) chmodSync(`${root}/.workflow_state.json`, 0o640);
  for (const path of [...treeOf(root).keys()].reverse()) {
    utimesSync(`${root}/${path}`, ORIGINAL_MTIME, ORIGINAL_MTIME);
  }
}

/** The session and what is done, as `status` says. */
async function standingOf(repository: Repository): Promise<string> {
  const { code, stdout, stderr } = await repository.run(["status", "--json"]);
  if (code !== 0) return `exit ${code}: ${stderr}`;
  const { data } = JSON.parse(stdout);
  return JSON.stringify([data.session, data.task, data.phase, data.progress, data.items]);
}

async function traced(
  repository: Repository,
  argv: readonly string[],
  injection?: Injection,
  cheaply = false,
): Promise<{ readonly repository: Repository; readonly ended: Ended; readonly trace: Trace }> {
  const output = `${repository.root}.trace`;
  const options = injection !== undefined && cheaply
    ? straceFailingArguments(output, injection)
    : straceArguments(output, injection);
  const ended = await repository.spawn("strace", [...options, repository.executable, ...argv]);
  const trace = parseTrace(readFileSync(output, "utf8"), repository.root);
  rmSync(output);
  return { repository, ended, trace };
}

/** Every file and folder with its mode and content, and the files' times; `.git` is left out. */
function treeOf(root: string): ReadonlyMap<string, string> {
  const tree = new Map<string, string>();
  const walk = (path: string): void => {
    for (const name of readdirSync(`${root}/${path}`).sort()) {
      if (name === ".git") continue;
      const inner = path === "" ? name : `${path}/${name}`;
      const stats = lstatSync(`${root}/${inner}`);
      const mode = (stats.mode & 0o7777).toString(8);
      if (stats.isDirectory()) {
        tree.set(inner, `folder ${mode}`);
        walk(inner);
        continue;
      }
      const hash = createHash("sha256").update(readFileSync(`${root}/${inner}`)).digest("hex");
      tree.set(inner, `file ${mode} ${Math.round(stats.mtimeMs)} ${hash}`);
    }
  };
  walk("");
  return tree;
}

/** Every file and folder with its mode and content; of times whether they are an original's. */
function comparable(root: string): ReadonlyMap<string, string> {
  const isOriginal = (ms: number) => Math.abs(ms - ORIGINAL_MTIME * 1000) < 1;
  return new Map(
    [...textsOf(root)].map(([path, content]) => {
      const { mode, mtimeMs } = lstatSync(`${root}/${path}`);
      // A folder's time is a courtesy.
      if (content === "directory") return [path, `${mode} ${content}`];
      const text = content.replace(
        /"mtimeMs":([\d.]+)/g,
        (_, ms) => `"mtimeMs":${isOriginal(Number(ms))}`,
      );
      return [path, `${mode} ${isOriginal(mtimeMs)} ${text}`];
    }),
  );
}

/** A digest of the files only: an empty folder, or a lock, that cannot be removed is no harm. */
function filesOf(root: string): string {
  const files = [...comparable(root)].filter(([path, text]) =>
    !/ directory$/.test(text) && path !== ".orchestrator/lock"
  );
  return digestOf(new Map(files));
}

function hashOf(described: string | undefined): string | undefined {
  return described?.split(" ").at(-1);
}

function differences(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): readonly string[] {
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((path) => before.get(path) !== after.get(path))
    // Whoever ran another command first has made a lock, which stays with its folder.
    .filter((path) => path !== ".orchestrator/lock")
    .map((path) =>
      `${path} is ${after.get(path) ?? "absent"}, was ${before.get(path) ?? "absent"}`
    );
}
