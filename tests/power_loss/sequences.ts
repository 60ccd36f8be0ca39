/**
 * Commands after which others are answered before the power fails.
 * @module
 */
import type { Scenario } from "../crash/scenario.ts";
import { SCENARIOS } from "../crash/scenarios.ts";
import { trialOf } from "./scenario_trial.ts";
import type { Trial } from "./trial.ts";

const NOTE = ["note", "Answered"];

/** What follows which scenario. */
const FOLLOWED: Readonly<Record<string, readonly (readonly string[])[]>> = {
  "snapshot import into a clone without state": [NOTE],
  "snapshot import of what goes on": [NOTE],
  "snapshot import in place of what went another way": [NOTE],
  "session remove": [["start", "Again", "--name", "old-1"], NOTE],
  "session rename": [["session", "rename", "the best"], NOTE],
  "start in a bare repository": [NOTE, ["session", "rename", "better"]],
  "start by an agent": [NOTE],
  "init --portable of a normal project": [NOTE],
  "the first change after the old tool": [["migrate", "--yes"], NOTE],
  "checkpoint restore": [NOTE],
};

/** Each as a trial. */
export const SEQUENCES: readonly Trial[] = Object.entries(FOLLOWED).map(([name, followedBy]) => {
  const scenario = SCENARIOS.find((one) => one.name === name);
  if (scenario === undefined) throw new TypeError(`there is no scenario "${name}"`);
  const words = followedBy.map((argv) => argv.slice(0, 2).join(" ")).join(", ");
  // What comes next is a note: the scenario's own next command may not be possible any more.
  const { next: _, ...others } = scenario;
  const named: Scenario = { ...others, name: `${name}, then ${words}` };
  return trialOf(named, { followedBy });
});
