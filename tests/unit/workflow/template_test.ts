import assert from "node:assert/strict";
import { placeholderNames, substitute } from "../../../src/workflow/template.ts";

Deno.test("substitute: replaces texts, numbers and truth values, with or without blanks", () => {
  const settings = { dir: "docs", port: 80, quick: false, größe: "L" };
  assert.deepEqual(substitute("{{dir}}/{{ port }}/{{\tquick }}/{{größe}}", settings), {
    text: "docs/80/false/L",
    missing: [],
  });
});

Deno.test("substitute: keeps and names what has no value that fits in a text", () => {
  const settings = { none: null, list: ["a"], map: { a: 1 } };
  const text = "{{none}} {{list}} {{map}} {{gone}} {{gone}}";
  assert.deepEqual(substitute(text, settings), { text, missing: ["none", "list", "map", "gone"] });
});

Deno.test("substitute: takes only what is a setting of its own", () => {
  const text = "{{constructor}} {{toString}} {{__proto__}}";
  assert.deepEqual(substitute(text, {}).missing, ["constructor", "toString", "__proto__"]);
});

Deno.test("substitute: a value is taken as it is, not read again", () => {
  const settings = { a: "{{b}} $& $1 $$", b: "no" };
  assert.deepEqual(substitute("<{{a}}>", settings), { text: "<{{b}} $& $1 $$>", missing: [] });
});

Deno.test("substitute: leaves other braces alone", () => {
  const text = "docker ps --format '{{.ID}}' {{ json . }} ${{ a.b }} {{}} {{a-b}} { {a} }";
  assert.deepEqual(substitute(text, { a: 1, b: 2, json: 3 }), { text, missing: [] });
  assert.deepEqual(placeholderNames(text), []);
});

Deno.test("placeholderNames: each name once, in order", () => {
  assert.deepEqual(placeholderNames("{{b}} {{ a }} {{b}}"), ["b", "a"]);
});
