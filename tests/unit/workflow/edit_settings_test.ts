/** Putting settings into the text of a definition: characters, and nothing else. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { parse } from "yaml";
import { editSettings } from "../../../src/workflow/edit_settings.ts";

type Values = Readonly<Record<string, string | number | boolean>>;

const CASES: readonly (readonly [string, string, Values, string])[] = [
  [
    "a value is replaced where it stands, its comment and its neighbours stay",
    "name: x # mine\nsettings:\n  test_command: npm test   # ours\n  a: 'b'\nphases: []\n",
    { test_command: "make test" },
    "name: x # mine\nsettings:\n  test_command: make test   # ours\n  a: 'b'\nphases: []\n",
  ],
  [
    "double quotes stay",
    'settings: {  test_command: "true" ,docs: "d"  }  # c\nphases:   [ ]\n',
    { test_command: "pytest -q" },
    'settings: {  test_command: "pytest -q" ,docs: "d"  }  # c\nphases:   [ ]\n',
  ],
  [
    "single quotes stay",
    "settings:\n    test_command: 'true'\n",
    { test_command: "it" },
    "settings:\n    test_command: 'it'\n",
  ],
  [
    "a new one gets a line of the same indent, behind the comment of the last",
    "settings:\n    a: b # last\n# about phases\nphases: []\n",
    { c: "d", e: 3 },
    "settings:\n    a: b # last\n    c: d\n    e: 3\n# about phases\nphases: []\n",
  ],
  ["braces", "settings: { a: b }\n", { c: "d e" }, 'settings: { a: b, c: "d e" }\n'],
  ["empty braces", "settings: {}\n", { c: true }, "settings: { c: true }\n"],
  ["nothing behind the key", "settings:\nname: x\n", { c: "d" }, "settings:\n  c: d\nname: x\n"],
  ["null behind the key", "settings: ~\nname: x\n", { c: "d" }, "settings:\n  c: d\nname: x\n"],
  ["no settings", "name: x\n# end\n", { a: "b" }, "name: x\nsettings:\n  a: b\n# end\n"],
  ["no line end", "name: x", { a: "b" }, "name: x\nsettings:\n  a: b\n"],
  [
    "line ends of Windows",
    "settings:\r\n  a: b\r\n",
    { c: 1 },
    "settings:\r\n  a: b\r\n  c: 1\r\n",
  ],
  [
    "a block of lines",
    "settings:\n  a: |\n    x\n    y\nname: n\n",
    { a: "z" },
    "settings:\n  a: z\nname: n\n",
  ],
  [
    "text that looks like another kind",
    "settings:\n  a: b\n",
    { a: "false" },
    'settings:\n  a: "false"\n',
  ],
  ["a word of YAML 1.1", "settings:\n  a: b\n", { a: "yes" }, 'settings:\n  a: "yes"\n'],
];

for (const [what, before, settings, after] of CASES) {
  Deno.test(`settings go into a definition: ${what}`, () => {
    assert.deepEqual(editSettings(before, settings), { kind: "edited", text: after });
    assert.deepEqual(editSettings(after, settings), { kind: "unchanged" });
  });
}

Deno.test("what cannot be changed by characters alone is not changed", () => {
  for (
    const text of [
      "[1, 2]\n",
      "a: [\n",
      "settings: 3\n",
      "base: &b { a: x }\nsettings: *b\n",
      "settings:\n  <<: { a: x }\n  b: y\nother: &x z\n".replace("b: y", "b: [1]"),
    ]
  ) {
    assert.deepEqual(editSettings(text, { b: "c" }), { kind: "impossible" }, text);
  }
});

Deno.test("settings go into any definition without changing anything else", () => {
  const name = fc.constantFrom("a", "b", "test_command", "x-y");
  const value = fc.oneof(
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.constantFrom("yes", "a: b", "#", "'", '"', "{}"),
  );
  const record = fc.dictionary(name, value, { noNullPrototype: true });
  fc.assert(
    fc.property(record, record, fc.constantFrom("block", "flow"), (present, added, style) => {
      const settings = style === "flow"
        ? `settings: ${JSON.stringify(present)} # here\n`
        : Object.entries(present).reduce(
          (text, [key, one]) => `${text}  ${key}: ${JSON.stringify(one)} # ${key}\n`,
          "settings:\n",
        );
      const text = `name: n # first\n${settings}# between\nphases: [ ]\n`;
      const edited = editSettings(text, added);
      const result = edited.kind === "edited" ? edited.text : text;
      assert.notEqual(edited.kind, "impossible");
      const { settings: merged, ...rest } = parse(result);
      assert.deepEqual(merged ?? {}, { ...present, ...added });
      assert.deepEqual(rest, { name: "n", phases: [] });
      assert.ok(result.startsWith("name: n # first\nsettings:"));
      assert.ok(result.endsWith("# between\nphases: [ ]\n"));
    }),
  );
});
