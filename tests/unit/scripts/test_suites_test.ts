import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import {
  type MinutesTable,
  planOf,
  readMinutes,
  type Suite,
  SUITES,
  unlistedSuites,
} from "../../../scripts/test_suites.ts";
import { unexpectedSkips } from "../../../scripts/may_skip.ts";

const ALL: readonly Suite[] = [
  { name: "quick", what: "", parallel: true },
  { name: "sweep", what: "", parallel: false, sampled: true },
  { name: "states", what: "", parallel: false, sampled: true },
  { name: "mutants", what: "", parallel: false, long: true },
];

const TABLE: MinutesTable = {
  test: 8,
  suites: {
    quick: { whole: 2 },
    sweep: { whole: 31, fixed: 1 },
    states: { whole: 20 },
    mutants: { whole: 15 },
  },
};

const names = (plan: { readonly suites: readonly Suite[] }) => plan.suites.map(({ name }) => name);

Deno.test("what is left of the minutes decides what is sampled", () => {
  const plan = planOf({}, TABLE, ALL);
  assert.deepEqual(names(plan), ["quick", "sweep", "states"]);
  // 50 minutes of sampled work in 8 - 2 - 1 minutes.
  assert.equal(plan.sample, 10);
  const total = Object.values(plan.minutes).reduce((sum, minutes) => sum + minutes, 0);
  assert.ok(total <= 8, `${total} minutes`);
});

Deno.test("more time, a smaller sample; no time, a large one", () => {
  assert.equal(planOf({ minutes: 28 }, TABLE, ALL).sample, 2);
  assert.equal(planOf({ minutes: 100 }, TABLE, ALL).sample, 1);
  assert.equal(planOf({ minutes: 1 }, TABLE, ALL).sample, 50);
  assert.equal(planOf({ sample: 7 }, TABLE, ALL).sample, 7);
});

Deno.test("the long form is everything, unsampled; so is a suite that is named", () => {
  const long = planOf({ long: true }, TABLE, ALL);
  assert.deepEqual([names(long), long.sample], [["quick", "sweep", "states", "mutants"], 1]);
  const named = planOf({ names: ["sweep"] }, TABLE, ALL);
  assert.deepEqual([names(named), named.sample, named.minutes], [["sweep"], 1, { sweep: 31 }]);
  assert.deepEqual(names(planOf({ names: ["mutants"] }, TABLE, ALL)), ["mutants"]);
  assert.throws(() => planOf({ names: ["nine"] }, TABLE, ALL), /"nine".*quick, sweep/);
});

Deno.test("a suite without a measured time counts too", () => {
  assert.equal(planOf({}, { ...TABLE, suites: {} }, ALL).sample, 1);
});

Deno.test("every suite is measured, every measured suite is there, and a run ends in time", () => {
  const table = readMinutes();
  assert.deepEqual(Object.keys(table.suites).sort(), SUITES.map(({ name }) => name).sort());
  const { minutes } = planOf({}, table);
  const total = Object.values(minutes).reduce((sum, one) => sum + one, 0);
  assert.ok(total <= table.test, `${total} minutes`);
  assert.deepEqual(unlistedSuites(), []);
});

Deno.test("the quick form runs its suites without what it names, and what it names is there", () => {
  const plan = planOf({ quick: true }, readMinutes());
  assert.deepEqual(plan.suites, SUITES.filter(({ quick }) => quick !== undefined));
  for (const name of ["unit", "transcripts", "systems"]) {
    assert.ok(plan.suites.some((suite) => suite.name === name), name);
  }
  assert.ok(!plan.suites.some(({ name }) => name === "crash" || name === "mutants"));
  for (const { name, quick } of plan.suites) {
    for (const file of quick?.without ?? []) {
      assert.ok(existsSync(new URL(`../../${name}/${file}`, import.meta.url)), `${name}/${file}`);
    }
  }
});

Deno.test("a skip that is not on the list is named", () => {
  const machine = { platform: "linux", root: true, mounts: true };
  const age = "opens files of age (no such program)";
  const writable = "project.writable: the system says so";
  assert.deepEqual(unexpectedSkips([age, writable], machine), [age]);
});
