/**
 * The scenarios of the crash tests as trials: all that was answered is there, nothing older is lost,
 * the project opens, work goes on, and the doctor finds nothing that only a person could mend.
 * @module
 */
import { mkdirSync } from "node:fs";
import {
  type Baseline,
  gitLinesOf,
  isAllowed,
  lookAfter,
  partsOf,
  standingOf,
  wholeOrNothing,
} from "../crash/aftermath.ts";
import { type Ended, type Picture, pictureOf, Repository, treeOf } from "../crash/repository.ts";
import type { Variables } from "../crash/repository.ts";
import type { Scenario } from "../crash/scenario.ts";
import { SERVER } from "../crash/state_scenarios.ts";
import { prepareRepository, quote } from "../crash/sweep.ts";
import { executable } from "../harness/executable.ts";
import { runInProcess } from "../harness/running.ts";
import type { Judge, Trial } from "./trial.ts";

/** A repository in which the program runs in this process, which is much faster, and git is spared. */
export class FastRepository extends Repository {
  override run(argv: readonly string[], extra?: Variables, stdin?: string): Promise<Ended> {
    const surroundings = { cwd: this.root, env: this.environment(extra) };
    return runInProcess(argv, stdin === undefined ? surroundings : { ...surroundings, stdin });
  }

  /** What git would show is looked at in the states that are looked at closely. */
  override git(): Promise<string> {
    return Promise.resolve("");
  }
}

/** What a trial does with a scenario. */
export interface ScenarioTrial {
  /** Whether the power fails for the home directory too. Default false. */
  readonly withHome?: boolean;
  /**
   * Commands that follow the scenario's. Only what is left when the last one has
   * answered is looked at then: what an earlier one has not made to last may undo a later one.
   */
  readonly followedBy?: readonly (readonly string[])[];
}

/** A scenario as a trial. */
export function trialOf(
  scenario: Scenario,
  { withHome = false, followedBy = [] }: ScenarioTrial = {},
): Trial {
  const { name, env, stdin, code, inGit } = scenario;
  const script = [scenario.argv, ...followedBy].map((argv) => `"$0" ${argv.map(quote).join(" ")}`);
  return {
    name,
    prepare: async (above) => {
      const scratch = withHome ? `${above}/world` : above;
      if (withHome) mkdirSync(scratch);
      const repository = await prepareRepository(scenario, {
        executable: await executable(),
        scratch,
      });
      const before = pictureOf(repository.root);
      const standingBefore = await standingOf(repository, before);
      const gitBefore = await gitLinesOf(repository, before);
      const usual = new Set(await unmendable(repository, EVERY_AREA));
      const done = async (): Promise<Judge> => {
        const baseline: Baseline = {
          scenario,
          before,
          after: pictureOf(repository.root),
          standingBefore,
          standingAfter: await standingOf(repository, before),
          gitLines: new Set([...gitBefore, ...await gitLinesOf(repository, before)]),
        };
        for (const finding of await unmendable(repository, EVERY_AREA)) usual.add(finding);
        const home = withHome ? homeFiles(`${scratch}/home`) : null;
        return judgeBy({ baseline, prepared: repository, usual, home });
      };
      return {
        repository,
        done,
        ...followedBy.length === 0 ? { argv: scenario.argv } : {
          program: "sh",
          argv: ["-c", script.join(" && "), repository.executable],
          onlyAnswered: true,
        },
        ...env === undefined ? {} : { env },
        ...stdin === undefined ? {} : { stdin },
        ...code === undefined ? {} : { code },
        ...inGit === true ? { elsewhere: SERVER } : {},
        ...withHome ? { world: scratch } : {},
      };
    },
  };
}

/** What states are judged by. */
interface Court {
  readonly baseline: Baseline;
  readonly prepared: Repository;
  /** Findings of the doctor that were there before, or are there afterwards. */
  readonly usual: ReadonlySet<string>;
  /** Files of the home directory after the command; null when it is not looked at. */
  readonly home: ReadonlyMap<string, string> | null;
}

function judgeBy({ baseline, prepared, usual, home }: Court): Judge {
  const { before } = baseline;
  return async ({ answered }, place, { closely }) => {
    const root = home === null ? place : `${place}/prepared`;
    const repository = new (closely ? Repository : FastRepository)(
      root,
      prepared.executable,
      home === null ? prepared.environment()["HOME"] ?? "" : `${place}/home`,
    );
    const picture = withoutGarbage(pictureOf(root), before);
    const problems = [
      ...wholeOrNothing(picture, baseline),
      ...answered ? broken(picture, baseline) : [],
    ];
    if (home !== null && answered) problems.push(...missing(home, homeFiles(`${place}/home`)));
    for (const finding of await unmendable(repository, closely ? EVERY_AREA : QUICK_AREAS)) {
      if (!usual.has(finding)) problems.push(`doctor cannot mend: ${finding}`);
    }
    const { afterwards: _, ...quick } = baseline.scenario;
    const scenario = closely || baseline.scenario.inGit !== true ? baseline.scenario : quick;
    problems.push(...await lookAfter(repository, { ...baseline, scenario }));
    return problems;
  };
}

/**
 * A picture without what is no line behind the lines that were there: a line that was never
 * acknowledged may have reached the disk in pieces.
 */
function withoutGarbage(picture: Picture, before: Picture): Picture {
  const sessions = Object.entries(picture.sessions).map(([id, session]) => {
    const known = before.sessions[id]?.lines.length ?? 0;
    const bad = session.lines.findIndex((line, index) => index >= known && !isLine(line));
    if (bad < 0) return [id, session] as const;
    const feedback = session.feedback;
    return [id, { ...session, feedback, lines: session.lines.slice(0, bad) }] as const;
  });
  return { ...picture, sessions: Object.fromEntries(sessions) };
}

function isLine(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The files of a home directory that this program writes, without locks. */
function homeFiles(home: string): ReadonlyMap<string, string> {
  const files = [...treeOf(home)].filter(([path]) =>
    !/^objects(?:\/|$)|(?:^|\/|\.)lock$/.test(path)
  );
  return new Map(files);
}

/** What is in the home directory after an answer, and is not there. */
function missing(
  wanted: ReadonlyMap<string, string>,
  now: ReadonlyMap<string, string>,
): readonly string[] {
  return [...wanted].filter(([path, content]) => now.get(path) !== content)
    .map(([path]) => `it was answered, but ~/${path} is not what it should be`);
}

/** What was answered and is not there. */
function broken(picture: Picture, { before, after, scenario }: Baseline): readonly string[] {
  const parts = partsOf(picture, before);
  return [...partsOf(after, before)].flatMap(([name, value]) =>
    parts.get(name) === value || isAllowed(scenario, undefined, name)
      ? []
      : [`it was answered, but ${name} is ${parts.get(name) ?? "absent"}`]
  );
}

const QUICK_AREAS = ["layout", "sessions", "locks"];

/** All but what asks the network, or is about the machine. */
const EVERY_AREA = [...QUICK_AREAS, "project", "config", "secrets"];

/** Errors that the doctor finds and cannot mend. */
async function unmendable(
  repository: Repository,
  areas: readonly string[],
): Promise<readonly string[]> {
  const checks = areas.flatMap((area) => ["--check", area]);
  const { stdout, stderr } = await repository.run(["doctor", "--offline", "--json", ...checks]);
  if (stdout === "") return [`it fails: ${stderr.trim()}`];
  const { data } = JSON.parse(stdout) as {
    readonly data: {
      readonly findings: readonly {
        readonly check: string;
        readonly level: string;
        readonly message: string;
        readonly fixable: boolean;
      }[];
    };
  };
  return data.findings.filter(({ level, fixable }) => level === "error" && !fixable)
    .map(({ check, message }) => `${check}: ${message}`);
}
