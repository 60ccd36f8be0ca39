import assert from "node:assert/strict";
import {
  aimLines,
  type AllTimes,
  quantile,
  ratio,
  shuffled,
  timesTable,
} from "../../../scripts/bench_figures.ts";

Deno.test("quantiles lie between the values, whatever their order", () => {
  assert.equal(quantile([3, 1, 2], 0.5), 2);
  assert.equal(quantile([4, 1, 3, 2], 0.5), 2.5);
  assert.equal(quantile([10, 0], 0.1), 1);
  assert.equal(quantile([7], 0.9), 7);
  assert.ok(Number.isNaN(quantile([], 0.5)));
});

Deno.test("a shuffle has all elements once, and every order comes up", () => {
  const orders = new Set<string>();
  for (let round = 0; round < 400; round++) orders.add(shuffled(["a", "b", "c"]).join(""));
  assert.deepEqual([...orders].sort(), ["abc", "acb", "bac", "bca", "cab", "cba"]);
});

/** Two commands: the second takes twice as long, on a machine that is ten times slower in round 3. */
const TIMES: AllTimes = new Map([
  ["short", { wall: [1, 2, 10], cpu: [1, 1, 1] }],
  ["long", { wall: [2, 4, 20], cpu: [2, 2, 2.5] }],
]);

Deno.test("a ratio is that of each round, whatever slowed all of it down", () => {
  const { rounds, tenth } = ratio(TIMES, "long", "short");
  assert.equal(rounds, 2);
  assert.ok(Math.abs(tenth - 2) < 1e-9);
});

Deno.test("an aim is met or missed, as a ratio and as a difference", () => {
  const aim = { name: "long", against: "short" };
  const verdicts = aimLines(TIMES, [
    { ...aim, most: { times: 2.1 } },
    { ...aim, most: { times: 1.9 } },
    { ...aim, most: { more: 1.3 } },
    { ...aim, most: { more: 1.1 } },
  ]).map((line) => line.slice(0, 6).trim());
  assert.deepEqual(verdicts, ["met", "MISSED", "met", "MISSED"]);
});

Deno.test("the table has the least, the 10 % and the median of every command", () => {
  assert.equal(
    timesTable(TIMES, [{ name: "short", head: "× short" }]),
    [
      "ms, whole process  least  10 %  median  CPU  × short",
      "short                1.0   1.2     2.0  1.0     1.00",
      "long                 2.0   2.4     4.0  2.0     2.00",
    ].join("\n"),
  );
});
