import assert from "node:assert/strict";
import { editDistance, nearest } from "../../../src/workflow/nearest.ts";

Deno.test("edit distance counts insertions, deletions, replacements and swaps", () => {
  assert.equal(editDistance("", ""), 0);
  assert.equal(editDistance("abc", ""), 3);
  assert.equal(editDistance("", "abc"), 3);
  assert.equal(editDistance("plan", "plans"), 1);
  assert.equal(editDistance("plan", "plam"), 1);
  assert.equal(editDistance("plan", "paln"), 1);
  assert.equal(editDistance("kitten", "sitting"), 3);
});

Deno.test("nearest finds what was meant", () => {
  const ids = ["write_plan", "run_tests", "review", "user_approval"];
  assert.equal(nearest("write_plna", ids), "write_plan");
  assert.equal(nearest("Run-Tests", ids), "run_tests");
  assert.equal(nearest("user", ids), "user_approval");
  assert.equal(nearest("reviews", ids), "review");
});

Deno.test("nearest stays silent when nothing is near", () => {
  assert.equal(nearest("deploy", ["write_plan", "run_tests"]), undefined);
  assert.equal(nearest("", ["a"]), undefined);
  assert.equal(nearest("a", ["b"]), undefined);
  assert.equal(nearest("anything", []), undefined);
  assert.equal(nearest("x".repeat(100_000), ["review"]), undefined);
});

Deno.test("nearest prefers the exact word over a longer one that begins with it", () => {
  assert.equal(nearest("review", ["review_code", "review"]), "review");
  assert.equal(nearest("planx", ["plans", "plan"]), "plans");
});
