/**
 * Moving over and going back, killed and failed at every system call that changes something in the
 * project, and failed at every one that reads there: `status` shows the same workflow at any moment,
 * the next command finishes or undoes what was cut off, and afterwards all originals come back, byte
 * for byte with their modes and times.
 *
 * `CRASH_SAMPLE=k` takes every k-th call only.
 */
import assert from "node:assert/strict";
import { cpSync, lstatSync, readFileSync, rmSync } from "node:fs";
import process from "node:process";
import { SAMPLE, tell } from "../harness/effort.ts";
import { executable, executableAvailable } from "../harness/executable.ts";
import { digestOf } from "./digest.ts";
import {
  differences,
  fill,
  lookAfterMigration,
  MIGRATION_CASES,
  type MigrationCase,
  migrationStanding,
  ORIGINAL_MTIME,
  statTreeOf,
} from "./migration_cases.ts";
import { ProblemList } from "./problem_list.ts";
import { type Ended, pictureOf, Repository, treeOf as textsOf } from "./repository.ts";
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

for (const one of MIGRATION_CASES) {
  Deno.test({
    name: `cut off anywhere, nothing is lost: ${one.name}`,
    ignore: missing !== null,
    fn: () => sweep(one),
  });
}

async function sweep(one: MigrationCase): Promise<void> {
  const started = performance.now();
  const scratch = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "crash-migration-" }));
  const prepared = new Repository(`${scratch}/prepared`, await executable(), `${scratch}/home`);
  for (const folder of ["prepared", "home"]) Deno.mkdirSync(`${scratch}/${folder}`);
  fill(prepared.root, one.generation);
  const elsewhere = `${scratch}/elsewhere`;
  cpSync(prepared.root, elsewhere, { recursive: true, preserveTimestamps: true });
  const original = statTreeOf(prepared.root);
  const elsewhereBefore = statTreeOf(elsewhere);
  const standing = await migrationStanding(prepared);
  for (const argv of one.before) await prepared.must(...argv);

  const undisturbed = prepared.copyTo(`${scratch}/undisturbed`);
  const { ended, trace } = await traced(undisturbed, one.argv);
  assert.equal(ended.code, 0, ended.stderr);
  const targets = targetsOf(trace, undisturbed.root, elsewhere);
  assert.ok(targets.filter(({ call }) => changesFiles(call)).length > 20, "calls to stop at");
  const done = {
    all: filesOf(undisturbed.root),
    unrecorded: filesOf(undisturbed.root, isRecorded),
    recorded: pictureOf(undisturbed.root).recorded,
  };
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
      // What it says was not recorded is recorded by the next change; of a session that cannot be
      // read for now the journal names less.
      const said = run.ended.stderr.includes("not recorded in the repository's journal");
      const isSame = filesOf(root) === done.all ||
        filesOf(root, isRecorded) === done.unrecorded &&
          (said || pictureOf(root).recorded.join() === done.recorded.join());
      if (!isSame) problems.push("it reports success, but the files differ");
    }
    // Many ways lead to the same files: one look at them is enough.
    if (changesFiles(target.call) || !looked.has(files)) {
      looked.add(files);
      const found = await lookAfterMigration(run.repository, { one, original, standing });
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
  problems.push(...differences(elsewhereBefore, statTreeOf(elsewhere)));
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

/** Whether a file belongs to the repository's journal. */
function isRecorded(path: string): boolean {
  return path === ".orchestrator/writer.json" || path.startsWith(".orchestrator/log/");
}

/**
 * A digest of the files only: an empty folder, or a lock, that cannot be removed is no harm.
 * @param isLeftOut says which files do not count.
 */
function filesOf(root: string, isLeftOut: (path: string) => boolean = () => false): string {
  const files = [...comparable(root)].filter(([path, text]) =>
    !/ directory$/.test(text) && path !== ".orchestrator/lock" && !isLeftOut(path)
  );
  return digestOf(new Map(files));
}
