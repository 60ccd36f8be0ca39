/**
 * Git fails the commands that keep state on a branch: it is not there, it is killed, the disk is full,
 * each time they run it. What keeps state in passing warns and succeeds; what was asked to do it says
 * what went wrong; nothing is lost, and the next push catches up.
 *
 * `CRASH_SAMPLE=k` takes every k-th run of git only.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import process from "node:process";
import { SAMPLE, tell } from "../harness/effort.ts";
import { executable, executableAvailable } from "../harness/executable.ts";
import { ProblemList } from "./problem_list.ts";
import { type Ended, pictureOf, Repository, type Variables } from "./repository.ts";
import { aheadOfServer, behindServer, freshClone, pushesOn, SERVER } from "./state_scenarios.ts";
import { straceMissing } from "./strace.ts";

const WORKERS = Number(process.env["CRASH_WORKERS"] ?? Math.min(navigator.hardwareConcurrency, 4));

const { stdout: found } = spawnSync("sh", ["-c", "command -v git"], { encoding: "utf8" });
const GIT = found?.trim() ?? "";
const missing = Deno.build.os === "windows" || !executableAvailable || GIT === "";
if (missing) console.log("Failing git skips: there is no git, no executable or no shell");

/** What a run of git does instead of what it was asked, as shell. */
const FAULTS: Readonly<Record<string, string>> = {
  "is killed before it does anything": "kill -KILL $$",
  "is killed when it has done all": `${GIT} "$@"; kill -KILL $$`,
  "finds the disk full": `trap "" XFSZ; ulimit -f 0; exec ${GIT} "$@"`,
  ...(straceMissing() !== null ? {} : {
    "is killed while it replaces a file":
      `exec strace -f -o /dev/null -e trace=rename,link -e inject=rename,link:signal=KILL ${GIT} "$@"`,
  }),
};

/** A command that runs git. */
interface Case {
  readonly name: string;
  readonly prepare: (repository: Repository) => Promise<void>;
  readonly argv: readonly string[];
  readonly env?: Variables;
  /** Whether it must succeed whatever git does. */
  readonly inPassing: boolean;
  /** What the sessions may be too, as {@link standingOf} says: between two steps of the command. */
  readonly between?: string;
  /** Brings what the command was to do to its end, with a git that works. Default: the same again. */
  readonly again?: readonly string[];
}

const WEB: Variables = { ORCHESTRATOR_WEB_MODE: "true" };

const CASES: readonly Case[] = [
  {
    name: "a phase is finished, in web mode",
    prepare: aheadOfServer,
    argv: ["finish"],
    env: WEB,
    inPassing: true,
    again: ["state", "push"],
  },
  { name: "state push", prepare: aheadOfServer, argv: ["state", "push"], inPassing: false },
  { name: "state pull", prepare: behindServer, argv: ["state", "pull"], inPassing: false },
  {
    name: "state compact",
    prepare: aheadOfServer,
    argv: ["state", "compact", "--yes"],
    inPassing: false,
  },
  {
    name: "the first change in a fresh clone",
    prepare: freshClone,
    argv: ["note", "Moved in"],
    env: WEB,
    inPassing: false,
    between: '[["main","session_started","note_added"]]',
  },
];

for (const one of CASES) {
  Deno.test({
    name: `git fails, nothing is lost: ${one.name}`,
    ignore: missing,
    fn: () => failEach(one),
  });
}

Deno.test({
  name: "without git the work goes on, and what needs git says so",
  ignore: missing,
  fn: async () => {
    const scratch = newScratch();
    const prepared = await prepare(scratch, aheadOfServer);
    const none = { ...WEB, PATH: scratch };
    const finished = await prepared.run(["finish"], none);
    assert.equal(finished.code, 0, finished.stderr);
    assert.match(finished.stderr, /^warning: .*git/m);
    for (const command of ["push", "pull", "status"]) {
      const { code, stderr } = await prepared.run(["state", command], none);
      assert.equal(code, 9, stderr);
      assert.match(stderr, /^error: Cannot .*git/m);
    }
    assert.deepEqual(await pushesOn(prepared), []);
    rmSync(scratch, { recursive: true });
  },
});

async function failEach(one: Case): Promise<void> {
  const started = performance.now();
  const scratch = newScratch();
  const prepared = await prepare(scratch, one.prepare);
  const before = standingOf(prepared);
  const undisturbed = prepared.copyTo(`${scratch}/undisturbed`);
  const { ended, runs } = await withGit(undisturbed, one, 0, "");
  assert.equal(ended.code, 0, ended.stderr);
  assert.ok(runs > 3, "git is run");
  const after = standingOf(undisturbed);

  const problems = new ProblemList();
  const queue = Object.entries(FAULTS).flatMap(([fault, script]) =>
    Array.from({ length: runs }, (_, index) => ({ fault, script, at: index + 1 }))
  ).filter((_, index) => index % SAMPLE === 0);
  const total = queue.length;
  let failed = 0;
  const work = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const { fault, script, at } = next;
      const name = fault.replaceAll(" ", "-");
      const repository = prepared.copyTo(`${scratch}/${at}-${name}`);
      const run = await withGit(repository, one, at, script);
      if (run.ended.code !== 0) failed += 1;
      problems.add([
        ...wrongAnswer(one, run.ended),
        ...await unsafeUnseen(repository, one, run.ended),
        ...[before, after, one.between].includes(standingOf(repository))
          ? []
          : [`the sessions are ${standingOf(repository)}, neither ${before} nor ${after}`],
        ...await goOn(repository, one, after),
      ], { where: `${one.name}: run ${at} of git ${fault}`, again: [] });
      rmSync(repository.root, { recursive: true });
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, work));
  tell("runs of git stopped", total);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(
    `  ${one.name}: ${runs} runs of git, ${total} faults, ${failed} reported, ${seconds} s`,
  );
  const texts = problems.texts();
  if (texts.length > 0) assert.fail(`${texts.length} things go wrong\n${texts.join("\n")}`);
  rmSync(scratch, { recursive: true });
}

function newScratch(): string {
  return Deno.realPathSync(Deno.makeTempDirSync({ prefix: "git-faults-" }));
}

async function prepare(scratch: string, fill: Case["prepare"]): Promise<Repository> {
  for (const name of ["home", "prepared"]) mkdirSync(`${scratch}/${name}`);
  const prepared = new Repository(`${scratch}/prepared`, await executable(), `${scratch}/home`);
  await prepared.git("init", "--quiet", "--template=", "--initial-branch=main");
  await prepared.git("config", "user.name", "Test");
  await prepared.git("config", "user.email", "test@example.com");
  await fill(prepared);
  return prepared;
}

/** Runs the command with a git whose run number `at` does something else. */
async function withGit(
  repository: Repository,
  { argv, env = {} }: Case,
  at: number,
  script: string,
): Promise<{ readonly ended: Ended; readonly runs: number }> {
  const bin = `${repository.root}.bin`;
  const count = `${bin}/count`;
  mkdirSync(bin);
  writeFileSync(count, "");
  writeFileSync(
    `${bin}/git`,
    [
      "#!/bin/sh",
      `echo >> ${count}`,
      `if [ "$(wc -l < ${count})" -eq ${at} ]; then ${script === "" ? ":" : script}; fi`,
      `exec ${GIT} "$@"`,
    ].join("\n") + "\n",
  );
  chmodSync(`${bin}/git`, 0o755);
  const { PATH = "" } = repository.environment();
  const ended = await repository.run(argv, { ...env, PATH: `${bin}:${PATH}` });
  const runs = readFileSync(count, "utf8").length;
  rmSync(bin, { recursive: true });
  return { ended, runs };
}

function wrongAnswer({ inPassing }: Case, { code, stdout, stderr }: Ended): readonly string[] {
  const problems: string[] = [];
  if (code > 9) problems.push(`it ended with ${code}: ${stderr}`);
  if (inPassing && code !== 0) problems.push(`it failed: ${stderr}`);
  if (code !== 0 && !/^error: Cannot [^\n]+[^.\n]$/m.test(stderr)) {
    problems.push(`it says: ${stderr}`);
  }
  if (/^\s+at |unexpected error/m.test(stderr)) problems.push(`it shows: ${stderr}`);
  if (code !== 0 && stdout !== "") problems.push(`it failed, but answers: ${stdout}`);
  return problems;
}

/** Who says nothing says that all that is here is on the server. */
async function unsafeUnseen(
  repository: Repository,
  { argv }: Case,
  { code, stderr }: Ended,
): Promise<readonly string[]> {
  if (argv[1] === "pull" || argv[0] === "note" || code !== 0 || stderr.includes("warning: ")) {
    return [];
  }
  const refs = async (...args: readonly string[]) =>
    (await repository.spawn(GIT, [...args, "--format=%(objectname)"])).stdout;
  const here = await refs("for-each-ref", "refs/orchestrator/state");
  const there = await refs("-C", SERVER, "for-each-ref", "refs/heads/orchestrator-state-*");
  return here === there ? [] : [`it warns of nothing, but here is ${here}, on the server ${there}`];
}

/** The sessions' events, without what differs from run to run. */
function standingOf({ root }: Repository): string {
  const { sessions } = pictureOf(root);
  return JSON.stringify(
    Object.values(sessions).map(({ name, lines }) => [
      name,
      ...lines.map((line) => (JSON.parse(line) as { type: string }).type),
    ]),
  );
}

/** With a git that works all is brought to its end, here and on the server. */
async function goOn(
  repository: Repository,
  { argv, env, again }: Case,
  after: string,
): Promise<readonly string[]> {
  const problems: string[] = [];
  const twice = standingOf(repository) === after && again === undefined && argv[0] === "note";
  if (!twice) {
    const { code, stderr } = await repository.run(again ?? argv, env);
    if (code !== 0) return [`with a git that works it ended with ${code}: ${stderr}`];
  }
  const now = standingOf(repository);
  if (now !== after) problems.push(`at last the sessions are ${now}, not ${after}`);
  problems.push(...await pushesOn(repository));
  const verified = await repository.run(["log", "verify", "--all"]);
  if (verified.code !== 0) problems.push(`log verify: ${verified.stderr}`);
  return problems;
}
