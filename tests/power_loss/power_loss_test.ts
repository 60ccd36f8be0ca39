/**
 * Every command that changes something, and what is left of it when the power fails: the states of the
 * disk that POSIX allows at any instant, each written down and worked on. Commands of which git writes
 * a part are not among them.
 *
 * `POWER_LOSS_STATES=n` looks at n states of each command, `CRASH_SAMPLE=k` at fewer of them, and
 * of fewer commands, `POWER_LOSS_SEED=n` at others, `POWER_LOSS_ONLY=<text>` at those commands only whose name has the
 * text in it.
 */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import process from "node:process";
import { MIGRATION_CASES } from "../crash/migration_cases.ts";
import { SCENARIOS } from "../crash/scenarios.ts";
import { straceMissing } from "../crash/strace.ts";
import { SAMPLE, tell, times } from "../harness/effort.ts";
import { inMemory } from "../harness/scratch.ts";
import { MIGRATION_OVER } from "./migration_over_trial.ts";
import { migrationTrialOf } from "./migration_trial.ts";
import { HOME_SCENARIOS, MORE_SCENARIOS } from "./more_scenarios.ts";
import { trialOf } from "./scenario_trial.ts";
import { SEQUENCES } from "./sequences.ts";
import { runTrial, type Trial } from "./trial.ts";

const missing = straceMissing();
if (missing !== null) console.log(`The power cuts skip: ${missing}`);

const { POWER_LOSS_STATES, POWER_LOSS_SEED = "1", POWER_LOSS_ONLY } = process.env;

/** States of one command. */
const MOST = Number(POWER_LOSS_STATES ?? times(800, 60));

/** Every so many commands: few states of each would see less than more states of some. */
const STEP = Math.max(1, Math.floor(SAMPLE / 8));

const OPTIONS = { most: MOST, seed: Number(POWER_LOSS_SEED), closelyEvery: 40 };

const sum = { states: 0, distinct: 0, bad: 0 };

const TRIALS: readonly Trial[] = [
  ...[...SCENARIOS, ...MORE_SCENARIOS].filter(({ inGit }) => inGit !== true)
    .map((scenario) => trialOf(scenario)),
  ...HOME_SCENARIOS.map((scenario) => trialOf(scenario, { withHome: true })),
  ...SEQUENCES,
  ...MIGRATION_CASES.map(migrationTrialOf),
  MIGRATION_OVER,
];

for (const [index, trial] of TRIALS.entries()) {
  const chosen = POWER_LOSS_ONLY === undefined
    ? index % STEP === 0
    : trial.name.includes(POWER_LOSS_ONLY);
  if (!chosen) continue;
  Deno.test({
    name: `whatever a power cut leaves, nothing is lost: ${trial.name}`,
    ignore: missing !== null,
    fn: () => tryOut(trial),
  });
}

Deno.test({
  name: "all power cuts",
  ignore: missing !== null,
  fn: () => {
    console.log(`  in all: ${sum.states} states, ${sum.distinct} distinct, ${sum.bad} bad`);
    assert.equal(sum.bad, 0);
  },
});

async function tryOut(trial: Trial): Promise<void> {
  const started = performance.now();
  const scratch = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "power-", ...inMemory() }));
  const verdict = await runTrial(trial, scratch, OPTIONS);
  const { moments, states, distinct, closely, bad, problems } = verdict;
  sum.states += states;
  sum.distinct += distinct;
  sum.bad += bad;
  tell("disks after a power cut", distinct);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(
    `  ${trial.name}: ${moments} instants, ${states} states, ${distinct} distinct, ` +
      `${closely} by the executable, ${bad} bad, ${seconds} s`,
  );
  if (problems.length > 0) {
    // Bad states stay, so that they can be looked at.
    assert.fail(`${problems.length} things go wrong in ${scratch}\n${problems.join("\n")}`);
  }
  rmSync(scratch, { recursive: true });
}
