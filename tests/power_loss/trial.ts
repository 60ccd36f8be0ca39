/**
 * Cuts the power at any instant of a command and looks at what is left.
 * @module
 */
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { ProblemList } from "../crash/problem_list.ts";
import type { Repository, Variables } from "../crash/repository.ts";
import { callLogArguments } from "./call_log.ts";
import type { FileTree, Moment } from "./moment.ts";
import { readFileTree, replayLog, writeFileTree } from "./recording.ts";
import { type DiskState, diskStates, type StateOptions } from "./states.ts";

/** How closely a state is looked at. */
export interface Manner {
  /** By the executable and git, which is slow, and not only by what runs in this process. */
  readonly closely: boolean;
}

/**
 * Judges a state.
 * @param root where it has been written.
 * @returns sentences about what is wrong.
 */
export type Judge = (
  state: Pick<DiskState, "answered">,
  root: string,
  manner: Manner,
) => Promise<readonly string[]>;

/** A command that is about to run. */
export interface Ready {
  readonly repository: Repository;
  /** Default: the executable. */
  readonly program?: string;
  readonly argv: readonly string[];
  readonly env?: Variables;
  readonly stdin?: string;
  /** The exit code that is right. Default 0. */
  readonly code?: number;
  /** The directory that is on the disk. Default: the repository's. */
  readonly world?: string;
  /** See {@link Disk}. */
  readonly elsewhere?: string;
  /** Whether only what is left once all is answered is looked at. Default false. */
  readonly onlyAnswered?: boolean;
  /** Called when the command has run. */
  readonly done: () => Promise<Judge>;
}

/** A command whose power cuts are looked at. */
export interface Trial {
  /** Unique; what `POWER_LOSS_ONLY` selects by. */
  readonly name: string;
  /** @param scratch an existing folder of its own. */
  readonly prepare: (scratch: string) => Promise<Ready>;
}

/** What was seen. */
export interface Verdict {
  /** Instants at which what is left may be another one. */
  readonly moments: number;
  /** States that were looked at. */
  readonly states: number;
  /** Those that differ in their files. */
  readonly distinct: number;
  /** Those looked at by the executable and git. */
  readonly closely: number;
  readonly bad: number;
  /** What is wrong, alike put together. */
  readonly problems: readonly string[];
}

/** How much to look at. */
export interface TrialOptions extends StateOptions {
  /** Every so many states are looked at closely. */
  readonly closelyEvery: number;
}

/** So many kinds of bad states are kept to look at. */
const MOST_KEPT = 20;

/** @param scratch an existing, empty folder; bad states are left in it. */
export async function runTrial(
  trial: Trial,
  scratch: string,
  options: TrialOptions,
): Promise<Verdict> {
  const ready = await trial.prepare(scratch);
  const { repository } = ready;
  const world = ready.world ?? repository.root;
  const before = readFileTree(world);
  const log = `${scratch}/calls`;
  const { code, stderr } = await repository.spawn(
    "strace",
    [...callLogArguments(log), ready.program ?? repository.executable, ...ready.argv],
    ready.env,
    ready.stdin,
  );
  if (code !== (ready.code ?? 0)) throw new Error(`${trial.name} ended with ${code}: ${stderr}`);
  const { moments } = replayLog({
    log: readFileSync(log, "utf8"),
    cwd: repository.root,
    root: world,
    before,
    ...ready.elsewhere === undefined ? {} : { elsewhere: ready.elsewhere },
  });
  const judge = await ready.done();
  // Each lookup of a missing file creates an error, and its stack is never used.
  const stackLines = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    const chosen = moments.filter(({ answered }) => answered || ready.onlyAnswered !== true);
    return await lookAtAll(judge, chosen, scratch, options);
  } finally {
    Error.stackTraceLimit = stackLines;
  }
}

async function lookAtAll(
  judge: Judge,
  moments: readonly Moment[],
  scratch: string,
  options: TrialOptions,
): Promise<Verdict> {
  const found = new ProblemList();
  const distinct = new Set<string>();
  const root = `${scratch}/state`;
  const count = { states: 0, bad: 0, closely: 0, kept: 0 };
  for (const state of diskStates(moments, options)) {
    const closely = count.states % options.closelyEvery === 0;
    count.states += 1;
    if (closely) count.closely += 1;
    distinct.add(state.key);
    const problems = await look(judge, { state, root, closely });
    if (problems.length === 0) continue;
    // The first state is that of the end, with nothing lost.
    if (count.states === 1) {
      throw new Error(`it is not even well when all is there:\n${problems.join("\n")}`);
    }
    count.bad += 1;
    const isNew = found.add(problems, { where: state.what, again: [] });
    if (isNew && count.kept++ < MOST_KEPT) keep(`${scratch}/bad-${count.kept}`, state.tree);
  }
  const { states, bad } = count;
  const problems = found.texts();
  return {
    moments: moments.length,
    states,
    distinct: distinct.size,
    closely: count.closely,
    bad,
    problems,
  };
}

async function look(
  judge: Judge,
  { state, root, closely }: {
    readonly state: DiskState;
    readonly root: string;
    readonly closely: boolean;
  },
): Promise<readonly string[]> {
  mkdirSync(root);
  try {
    writeFileTree(root, state.tree);
    return await judge(state, root, { closely });
  } catch (error) {
    return [`it cannot even be looked at: ${error instanceof Error ? error.message : error}`];
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function keep(folder: string, tree: FileTree): void {
  mkdirSync(folder);
  writeFileTree(folder, tree);
}
