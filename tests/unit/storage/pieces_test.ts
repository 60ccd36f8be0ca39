import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { journalLines, wholeLines } from "../../../src/storage/pieces.ts";

async function* cut(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += size) {
    yield await Promise.resolve(bytes.subarray(at, at + size));
  }
}

async function textOf(pieces: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const piece of pieces) {
    assert.equal(piece.at(-1), 10);
    parts.push(piece.slice());
  }
  return Buffer.concat(parts).toString();
}

Deno.test("pieces are cut behind lines, wherever they were cut before", async () => {
  const text = "one\n\ntwo and a bit\nthrée\r\nfour\r\r\nfi\rve\n";
  for (const end of ["", "torn", "torn\r"]) {
    for (let size = 1; size < 45; size++) {
      assert.equal(await textOf(wholeLines(cut(text + end, size))), text);
      // As `split(/\r?\n/)` has it: one carriage return in front of a line feed.
      assert.equal(
        await textOf(journalLines(cut(text + end, size))),
        text.split(/\r?\n/).join("\n"),
      );
    }
  }
  assert.equal(await textOf(wholeLines(cut("no line", 3))), "");
});
