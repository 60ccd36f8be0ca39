import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { jsonLine } from "../../../src/cli/output/json.ts";
import {
  joined,
  lines,
  num,
  OWN,
  say,
  type Shown,
  shown,
  words,
} from "../../../src/cli/output/shown.ts";
import { TRICKY } from "../../../src/cli/output/spelled.ts";

/** What must never reach a reader as it is, whatever stands around it. */
const UNSEEN =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}\u2800\ufff9-\ufffb\ufffe\uffff]/v;

function* characters(): Generator<string> {
  for (let code = 0; code <= 0x10ffff; code++) yield String.fromCodePoint(code);
}

Deno.test("what cannot be seen, or does something, is spelled out", () => {
  const spelled: readonly (readonly [string, string])[] = [
    ["a\x1b[2Jb\rc\x07\x9bd", "a\\u{1b}[2Jb\\rc\\u{7}\\u{9b}d"],
    ["\x1b]8;;https://x\x1b\\link\x9c", "\\u{1b}]8;;https://x\\u{1b}\\link\\u{9c}"],
    ["\x90q\x9c\x7f\0", "\\u{90}q\\u{9c}\\u{7f}\\u{0}"],
    ["a\nb\tc", "a\\nb\\tc"],
    ["user\u202e\u2066nimda", "user\\u{202e}\\u{2066}nimda"],
    ["\u061c\u200e\u200f", "\\u{61c}\\u{200e}\\u{200f}"],
    [
      "a\u200bb\u200cc\u200dd\u2060e\ufefff\u00adg",
      "a\\u{200b}b\\u{200c}c\\u{200d}d\\u{2060}e\\u{feff}f\\u{ad}g",
    ],
    ["x\u{e0041}\u{e007f}y", "x\\u{e0041}\\u{e007f}y"],
    ["a\ufe0fb\ufe01", "a\\u{fe0f}b\\u{fe01}"],
    ["1\ufe0f", "1\\u{fe0f}"],
    ["a\u{e0100}\u{e0101}", "a\\u{e0100}\\u{e0101}"],
    ["葛\u{e0100}\u{e0101}", "葛\u{e0100}\\u{e0101}"],
    ["\ud800x\udc00", "\\u{d800}x\\u{dc00}"],
    ["\u2028\u2029\u0085", "\\u{2028}\\u{2029}\\u{85}"],
    ["\u3164\u115f\u2800", "\\u{3164}\\u{115f}\\u{2800}"],
    ["\u0338x", "\\u{338}x"],
    [`e${"\u0301".repeat(10)}`, `e${"\u0301".repeat(8)}\\u{301}\\u{301}`],
    // A flag of tags that is none.
    ["🏴\u{e0067}\u{e0062}\u{e0078}\u{e007f}", "🏴\\u{e0067}\\u{e0062}\\u{e0078}\\u{e007f}"],
  ];
  for (const [text, expected] of spelled) assert.equal(shown(text), expected);
});

Deno.test("honest text of all scripts stays as it is", () => {
  const honest = [
    "für 計画 🎉",
    "über",
    "👩‍👩‍👧 👍🏽 🏳️‍🌈 ❤️ ☠︎ 🏴‍☠️ 🇩🇪 1️⃣ #️⃣",
    "🏴󠁧󠁢󠁥󠁮󠁧󠁿 🏴󠁧󠁢󠁳󠁣󠁴󠁿",
    "שָׁלוֹם עולם",
    "السلام عليكم",
    "می‌خواهم",
    "क्‍ष",
    "Tiếng Việt, ภาษาไทย, བོད་ཡིག, ខ្មែរ",
    "葛󠄀城",
    "a b, a　b",
    "C:\\new\\table",
  ];
  for (const text of honest) assert.equal(shown(text), text);
});

Deno.test("no character of Unicode is forgotten", () => {
  for (const character of characters()) {
    if (UNSEEN.test(character)) {
      assert.match(shown(character), /^\\(?:[nrt]|u\{[\da-f]+\})$/, character);
      assert.doesNotMatch(shown(`a${character}${character}b`), UNSEEN);
    }
    if (!TRICKY.test(character)) {
      assert.doesNotMatch(character, UNSEEN);
      assert.doesNotMatch(character, /\p{M}/v);
    }
  }
});

Deno.test("what is shown stays the same when it is shown again", () => {
  for (const text of ["a\x1b[1m", "👩‍👩‍👧", "e\u0301".repeat(20), "a\u200db", "\ud83d"]) {
    assert.equal(shown(shown(text)), shown(text));
  }
});

Deno.test("own words and what is shown make text, nothing else does", () => {
  const foreign: string = "\x1b[2J";
  const done = words({ yes: "done", no: "open" });
  const status: "done" | "open" = Date.now() > 0 ? "done" : "open";
  const text: Shown = say`${done.yes}: ${shown(foreign)} ${num(3)}`;
  assert.equal(text, "done: \\u{1b}[2J 3");
  assert.equal(lines([say`a`, say`b`]), "a\nb");
  assert.equal(joined([say`a`, say`b`], say`, `), "a, b");
  const put: Shown = OWN.concat("done: ", shown(foreign), " ", num(3));
  assert.equal(put, text);
  // @ts-expect-error a string of anybody's
  const foreignPut: Shown = OWN.concat("done: ", foreign);
  // @ts-expect-error the beginning alone is known
  const halfPut: Shown = OWN.concat(`done: ${foreign}`);
  assert.equal(foreignPut, halfPut);
  // What the type says of a value from a file may be a lie.
  assert.equal(num("\x1b[2J" as unknown as number), "?");
  // @ts-expect-error a string of anybody's
  say`${foreign}`;
  // @ts-expect-error a number is turned into text first
  say`${3}`;
  // @ts-expect-error a string of anybody's
  words({ yes: foreign });
  // @ts-expect-error the beginning alone is known
  words({ yes: `a${foreign}` });
  // @ts-expect-error one of several: it may come from a file
  words({ yes: status as "done" | "open" });
  // @ts-expect-error a string is not shown yet
  const wrong: Shown = foreign;
  assert.equal(wrong, foreign);
});

Deno.test("only the folder of the output turns strings into what is shown", () => {
  const SOURCE = join(import.meta.dirname ?? ".", "../../../src");
  const makers: string[] = [];
  const exacts: string[] = [];
  for (const name of readdirSync(SOURCE, { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".ts")) continue;
    const source = readFileSync(join(SOURCE, name), "utf8");
    const path = name.replaceAll("\\", "/");
    if (/\bas (?:readonly )?Shown\b/.test(source)) makers.push(path);
    if (/\bexact\(/.test(source) && !path.endsWith("/shown.ts")) exacts.push(path);
  }
  assert.deepEqual(makers.sort(), [
    "cli/output/fitted.ts",
    "cli/output/json.ts",
    "cli/output/shown.ts",
    "cli/output/text.ts",
  ]);
  // Answers that a program reads byte for byte.
  assert.deepEqual(exacts.sort(), [
    "cli/commands/completions.ts",
    "cli/commands/config/path.ts",
    "cli/commands/schema/answer.ts",
    "cli/commands/schema/config.ts",
    "cli/commands/schema/workflow.ts",
    "cli/commands/secrets/get.ts",
    "cli/commands/snapshot/export.ts",
    "cli/commands/state/push.ts",
  ]);
});

Deno.test("JSON says the same, without what cannot be seen", () => {
  const value = { a: "x\u202e\u{e0041}\x9b\u200dy\ud800", b: ["für", "👩‍👩‍👧"] };
  const line = jsonLine(value);
  assert.doesNotMatch(line.slice(0, -1), UNSEEN);
  assert.deepEqual(JSON.parse(line), value);
  assert.match(line, /x\\u202e\\udb40\\udc41\\u009b\\u200dy\\ud800/);
  assert.ok(line.includes("für"));
});
