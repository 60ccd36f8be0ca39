import assert from "node:assert/strict";
import { mergeLines, relate } from "../../../src/snapshot/relation.ts";

Deno.test("a copy is new, same, older, newer or diverged", () => {
  const cases = [
    [["a"], null, "new", 0],
    [["a", "b"], ["a", "b"], "same", 2],
    [["a"], ["a", "b"], "older", 1],
    [["a", "b", "c"], ["a"], "newer", 1],
    [["a", "b", "x"], ["a", "b", "c", "d"], "diverged", 2],
    [["x"], ["a"], "diverged", 0],
  ] as const;
  for (const [incoming, local, relation, common] of cases) {
    assert.deepEqual(relate(incoming, local), { relation, common });
  }
});

Deno.test("feedback of two copies becomes one without losing or doubling a line", () => {
  assert.equal(mergeLines("", "a\n"), "a\n");
  assert.equal(mergeLines("a\n", "a\nb\n"), "a\nb\n");
  assert.equal(mergeLines("a\nb\n", "a\n"), "a\nb\n");
  assert.equal(mergeLines("a\nb\n", "a\nc\n"), "a\nb\nc\n");
  assert.equal(mergeLines("a\nb", "a\nc\n"), "a\nb\nc\n");
});
