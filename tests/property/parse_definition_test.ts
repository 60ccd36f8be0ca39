import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { runs } from "../harness/effort.ts";
import { definitionFromObject, parseDefinition } from "../../src/workflow/parse_definition.ts";
import { substitute } from "../../src/workflow/template.ts";

const BASE = readFileSync(
  fileURLToPath(new URL("../fixtures/workflows/anchors.yaml", import.meta.url)),
  "utf8",
);

/** What must hold of any text. */
function check(text: string): void {
  const { definition, findings } = parseDefinition(text, { file: "w.yaml" });
  const lines = text.split("\n");
  for (const { line, column, message, hint } of findings) {
    if (line > 0) {
      // The place behind the last line is that of a text that ends too early.
      assert.ok(line <= lines.length + 1, `line ${line} of ${lines.length}`);
      assert.ok(column >= 1 && column <= (lines[line - 1]?.length ?? 0) + 1, `column ${column}`);
    }
    assert.ok(!/[\n\r]/.test(message + (hint ?? "")), "a finding is one line");
    assert.ok(message.length < 600, "a finding is short");
  }
  if (definition === null) assert.ok(findings.some(({ level }) => level === "error"));
  else if (!findings.some(({ level }) => level === "error")) {
    const stored: unknown = JSON.parse(JSON.stringify(definition));
    assert.deepEqual(stored, definition, "a definition is JSON");
    const again = definitionFromObject(stored);
    assert.deepEqual(again.definition, definition);
    assert.ok(!again.findings.some(({ level }) => level === "error"));
  }
}

Deno.test("property: parseDefinition reads any text without throwing", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 200 }), check), {
    numRuns: runs(300),
  });
});

/** Fragments that mean something to YAML or to the format. */
const FRAGMENT = fc.constantFrom(
  ..."\n|\n  |\n    |- |: |{|}|[|]|,|'|\"|#| |\t|&a |*a|<<: *a|~|null|? |---\n|...\n|!!str |!x |%YAML 1.1\n||\\|> |{{x}}|é"
    .split("|"),
  "name: ",
  "phases:\n",
  "steps:\n",
  "- id: A\n",
  "items: ",
  "verification: {type: command}",
  "settings: {x: 1}",
  "command: ",
  "1e999",
  ".nan",
  "__proto__: ",
  "constructor: ",
);

Deno.test("property: parseDefinition reads any pile of YAML without throwing", () => {
  const pile = fc.array(FRAGMENT, { maxLength: 30 }).map((parts) => parts.join(""));
  fc.assert(fc.property(pile, check), { numRuns: runs(500) });
});

Deno.test("property: parseDefinition reads a mutated workflow without throwing", () => {
  const cut = fc.record({
    at: fc.nat(BASE.length),
    length: fc.nat(12),
    instead: fc.oneof(FRAGMENT, fc.string({ maxLength: 5 })),
  });
  const mutated = fc.array(cut, { minLength: 1, maxLength: 4 }).map((cuts) =>
    cuts.reduce(
      (text, { at, length, instead }) => text.slice(0, at) + instead + text.slice(at + length),
      BASE,
    )
  );
  fc.assert(fc.property(mutated, check), { numRuns: runs(400) });
});

Deno.test("property: definitionFromObject takes any JSON value in any place", () => {
  const stored = JSON.stringify(parseDefinition(BASE, { file: "w.yaml" }).definition);
  const places = [...stored.matchAll(/(?<=[:[,])("[^"]*"|\d+|true|false)(?=[,\]}])/g)];
  assert.ok(places.length > 20);
  const broken = fc.record({ place: fc.constantFrom(...places), value: fc.json() });
  fc.assert(
    fc.property(broken, ({ place, value }) => {
      const text = stored.slice(0, place.index) + value +
        stored.slice(place.index + place[0].length);
      const { definition, findings } = definitionFromObject(JSON.parse(text));
      assert.ok(definition !== null || findings.some(({ level }) => level === "error"));
    }),
    { numRuns: runs(300) },
  );
});

Deno.test("property: substitution replaces each placeholder where it stands, and nothing else", () => {
  const settings = { x: "{{y}}", y: 2, z: true };
  const part = fc.oneof(
    fc.constantFrom(["{{x}}", "{{y}}"], ["{{ y }}", "2"], ["{{z}}", "true"], ["{{w}}", "{{w}}"]),
    fc.string().map((text) => text.replace(/[{}]/g, "")).map((text) => [text, text]),
  );
  fc.assert(fc.property(fc.array(part), (parts) => {
    const { text, missing } = substitute(parts.map(([before]) => before).join(""), settings);
    assert.equal(text, parts.map(([, after]) => after).join(""));
    assert.deepEqual(missing, parts.some(([before]) => before === "{{w}}") ? ["w"] : []);
  }));
});
