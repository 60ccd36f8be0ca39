/**
 * The suites of `deno task test`, and how much of each a run does in the time it has.
 * @module
 */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const TESTS = resolve(import.meta.dirname ?? ".", "..", "tests");

/** A suite: a folder below `tests/`. */
export interface Suite {
  readonly name: string;
  readonly what: string;
  /** Whether its files may run at the same time. */
  readonly parallel: boolean;
  /**
   * Whether it can do a part of its work: `TEST_SAMPLE=n` lets it try every n-th of what it
   * enumerates. Default false.
   */
  readonly sampled?: boolean;
  /** Whether it runs in the long form only, or when it is named. Default false. */
  readonly long?: boolean;
  /**
   * Whether the quick form of `deno task ok` runs it, without files that take long for what an everyday
   * change can break. Default: it does not.
   */
  readonly quick?: { readonly without: readonly string[] };
  /** Whether it tells numbers that are worth reading when all is well. Default false. */
  readonly tells?: boolean;
}

/** All suites, quick ones first. */
export const SUITES: readonly Suite[] = [
  {
    name: "unit",
    what: "one module each",
    parallel: true,
    quick: {
      without: ["session/repository_log_mutants_test.ts", "state_branch/damaged_session_test.ts"],
    },
  },
  {
    name: "property",
    what: "rules that hold for whatever is generated",
    parallel: true,
    quick: { without: [] },
  },
  {
    name: "contract",
    what: "interfaces, on every implementation and engine",
    parallel: true,
    quick: { without: [] },
  },
  {
    name: "transcripts",
    what: "the command line, in process and as executable",
    parallel: true,
    sampled: true,
    quick: { without: ["executable_test.ts"] },
  },
  {
    name: "compatibility",
    what: "repositories of earlier versions, and those of later ones",
    parallel: true,
  },
  { name: "e2e", what: "whole stories with the executable", parallel: true, sampled: true },
  {
    name: "systems",
    what: "one story on every system",
    parallel: true,
    tells: true,
    quick: { without: ["arm64_test.ts", "linux_test.ts", "windows_test.ts"] },
  },
  { name: "concurrency", what: "many processes at once", parallel: false, sampled: true },
  {
    name: "file_systems",
    what: "on the file systems that people have",
    parallel: false,
    sampled: true,
  },
  {
    name: "crash",
    what: "killed and failed at every step",
    parallel: false,
    sampled: true,
    tells: true,
  },
  {
    name: "power_loss",
    what: "the disks that a power cut may leave",
    parallel: false,
    sampled: true,
    tells: true,
  },
  { name: "mutants", what: "broken on purpose, and seen", parallel: true, long: true },
];

/** Minutes that a suite takes on two quiet cores. */
export interface SuiteMinutes {
  /** All of it. */
  readonly whole: number;
  /** What sampling spares none of. Default 0. */
  readonly fixed?: number;
}

/** `tests/minutes.json`. */
export interface MinutesTable {
  /** How long `deno task test` may take. */
  readonly test: number;
  readonly suites: Readonly<Record<string, SuiteMinutes>>;
}

/** Minutes of a suite that was not measured yet. */
const UNKNOWN: SuiteMinutes = { whole: 1 };

/** The quick form tries every so many. */
const QUICK_SAMPLE = 100;

/** However little time there is, sampled suites get as much as this. */
const LEAST_MINUTES = 1;

/** Reads the table of minutes. */
export function readMinutes(): MinutesTable {
  return JSON.parse(readFileSync(join(TESTS, "minutes.json"), "utf8"));
}

/** What a run does. */
export interface TestPlan {
  readonly suites: readonly Suite[];
  /** Sampled suites try every so many; 1 is all. */
  readonly sample: number;
  /** Minutes that each suite should take, by name. */
  readonly minutes: Readonly<Record<string, number>>;
}

/** How much is asked for. */
export interface PlanRequest {
  /** Names of suites; none for all that belong to a run. */
  readonly names?: readonly string[];
  /** Everything, unsampled. Default false. */
  readonly long?: boolean;
  /** Only what a developer's everyday change needs, see {@link Suite.quick}. Default false. */
  readonly quick?: boolean;
  /** How many minutes there are. Default: the table's for all suites, no limit for named ones. */
  readonly minutes?: number;
  /** Try every so many, whatever time there is. */
  readonly sample?: number;
}

/**
 * Chooses suites and how much is sampled: whole suites first, what is left is for the sampled ones.
 * @throws Error when a name is none of a suite.
 */
export function planOf(
  { names = [], long = false, quick = false, minutes, sample }: PlanRequest,
  table: MinutesTable,
  all: readonly Suite[] = SUITES,
): TestPlan {
  const unknown = names.find((name) => !all.some((suite) => suite.name === name));
  if (unknown !== undefined) {
    const known = all.map((suite) => suite.name).join(", ");
    throw new Error(`Cannot run "${unknown}": the suites are ${known}`);
  }
  const suites = names.length > 0
    ? all.filter((suite) => names.includes(suite.name))
    : all.filter((suite) => quick ? suite.quick !== undefined : long || suite.long !== true);
  const limit = minutes ?? (names.length > 0 ? Infinity : table.test);
  const every = sample ?? (quick ? QUICK_SAMPLE : long ? 1 : sampleFor(suites, limit, table));
  return {
    suites,
    sample: every,
    minutes: Object.fromEntries(
      suites.map((suite) => [suite.name, minutesOf(suite, every, table)]),
    ),
  };
}

/** Every so many of what is sampled, so that all suites end in the minutes there are. */
function sampleFor(suites: readonly Suite[], limit: number, table: MinutesTable): number {
  if (limit === Infinity) return 1;
  let left = limit;
  let toSample = 0;
  for (const suite of suites) {
    const { whole, fixed = 0 } = table.suites[suite.name] ?? UNKNOWN;
    left -= suite.sampled === true ? fixed : whole;
    if (suite.sampled === true) toSample += whole - fixed;
  }
  return Math.max(1, Math.ceil(toSample / Math.max(left, LEAST_MINUTES)));
}

function minutesOf(suite: Suite, sample: number, table: MinutesTable): number {
  const { whole, fixed = 0 } = table.suites[suite.name] ?? UNKNOWN;
  return suite.sampled === true ? fixed + (whole - fixed) / sample : whole;
}

/** Folders with tests that no run would reach. */
export function unlistedSuites(): readonly string[] {
  const folders = readdirSync(TESTS, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !SUITES.some(({ name }) => name === entry.name));
  return folders.map(({ name }) => name).filter((name) =>
    readdirSync(join(TESTS, name), { recursive: true, encoding: "utf8" })
      .some((file) => file.endsWith("_test.ts"))
  );
}
