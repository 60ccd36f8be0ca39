/** The splitter of command lines says exactly what `node:util`'s `parseArgs` says. */
import assert from "node:assert/strict";
import { parseArgs } from "node:util";
import fc from "fast-check";
import { runs } from "../harness/effort.ts";
import { GLOBAL_OPTIONS } from "../../src/cli/parse.ts";
import { type KnownOption, type Part, splitWords } from "../../src/cli/split_words.ts";
import { COMMANDS } from "../../src/cli/table.ts";

/** What `parseArgs` makes of words, as parts. */
function reference(words: readonly string[], known: readonly KnownOption[]): readonly Part[] {
  const { tokens } = parseArgs({
    args: [...words],
    strict: false,
    tokens: true,
    allowPositionals: true,
    options: Object.fromEntries(
      known.map(({ name, short, value }) => [name, {
        type: value === undefined ? "boolean" as const : "string" as const,
        ...(short === undefined ? {} : { short }),
      }]),
    ),
  });
  return tokens.flatMap((token): readonly Part[] => {
    if (token.kind === "option-terminator") return [];
    if (token.kind === "positional") return [{ kind: "positional", value: token.value }];
    const { name, rawName: written, value, inlineValue } = token;
    const given = value === undefined ? {} : { value };
    return [{ kind: "option", name, written, ...given, apart: inlineValue === false }];
  });
}

/** The options of each command with those that all take, and some with names that no table has. */
const TABLES: readonly (readonly KnownOption[])[] = [
  ...COMMANDS.map(({ options = [] }) => [...options, ...GLOBAL_OPTIONS]),
  GLOBAL_OPTIONS,
  [],
  [{ name: "x", value: "X" }, { name: "y", short: "x" }, { name: "-", short: "=", value: "V" }],
  [{ name: "__proto", short: "é", value: "V" }, { name: "toString", short: "_" }],
];

const text = fc.oneof(
  fc.constantFrom(
    "",
    "-",
    "--",
    "=",
    "a",
    "name",
    "a=b",
    "-1",
    "--=",
    "---",
    "é",
    "\u{1f600}",
    "\n",
  ),
  fc.string({ maxLength: 6, unit: "binary" }),
);

/** Letters that are options and some that are not. */
const letters = (known: readonly KnownOption[]) =>
  fc.array(
    fc.constantFrom(
      ...known.flatMap(({ short }) => short ?? []),
      ..."xz-=_1é",
      "\ud83d",
      "constructor",
    ),
    { minLength: 1, maxLength: 5 },
  ).map((parts) => parts.join(""));

const names = (known: readonly KnownOption[]) =>
  fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...known.map(({ name }) => name), "x", "constructor") },
    fc.constantFrom("__proto__", "jso", "no-json", "=", "-", ""),
    text,
  );

const words = (known: readonly KnownOption[]) =>
  fc.array(
    fc.oneof(
      { weight: 3, arbitrary: names(known).map((name) => `--${name}`) },
      { weight: 2, arbitrary: fc.tuple(names(known), text).map((both) => `--${both.join("=")}`) },
      { weight: 3, arbitrary: fc.tuple(letters(known), text).map((both) => `-${both.join("")}`) },
      { weight: 2, arbitrary: letters(known).map((some) => `-${some}`) },
      { weight: 3, arbitrary: text },
      fc.constant("--"),
    ),
    { maxLength: 8 },
  );

const commandLine = fc.constantFrom(...TABLES).chain((known) =>
  fc.record({ known: fc.constant(known), words: words(known) })
);

/** 200,000 in the long form. */
const RUNS = runs(20_000);

Deno.test("command lines are split as parseArgs splits them", () => {
  let options = 0;
  fc.assert(
    fc.property(commandLine, ({ known, words }) => {
      const parts = splitWords(words, known);
      options += parts.filter(({ kind }) => kind === "option").length;
      assert.deepEqual(parts, reference(words, known));
    }),
    { numRuns: RUNS },
  );
  assert.ok(options > RUNS, `only ${options} options`);
});
