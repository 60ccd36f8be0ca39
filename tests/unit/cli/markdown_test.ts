import assert from "node:assert/strict";
import fc from "fast-check";
import { fenced } from "../../../src/cli/output/markdown.ts";
import { fieldText } from "../../../src/cli/output/value_text.ts";
import { say, shown } from "../../../src/cli/output/shown.ts";
import { makeStyle } from "../../../src/cli/output/style.ts";

const PLAIN = makeStyle({ terminal: false, colour: false, width: Infinity });

/** Texts that try to end a block, or to be taken for something else. */
const hostile = fc.array(
  fc.constantFrom(
    "`",
    "```",
    "~~~",
    "\n",
    "\r",
    " ",
    "\t",
    "# x",
    "- [x] done",
    "> ",
    "\u2028",
    "a",
  ),
  { maxLength: 12 },
).map((parts) => parts.join(""));

const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: "small" },
    hostile,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie("any"), { maxLength: 3 }),
    fc.dictionary(hostile, tie("any"), { maxKeys: 3 }),
  ),
})).any;

Deno.test("no line of a fenced text ends the block, whatever it holds", () => {
  fc.assert(fc.property(value, fc.boolean(), (given, inList) => {
    const indent = inList ? "  " : "";
    const block = fenced(fieldText(say`evidence`, given, PLAIN), shown(indent));
    const rows = block.split("\n");
    const fence = /^`{3,}/.exec(rows[0]?.slice(indent.length) ?? "")?.[0] ?? "";
    assert.notEqual(fence, "", block);
    assert.equal(rows[0], `${indent}${fence}text`);
    assert.equal(rows.at(-1), `${indent}${fence}`);
    for (const row of rows.slice(1, -1)) {
      assert.ok(row === "" || row.startsWith(indent), block);
      const run = /^ *(`+) *$/.exec(row)?.[1] ?? "";
      assert.ok(run.length < fence.length, block);
    }
  }));
});

Deno.test("every text of a value is in what is shown of it", () => {
  const text = fieldText(say`evidence`, {
    list: ["one", { two: "2", deep: [[["three"]]] }],
    empty: [],
    none: "",
    number: 0,
    "a:b c": "four\nfive",
  }, PLAIN);
  for (const part of ["one", "two: 2", "three", '"a:b c"', "four", "five", "number: 0"]) {
    assert.ok(text.includes(part), `${part}\n${text}`);
  }
  let nested: unknown = "at the bottom";
  for (let depth = 0; depth < 50; depth++) nested = { in: nested };
  assert.match(fieldText(say`evidence`, nested, PLAIN), /at the bottom/);
});
