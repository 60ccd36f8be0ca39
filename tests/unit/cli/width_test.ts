import assert from "node:assert/strict";
import fc from "fast-check";
import stringWidth from "string-width";
import { fitting, visibleLength } from "../../../src/cli/output/width.ts";

Deno.test("a sequence that is drawn as one sign is as wide as one", () => {
  const widths: readonly (readonly [string, number])[] = [
    ["🇩🇪", 2],
    ["🇩🇪🇫🇷", 4],
    ["❤️", 2],
    ["1️⃣", 2],
    ["👍🏽", 2],
    ["👩‍👩‍👧", 2],
    ["🏳️‍🌈", 2],
    ["🏴󠁧󠁢󠁥󠁮󠁧󠁿", 2],
    ["☂", 1],
    ["⌚", 2],
    ["葛󠄀城", 4],
    ["می‌خواهم", 7],
  ];
  for (const [text, width] of widths) assert.equal(visibleLength(text), width, text);
});

Deno.test("text is cut between signs, not inside of one", () => {
  assert.equal(fitting("a👩‍👩‍👧b", 3), "a👩‍👩‍👧");
  assert.equal(fitting("a👩‍👩‍👧b", 2), "a");
  assert.equal(fitting("e\u0301e\u0301", 1), "e\u0301");
  assert.equal(fitting("🇩🇪🇫🇷", 3), "🇩🇪");
});

/** Texts of the scripts and signs people use, and what they are put together with. */
const text = fc.array(
  fc.constantFrom(
    ..."abz ÄßéñЖяΩअक語計한あアｱＡ→✓…─█☂⌚❤★♥🎉👍🙂🇩🇪",
    "e\u0301",
    "ｶﾞ",
    "한",
    "👍🏽",
    "❤️",
    "1️⃣",
    "👩‍👩‍👧",
    "🏳️‍🌈",
    "שָׁ",
    "سلا",
    "ไทย",
  ),
  { maxLength: 12 },
).map((parts) => parts.join(""));

Deno.test("widths are those of string-width, which terminals' programs agree on", () => {
  fc.assert(
    fc.property(text, (value) => {
      assert.equal(visibleLength(value), stringWidth(value), JSON.stringify(value));
    }),
    { numRuns: 2000 },
  );
});
