import assert from "node:assert/strict";
import { createTarDecoder, unpackTar } from "modern-tar";
import { BLOCK, padding, tarHeader } from "../../../src/snapshot/tar_header.ts";
import { collectBytes } from "./world.ts";

/** A tar of one file. */
function tarOf(name: string, data: Uint8Array): Promise<Uint8Array> {
  return collectBytes((async function* () {
    yield await Promise.resolve(tarHeader(name, data.length, 1_700_000_000));
    yield data;
    yield new Uint8Array(padding(data.length) + 2 * BLOCK);
  })());
}

Deno.test("a tar library reads what the headers say", async () => {
  const secret = `secrets/${"a".repeat(100)}`;
  for (const name of ["manifest.json", "sessions/abcdefghijk23/feedback/process.jsonl", secret]) {
    for (const size of [0, 1, 511, 512, 513]) {
      const data = new Uint8Array(size).fill(7);
      const [entry, ...others] = await unpackTar(new Uint8Array(await tarOf(name, data)), {
        strict: true,
      });
      assert.deepEqual(others, []);
      assert.equal(entry?.header.name, name);
      assert.equal(entry?.header.size, size);
      assert.equal(entry?.header.mode, 0o600);
      assert.equal(entry?.header.mtime?.getTime(), 1_700_000_000_000);
      assert.deepEqual(new Uint8Array(entry?.data ?? []), data);
    }
  }
});

Deno.test("a size that octal digits cannot say is said all the same", async () => {
  for (const size of [8 ** 11 - 1, 8 ** 11, 3e13]) {
    const decoder = createTarDecoder();
    const writer = decoder.writable.getWriter();
    writer.write(new Uint8Array(tarHeader("big", size, 0))).catch(() => {});
    const reader = decoder.readable.getReader();
    const { value } = await reader.read();
    assert.equal(value?.header.size, size);
    await reader.cancel().catch(() => {});
  }
});

Deno.test("a name that a header has no room for, or no letters, is said before it", async () => {
  const names = [
    "a".repeat(101),
    `secrets/${"A".repeat(128)}.age`,
    `${"d".repeat(160)}/${"f".repeat(90)}`,
    `archive/Träger/${"ü".repeat(120)}.md`,
    "archive/日本",
    // The length of the record counts itself: 99, 100 and 101 bytes.
    ...[85, 86, 87, 88, 89, 90, 91].map((length) => "é" + "n".repeat(length)),
  ];
  for (const name of names) {
    const data = new TextEncoder().encode(name);
    const [entry, ...others] = await unpackTar(new Uint8Array(await tarOf(name, data)), {
      strict: true,
    });
    assert.deepEqual(others, []);
    assert.equal(entry?.header.name, name);
    assert.deepEqual(new Uint8Array(entry?.data ?? []), data);
  }
});
