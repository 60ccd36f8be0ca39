/**
 * Stops a command at every system call by which it touches the project, once by killing it and once
 * by each error, and looks at what it leaves.
 * @module
 */
import { readFileSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import {
  type Baseline,
  gitLinesOf,
  isAllowed,
  isBetween,
  lookAfter,
  partsOf,
  REPOSITORY_JOURNAL,
  standingOf,
  wholeOrNothing,
} from "./aftermath.ts";
import { digestOf } from "./digest.ts";
import { UNFINISHED, unsyncedBelow } from "./durability.ts";
import {
  type Ended,
  gitTreeOf,
  type Picture,
  pictureOf,
  Repository,
  treeOf,
} from "./repository.ts";
import type { ProblemList } from "./problem_list.ts";
import type { Scenario } from "./scenario.ts";
import {
  type Call,
  changesFiles,
  type Injection,
  injectionArguments,
  ownThreads,
  parseTrace,
  straceAllArguments,
  straceArguments,
  straceFailingArguments,
  touches,
  type Trace,
} from "./strace.ts";
import {
  ATTEMPTS,
  type Fault,
  FAULTS,
  runStopped,
  signatureOf,
  type Target,
  targetsOf,
} from "./target.ts";

/** What a sweep found. */
export interface SweepResult {
  /** Calls that touch the project. */
  readonly calls: number;
  /** Runs that were stopped at the very call they were meant to be. */
  readonly verified: number;
  /** Failures reported although the change is durable: allowed, and told. */
  readonly late: readonly string[];
  /** How many runs went on in spite of the failing call, by call. */
  readonly tolerated: readonly string[];
}

/** A scenario with its repository prepared and its calls known. */
export interface Prepared {
  readonly scenario: Scenario;
  /** Adds what went wrong to `problems`. */
  readonly sweep: (
    fault: Fault,
    problems: ProblemList,
    options: SweepOptions,
  ) => Promise<SweepResult>;
}

/** How much of a sweep to do, how fast. */
export interface SweepOptions {
  /** Every so many calls; 1 is all. */
  readonly sample: number;
  /** Runs at a time. */
  readonly workers: number;
}

/**
 * Makes a repository in which a scenario's command can run.
 * @param scratch an existing directory of this scenario's own.
 */
export async function prepareRepository(
  scenario: Scenario,
  { executable, scratch }: { readonly executable: string; readonly scratch: string },
): Promise<Repository> {
  const home = `${scratch}/home`;
  const root = `${scratch}/prepared`;
  for (const directory of [home, root]) Deno.mkdirSync(directory);
  const prepared = new Repository(root, executable, home);
  await prepared.git("init", "--quiet", "--template=", "--initial-branch=main");
  await prepared.git("config", "user.name", "Test");
  await prepared.git("config", "user.email", "test@example.com");
  await scenario.prepare(prepared);
  await prepared.git("add", "--all");
  await prepared.git("commit", "--quiet", "--allow-empty", "--message", "prepared");
  return prepared;
}

/**
 * Prepares a scenario and runs its command undisturbed.
 * @param scratch an existing directory of this scenario's own.
 */
export async function prepare(
  scenario: Scenario,
  { executable, scratch }: { readonly executable: string; readonly scratch: string },
): Promise<Prepared> {
  const prepared = await prepareRepository(scenario, { executable, scratch });
  const { root } = prepared;
  const before = pictureOf(root);
  const standingBefore = await standingOf(prepared, before);
  const gitBefore = await gitLinesOf(prepared, before);

  const startsPrograms = await requireOneThread(prepared.copyTo(`${scratch}/threads`), scenario);
  rmSync(`${scratch}/threads`, { recursive: true });

  const undisturbed = prepared.copyTo(`${scratch}/undisturbed`);
  const { ended, trace } = await traced(undisturbed, scenario);
  if (ended.code !== (scenario.code ?? 0)) {
    throw new Error(`${scenario.name} ended with ${ended.code}: ${ended.stderr}`);
  }
  const after = pictureOf(undisturbed.root);
  const looked = new Set([root, undisturbed.root].map((root) => digestIn(root, scenario)));
  const baseline: Baseline = {
    scenario,
    before,
    after,
    standingBefore,
    standingAfter: await standingOf(undisturbed, before),
    gitLines: new Set([...gitBefore, ...await gitLinesOf(undisturbed, before)]),
  };
  const targets = targetsOf(trace, undisturbed.root);
  const problems = [
    ...notDurable(trace.calls, undisturbed.root),
    ...unsyncedBelow(trace.calls, `${undisturbed.root}/.orchestrator`),
    ...wholeOrNothing(after, baseline),
    ...await lookAfter(undisturbed, baseline),
  ];
  if (problems.length > 0) {
    throw new Error(`${scenario.name} is not even well undisturbed:\n${problems.join("\n")}`);
  }
  rmSync(undisturbed.root, { recursive: true });
  return {
    scenario,
    sweep: (fault, problems, options) =>
      sweep(
        { scenario, prepared, scratch, baseline, targets, looked, ended, startsPrograms },
        fault,
        problems,
        options,
      ),
  };
}

/** {@link digestOf} what a run left. */
function digestIn(root: string, { inGit }: Scenario): string {
  return digestOf(new Map([...treeOf(root), ...inGit === true ? gitTreeOf(root) : []]));
}

interface SweepInput {
  readonly scenario: Scenario;
  readonly prepared: Repository;
  readonly scratch: string;
  readonly baseline: Baseline;
  readonly targets: readonly Target[];
  /** {@link digestIn} all places that were looked at. */
  readonly looked: Set<string>;
  /** How the undisturbed command ended. */
  readonly ended: Ended;
  /** Whether the command starts other programs, of which strace can spare none a failing call. */
  readonly startsPrograms: boolean;
}

async function sweep(
  input: SweepInput,
  fault: Fault,
  problems: ProblemList,
  { sample, workers }: SweepOptions,
): Promise<SweepResult> {
  const queue = sampled(input.targets, sample, fault);
  const found = { verified: 0, late: [] as string[], tolerated: [] as string[] };
  const work = async () => {
    for (let target = queue.shift(); target !== undefined; target = queue.shift()) {
      const report = await stopAt(input, target, fault);
      if (report.verified) found.verified += 1;
      if (report.late) found.late.push(target.signature);
      if (report.tolerated) found.tolerated.push(target.signature);
      problems.add(report.problems, {
        where: `${input.scenario.name}: ${fault} at call ${target.index + 1}, ${target.signature}`,
        again: reproduce(input, target, fault),
      });
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  return { calls: input.targets.length, ...found };
}

/** Every so many of the calls, other ones for each fault. */
function sampled(targets: readonly Target[], sample: number, fault: Fault): Target[] {
  const every = Math.max(1, Math.min(sample, targets.length));
  const first = Math.floor(every * FAULTS.indexOf(fault) / FAULTS.length);
  return targets.filter((_, index) => index % every === first);
}

interface StopReport {
  readonly verified: boolean;
  readonly late: boolean;
  readonly tolerated: boolean;
  readonly problems: readonly string[];
}

/** One run, stopped at one call. */
async function stopAt(input: SweepInput, target: Target, fault: Fault): Promise<StopReport> {
  const root = `${input.scratch}/${target.index}-${fault}`;
  const { baseline, looked, startsPrograms } = input;
  try {
    const run = await runStopped(
      { target, fault, root, startsPrograms },
      (injection, cheaply) =>
        traced(input.prepared.copyTo(root), input.scenario, injection, cheaply),
    );
    if (run === null) {
      const problems = [`in ${ATTEMPTS} runs the call was never met where it was expected`];
      return { verified: false, late: false, tolerated: false, problems };
    }
    const picture = pictureOf(root);
    const report = fault === "SIGKILL"
      ? { late: false, tolerated: false, problems: [] }
      : judge(picture, input, run.ended, target, fault);
    const problems = [...report.problems];
    // Many ways lead to the same files: one look at them is enough.
    const files = digestIn(root, input.scenario);
    if (!looked.has(files)) {
      looked.add(files);
      problems.push(...wholeOrNothing(picture, baseline, fault));
      problems.push(...await lookAfter(run.repository, baseline));
    }
    return { ...report, verified: true, problems };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** Judges how a command answered to a failing call. */
function judge(
  picture: Picture,
  { baseline, ended: undisturbed }: SweepInput,
  ended: Ended,
  { call }: Target,
  fault: Fault,
): Omit<StopReport, "verified"> {
  const problems: string[] = [];
  const { before, after } = baseline;
  const tolerated = ended.code === undisturbed.code &&
    errorLine(ended.stderr) === errorLine(undisturbed.stderr);
  const parts = partsOf(picture, before);
  const syncsLines = /^f(data)?sync$/.test(call.name) &&
    call.paths.some((path) => path.endsWith(".jsonl"));
  if (tolerated) {
    const saidUnrecorded = ended.stderr.includes("not recorded in the repository's journal");
    for (const [name, value] of partsOf(after, before)) {
      if (parts.get(name) === value || isAllowed(baseline.scenario, fault, name)) continue;
      // The name in meta.json is derived from the journal: that it is behind is worth a warning.
      if (name.startsWith("name of ") && ended.stderr.includes("warning: ")) continue;
      // What it says was not recorded is recorded by the next change.
      if (name === REPOSITORY_JOURNAL && saidUnrecorded) continue;
      // What could not be read was left alone: less happened, and less is recorded.
      const less = Object.keys(picture.sessions).length > Object.keys(after.sessions).length;
      const recorded = parts.get(name);
      if (
        name === REPOSITORY_JOURNAL && less &&
        isBetween(recorded, partsOf(before, before).get(name), value)
      ) continue;
      problems.push(`it reports success, but ${name} is ${parts.get(name) ?? "absent"}`);
    }
    // Of the repository's journal it says so, and the next change adds what is missing.
    const isRepositoryJournal = call.paths.every((path) => path.includes("/.orchestrator/log/"));
    // What was staged when its sync failed is thrown away, which it says, and what is there was staged
    // once more.
    const isDiscarded = call.paths.every((path) => UNFINISHED.test(path)) &&
      /^warning: .*Cannot /m.test(ended.stderr);
    if (syncsLines && !isDiscarded && !(isRepositoryJournal && saidUnrecorded)) {
      problems.push("it reports success, but nothing says that its lines are on the disk");
    }
  } else {
    const answer = ended.stderr.trim();
    if (ended.code < 1 || ended.code > 9) problems.push(`it ended with ${ended.code}: ${answer}`);
    const said = errorLine(ended.stderr);
    if (!/^error: Cannot [^\n]+[^.\n]$/.test(said)) problems.push(`it says: ${answer}`);
    if (/^\s+at |unexpected error/m.test(ended.stderr)) problems.push(`it shows: ${answer}`);
    if (ended.stdout !== "") problems.push(`it failed, but answers: ${ended.stdout.trim()}`);
  }
  const gained = Object.entries(picture.sessions).some(([id, session]) =>
    session.lines.length > (before.sessions[id]?.lines.length ?? 0)
  );
  const linesOf = ({ sessions }: Picture) =>
    JSON.stringify(Object.entries(sessions).map(([id, { lines }]) => [id, lines]));
  // Copies that are replaced may differ in what their events say only.
  const moved = linesOf(picture) !== linesOf(before) || linesOf(before) === linesOf(after);
  const complete = moved &&
    [...partsOf(after, before)].every(([name, value]) =>
      !/^events of |\.jsonl of /.test(name) || parts.get(name) === value
    );
  if (!tolerated && complete && syncsLines) {
    problems.push(
      "it reports failure, but leaves its lines, and it is unknown whether they are durable",
    );
  }
  return { late: !tolerated && gained, tolerated, problems };
}

/** The line of an answer that says what went wrong. */
function errorLine(stderr: string): string {
  return stderr.split("\n").find((line) => line.startsWith("error: ")) ?? "";
}

/**
 * What a power cut could take back, or leave empty, although the command has answered: lines whose file
 * was not synced behind them, files that took their name unsynced, names whose directory was not
 * synced. `state.json` and `compared.json` are derived and may be lost.
 */
function notDurable(calls: readonly Call[], root: string): readonly string[] {
  const made = calls.filter((call) =>
    touches(call, root) && !touches(call, `${root}/.git`) && changesFiles(call) &&
    !call.result.startsWith("-1")
  );
  const isSynced = (path: string, among: readonly Call[]) =>
    among.some((call) => /^f(data)?sync$/.test(call.name) && call.paths[0] === path);
  const problems: string[] = [];
  for (const call of made) {
    const index = calls.indexOf(call);
    const [path = "", target = ""] = call.paths;
    const owes: string[] = [];
    if (/^p?write/.test(call.name) && path.endsWith(".jsonl")) {
      if (!isSynced(path, calls.slice(index))) owes.push(path);
    }
    if (
      /^(rename|link)/.test(call.name) &&
      !/\/((?:state|compared)\.json|\.removed-[^/]*)$/.test(target)
    ) {
      const before = calls.slice(0, index);
      const formerly = before.find((call) => call.name === "rename" && call.paths[1] === path);
      if (![path, formerly?.paths[0] ?? path].some((name) => isSynced(name, before))) {
        owes.push(path);
      }
      if (!isSynced(dirname(target), calls.slice(index))) owes.push(dirname(target));
    }
    for (const owed of owes) {
      problems.push(`${signatureOf(call, root)} without syncing ${owed}`);
    }
  }
  return problems;
}

/**
 * Runs the scenario's command under strace.
 * @param cheaply see {@link straceFailingArguments}.
 */
async function traced(
  repository: Repository,
  scenario: Scenario,
  injection?: Injection,
  cheaply = false,
): Promise<{ readonly repository: Repository; readonly ended: Ended; readonly trace: Trace }> {
  const output = `${repository.root}.trace`;
  const options = injection !== undefined && cheaply
    ? straceFailingArguments(output, injection)
    : straceArguments(output, injection);
  const ended = await repository.spawn(
    "strace",
    [...options, repository.executable, ...scenario.argv],
    scenario.env,
    scenario.stdin,
  );
  const trace = parseTrace(readFileSync(output, "utf8"), repository.root);
  rmSync(output);
  return { repository, ended, trace };
}

/**
 * Fails when a thread other than the first touches the project: the sweep would not see it.
 * @returns whether the command starts other programs.
 */
async function requireOneThread(repository: Repository, scenario: Scenario): Promise<boolean> {
  const output = `${repository.root}.trace`;
  await repository.spawn(
    "strace",
    [...straceAllArguments(output), repository.executable, ...scenario.argv],
    scenario.env,
    scenario.stdin,
  );
  const text = readFileSync(output, "utf8");
  rmSync(output);
  const [first, ...others] = ownThreads(text);
  const { calls } = parseTrace(text, repository.root);
  const syncs = (call: Call) => /^f(data)?sync$/.test(call.name);
  const synced = new Set(
    calls.filter((call) => call.tid === first && syncs(call)).map((call) => call.paths[0]),
  );
  const strays = calls.filter((call) =>
    call.tid !== first && others.includes(call.tid ?? 0) && touches(call, repository.root) &&
    // A head start that the first thread makes good changes nothing.
    !(syncs(call) && synced.has(call.paths[0]))
  );
  if (strays.length === 0) return calls.some(({ name, tid }) => name === "execve" && tid !== first);
  throw new Error(
    `${scenario.name}: a thread of its own touches the project: ` +
      strays.map((call) => signatureOf(call, repository.root)).join(", "),
  );
}

/** Command lines that stop the command at this call again. */
function reproduce(
  { scenario, prepared }: SweepInput,
  target: Target,
  fault: Fault,
): readonly string[] {
  const injection = { syscall: target.call.name, when: target.when, fault };
  const { PATH: _, ...variables } = prepared.environment(scenario.env);
  const command = [
    ...scenario.stdin === undefined ? [] : [`printf %s ${quote(scenario.stdin)} |`],
    'env -i PATH="$PATH"',
    ...Object.entries(variables).map(([name, value]) => `${name}=${quote(value)}`),
    "strace -y -e trace=%file,%desc",
    ...injectionArguments(injection),
    quote(prepared.executable),
    ...scenario.argv.map(quote),
  ];
  const again = `${prepared.root}-again`;
  return [
    `rm -rf ${again}; cp -a ${prepared.root} ${again}; cd ${again}; ${command.join(" ")}`,
    `CRASH_ONLY=${quote(scenario.name)} deno task test:crash`,
  ];
}

/** A word as a shell takes it. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
