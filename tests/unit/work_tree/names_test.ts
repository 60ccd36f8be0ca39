/** Names of files as texts and back. */
import assert from "node:assert/strict";
import { hasOddBytes, namesAsText, textAsNames } from "../../../src/work_tree/names.ts";

Deno.test("UTF-8 is as it is, and every other byte comes back as it was", () => {
  for (
    const [bytes, text] of [
      [[0x61, 0x00, 0xc3, 0xa9, 0xf0, 0x9f, 0x98, 0x80], "a\0é😀"],
      [[0xff], "\uFFFDFF"],
      [[0x61, 0xe9, 0x41], "a\uFFFDE9A"],
      // An overlong form, a surrogate, a character that is cut.
      [[0xc0, 0xaf], "\uFFFDC0\uFFFDAF"],
      [[0xed, 0xa0, 0x80], "\uFFFDED\uFFFDA0\uFFFD80"],
      [[0xe2, 0x82], "\uFFFDE2\uFFFD82"],
      [[0xef, 0xbf, 0xbd, 0x46, 0x46], "\uFFFDEF\uFFFDBF\uFFFDBDFF"],
      [[0xef, 0xbb, 0xbf, 0x61], "\uFEFFa"],
    ] as const
  ) {
    assert.equal(namesAsText(Uint8Array.from(bytes)), text);
    assert.deepEqual([...textAsNames(text)], [...bytes]);
  }
  assert.equal(hasOddBytes("é%FF"), false);
});

Deno.test("no two names of two bytes become one", () => {
  const seen = new Set<string>();
  for (let one = 1; one < 256; one++) {
    for (let other = 1; other < 256; other++) {
      const bytes = Uint8Array.of(one, other);
      const text = namesAsText(bytes);
      seen.add(text);
      assert.deepEqual(new Uint8Array(textAsNames(text)), bytes);
    }
  }
  assert.equal(seen.size, 255 * 255);
});
