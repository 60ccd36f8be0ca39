/** A storage backend is a carrier, too: what the table says that it takes it keeps byte for byte. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { meaningOf, takes } from "../../../src/state_layout/lookup.ts";
import { LAYOUT } from "../../../src/state_layout/table.ts";
import type { StorageBackend } from "../../../src/storage/backend.ts";
import { FileBackend } from "../../../src/storage/file_backend.ts";
import { MemoryBackend } from "../../../src/storage/memory_backend.ts";
import { pathsOf } from "../../harness/layout_names.ts";
import { Scratch } from "../../harness/scratch.ts";

const ID = "abcdefghijk23";

/** Writes a blob of every row, and reads all of them back when the last one is there. */
async function keepsAll(backend: StorageBackend): Promise<void> {
  await backend.createSession(ID, { lines: ["{}"], blobs: {} });
  const written = new Map<string, Uint8Array>();
  for (const entry of LAYOUT) {
    if (!takes("backend", entry) || entry.kind === "journal" && entry.owner === "session") continue;
    for (const path of fc.sample(pathsOf(entry), 5)) {
      const key = path.replace(/^sessions\/[a-z2-7]{13}\//, `sessions/${ID}/`);
      assert.equal(meaningOf(key)?.entry, entry, key);
      const bytes = new TextEncoder().encode(`\u0000 ${key}\r\n`);
      await backend.writeBlob(key, bytes);
      written.set(key, bytes);
    }
  }
  assert.ok(written.size > 10);
  for (const [key, bytes] of written) {
    assert.deepEqual(new Uint8Array(await backend.readBlob(key) ?? []), bytes, key);
    const folder = key.slice(0, key.lastIndexOf("/") + 1);
    if (folder !== "") assert.ok((await backend.listBlobs(folder)).includes(key), key);
  }
}

Deno.test("memory keeps a blob of every row that a backend takes", async () => {
  await keepsAll(new MemoryBackend());
});

Deno.test("files keep a blob of every row that a backend takes", async () => {
  using scratch = new Scratch();
  await keepsAll(new FileBackend(scratch.path(".orchestrator")));
});
