/**
 * Starts and times the processes of a bench. Run by Bun, started by `bench_measure.ts`.
 *
 * `Bun.spawnSync` is one `posix_spawn` and one `wait`: around `/bin/true` it takes 0.01 to 0.02 ms more
 * than the same in C, where Deno's spawn takes 0.1 ms more, and 4 ms with pipes. It also tells the
 * processor time of each process, which what else the machine does changes least.
 * @module
 */
import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { shuffled } from "./bench_figures.ts";

/** What `bench_measure.ts` hands over as JSON, in the file that the first argument names. */
export interface SpawnPlan {
  readonly contenders: readonly {
    readonly file: string;
    readonly cwd: string;
    /** The arguments of each round. */
    readonly args: readonly (readonly string[])[];
  }[];
  /** Rounds before those that count. */
  readonly warmUp: number;
  readonly rounds: number;
  readonly env: Readonly<Record<string, string>>;
}

/** One process, in milliseconds. */
export interface Spawned {
  readonly wall: number;
  /** Processor time of the process and those that it waited for. */
  readonly cpu: number;
}

/** What is written to the file that the second argument names: of each contender, its rounds. */
export type SpawnTimes = readonly (readonly Spawned[])[];

declare const Bun: {
  nanoseconds(): number;
  spawnSync(command: readonly string[], options: Readonly<Record<string, unknown>>): {
    readonly exitCode: number | null;
    readonly stderr?: Uint8Array;
    readonly resourceUsage: { readonly cpuTime: { readonly total: bigint | number } };
  };
};

if (import.meta.main) {
  const [planFile = "", timesFile = ""] = process.argv.slice(2);
  const { contenders, warmUp, rounds, env } = JSON.parse(
    readFileSync(planFile, "utf8"),
  ) as SpawnPlan;
  const times: Spawned[][] = contenders.map(() => []);
  // Every round runs each command once, in an order of its own: whatever else the machine does meets
  // all of them alike, and none always runs behind the one that leaves the caches best for it.
  for (let round = 0; round < warmUp + rounds; round++) {
    for (const index of shuffled(contenders.map((_, index) => index))) {
      const contender = contenders[index];
      if (contender === undefined) continue;
      const spawned = spawnOnce([contender.file, ...contender.args[round] ?? []], {
        cwd: contender.cwd,
        env,
      });
      if (round >= warmUp) times[index]?.push(spawned);
    }
  }
  writeFileSync(timesFile, JSON.stringify(times satisfies SpawnTimes));
}

/** Runs a command to its end. @throws when it fails. */
function spawnOnce(
  command: readonly string[],
  surroundings: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Spawned {
  const quiet = { stdin: "ignore", stdout: "ignore", stderr: "ignore" };
  const started = Bun.nanoseconds();
  const { exitCode, resourceUsage } = Bun.spawnSync(command, { ...surroundings, ...quiet });
  const wall = (Bun.nanoseconds() - started) / 1e6;
  if (exitCode === 0) return { wall, cpu: Number(resourceUsage.cpuTime.total) / 1e3 };
  throw new Error(`Cannot measure ${JSON.stringify(command)}: it exited with ${exitCode}`);
}
