import assert from "node:assert/strict";
import { quantile, shuffled } from "../../../scripts/bench.ts";

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
