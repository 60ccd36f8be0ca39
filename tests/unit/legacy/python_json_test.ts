import assert from "node:assert/strict";
import fc from "fast-check";
import {
  compareCodePoints,
  JsonSyntaxError,
  parseJson,
  pythonDumps,
  toPlain,
} from "../../../src/legacy/python_json.ts";
import { fixture } from "./old_project.ts";

interface Vector {
  readonly text: string;
  readonly dumps: string;
}

Deno.test("pythonDumps writes what Python's json.dumps writes, for every stored vector", () => {
  const vectors: readonly Vector[] = JSON.parse(fixture("python_json.json"));
  assert.ok(vectors.length > 300);
  for (const { text, dumps } of vectors) assert.equal(pythonDumps(parseJson(text)), dumps, text);
});

Deno.test("parseJson rejects what Python's json.loads rejects", () => {
  const texts: readonly string[] = JSON.parse(fixture("python_rejects.json"));
  for (const text of texts) assert.throws(() => parseJson(text), JsonSyntaxError, text);
});

Deno.test("parseJson calls every cut of a good text truncated, and a wrong text not", () => {
  const text = '{"a": [1.5e3, true, null, "x\\u00e9\\n"], "é🌊": {"b": NaN}}';
  parseJson(text);
  for (let length = 0; length < text.length; length++) {
    assert.throws(
      () => parseJson(text.slice(0, length)),
      (error) => error instanceof JsonSyntaxError && error.truncated && error.offset === length,
      text.slice(0, length),
    );
  }
  assert.throws(
    () => parseJson('{"a": 1 "b": 2}'),
    (error) => error instanceof JsonSyntaxError && !error.truncated,
  );
});

Deno.test("parseJson reports bytes, lines and columns", () => {
  assert.throws(
    () => parseJson('{\n "é🌊": oops}'),
    (error) =>
      error instanceof JsonSyntaxError && error.line === 2 && error.column === 9 &&
      error.byte === new TextEncoder().encode('{\n "é🌊": ').length,
  );
});

Deno.test("parseJson refuses to nest without end", () => {
  assert.throws(() => parseJson("[".repeat(100_000)), /nested too deeply/);
});

Deno.test("parseJson and toPlain agree with JSON.parse", () => {
  fc.assert(
    fc.property(fc.json({ noUnicodeString: false }), (text) => {
      // Written out again, because deepEqual tells -0 from 0.
      assert.equal(JSON.stringify(toPlain(parseJson(text))), JSON.stringify(JSON.parse(text)));
    }),
    { numRuns: 300 },
  );
});

Deno.test("pythonDumps is ASCII and reads back as the same value", () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
      const dumped = pythonDumps(parseJson(JSON.stringify(value)));
      assert.match(dumped, /^[\x20-\x7e]*$/);
      assert.equal(pythonDumps(parseJson(dumped)), dumped);
      assert.deepEqual(JSON.parse(dumped), JSON.parse(JSON.stringify(value)));
    }),
    { numRuns: 300 },
  );
});

Deno.test("compareCodePoints is the order of code points, not of UTF-16 units", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (left, right) => {
      const points = (text: string) => [...text].map((character) => character.codePointAt(0) ?? 0);
      const [a, b] = [points(left), points(right)];
      const index = a.findIndex((point, at) => point !== b[at]);
      const expected = index < 0
        ? a.length - b.length
        : index >= b.length
        ? 1
        : (a[index] ?? 0) - (b[index] ?? 0);
      assert.equal(Math.sign(compareCodePoints(left, right)), Math.sign(expected));
    }),
  );
  assert.ok(compareCodePoints("\u{1F600}", "\uFF5E") > 0);
});

Deno.test("toPlain keeps numbers a double cannot hold as their digits, and odd keys as own keys", () => {
  const plain = toPlain(
    parseJson('{"big": 12345678901234567890, "nan": NaN, "x": 1e-07, "__proto__": {"y": 1}}'),
  );
  assert.equal(
    JSON.stringify(plain),
    '{"big":"12345678901234567890","nan":"NaN","x":1e-7,"__proto__":{"y":1}}',
  );
});
