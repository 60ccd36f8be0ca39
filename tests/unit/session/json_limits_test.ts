import assert from "node:assert/strict";
import fc from "fast-check";
import { isNestedDeeper } from "../../../src/session/json_limits.ts";

/** How deep a value is nested: 0 for what is no array and no object. */
function depthOf(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

const texts = fc.array(fc.constantFrom('"', "\\", "{", "}", "[", "]", "a", "\n"))
  .map((parts) => parts.join(""));

const { value: values } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    texts,
    fc.integer(),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(texts.filter((key) => key !== "__proto__"), tie("value"), { maxKeys: 3 }),
  ),
}));

Deno.test("the depth of a JSON text is that of its value, whatever its texts contain", () => {
  let deep = 0;
  fc.assert(
    fc.property(values, fc.nat(4), (value, limit) => {
      const isDeeper = depthOf(value) > limit;
      if (isDeeper) deep += 1;
      assert.equal(isNestedDeeper(JSON.stringify(value), limit), isDeeper);
    }),
    { numRuns: 3000 },
  );
  assert.ok(deep > 100, `only ${deep} were deeper`);
});

Deno.test("what is no JSON has an answer too", () => {
  assert.equal(isNestedDeeper('"[[[', 1), false);
  assert.equal(isNestedDeeper('"\\"[[[', 1), false);
  assert.equal(isNestedDeeper('"\\\\"[[[', 1), true);
  assert.equal(isNestedDeeper("[".repeat(2_000_000), 100), true);
});
