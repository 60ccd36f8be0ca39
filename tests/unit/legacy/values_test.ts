import assert from "node:assert/strict";
import {
  field,
  fieldsField,
  rest,
  textField,
  textsField,
  utc,
} from "../../../src/legacy/values.ts";

const TIMES = [
  ["2026-01-05T08:00:00.123456Z", "2026-01-05T08:00:00.123456Z"],
  ["2026-01-05T08:00:00.123456+00:00", "2026-01-05T08:00:00.123456Z"],
  ["2026-01-05T08:00:00-00:00", "2026-01-05T08:00:00Z"],
  ["2026-01-05T08:00:00.5", "2026-01-05T08:00:00.5Z"],
  ["2026-01-05 08:00:00", "2026-01-05T08:00:00Z"],
  ["2026-01-05T08:00:00.000007+02:00", "2026-01-05T06:00:00.000007Z"],
  ["2025-12-31T23:30:00-0130", "2026-01-01T01:00:00Z"],
  ["2026-01-05T08:00:00+05", "2026-01-05T03:00:00Z"],
  ["2026-13-05T08:00:00Z", null],
  ["2026-01-05T08:61:00+01:00", null],
  ["2026-01-05", null],
  ["noon", null],
  ["", null],
  [1767600000, null],
  [null, null],
  [undefined, null],
] as const;

for (const [written, expected] of TIMES) {
  Deno.test(`utc: ${JSON.stringify(written)} is ${expected}`, () => {
    assert.equal(utc(written), expected);
  });
}

Deno.test("fields are own fields of the expected type", () => {
  const fields = { text: "a", none: null, list: ["a", 1, "b"], map: { x: 1 } };
  assert.equal(field(fields, "toString"), undefined);
  assert.equal(textField(fields, "text"), "a");
  assert.equal(textField(fields, "none"), null);
  assert.equal(textField(fields, "list"), null);
  assert.deepEqual(textsField(fields, "list"), ["a", "b"]);
  assert.deepEqual(textsField(fields, "map"), []);
  assert.deepEqual(fieldsField(fields, "map"), { x: 1 });
  assert.equal(fieldsField(fields, "list"), null);
  assert.equal(fieldsField(fields, "constructor"), null);
});

Deno.test("rest leaves out the named keys and what says nothing", () => {
  const fields = { id: "x", no: null, empty: [], nothing: {}, zero: 0, off: false, text: "" };
  assert.deepEqual(rest(fields, ["id"]), { zero: 0, off: false, text: "" });
  assert.equal(rest({ id: "x", no: null }, ["id"]), null);
});
