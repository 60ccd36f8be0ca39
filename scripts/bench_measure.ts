/**
 * Measures commands side by side in one run.
 * @module
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AllTimes } from "./bench_figures.ts";
import type { SpawnPlan, SpawnTimes } from "./bench_spawner.ts";
import { BUN } from "./install_bun.ts";

/** A command that is measured. */
export interface Contender {
  readonly name: string;
  readonly file: string;
  readonly cwd: string;
  /** The arguments of its run number `run`, counted from 0. */
  readonly args: (run: number) => readonly string[];
}

/** Rounds before those that count. */
export const WARM_UP = 3;

/**
 * Runs each command once in every round.
 * @param env the whole environment of the commands.
 * @throws when a command fails.
 */
export function measure(
  contenders: readonly Contender[],
  rounds: number,
  env: Readonly<Record<string, string>>,
): AllTimes {
  const scratch = mkdtempSync(join(tmpdir(), "orchestrator-bench-plan-"));
  try {
    const plan: SpawnPlan = {
      contenders: contenders.map(({ file, cwd, args }) => ({
        file,
        cwd,
        args: Array.from({ length: WARM_UP + rounds }, (_, run) => args(run)),
      })),
      warmUp: WARM_UP,
      rounds,
      env,
    };
    const [planFile, timesFile] = [join(scratch, "plan.json"), join(scratch, "times.json")];
    writeFileSync(planFile, JSON.stringify(plan));
    const spawner = join(import.meta.dirname ?? ".", "bench_spawner.ts");
    const { status } = spawnSync(BUN, ["run", spawner, planFile, timesFile], { stdio: "inherit" });
    if (status !== 0) throw new Error("Cannot measure: the spawner failed");
    const times = JSON.parse(readFileSync(timesFile, "utf8")) as SpawnTimes;
    return new Map(
      contenders.map(({ name }, index) => [name, {
        wall: (times[index] ?? []).map(({ wall }) => wall),
        cpu: (times[index] ?? []).map(({ cpu }) => cpu),
      }]),
    );
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
