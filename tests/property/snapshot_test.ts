/**
 * Whatever is done to a snapshot on its way, it is taken in whole or not at all, and never leaves
 * anything outside its place.
 */
import assert from "node:assert/strict";
import { gunzipSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { OrchestratorError } from "../../src/errors.ts";
import { runs } from "../harness/effort.ts";
import { compareTrees, readTree } from "../harness/tree.ts";
import { World } from "../unit/snapshot/world.ts";

async function snapshot(): Promise<Uint8Array> {
  using world = new World();
  const id = await world.start("Add login");
  await world.note(id, "one");
  await world.start("Fix search");
  return await world.export();
}

/** Imports into an empty project, and checks that it is all or nothing. */
async function allOrNothing(bytes: Uint8Array): Promise<void> {
  using world = new World();
  const before = readTree(world.scratch.top, { times: false });
  try {
    await world.import(bytes);
  } catch (error) {
    assert.ok(error instanceof OrchestratorError, String(error));
    assert.notEqual(error.code, "bug");
    assert.deepEqual(compareTrees(before, readTree(world.scratch.top, { times: false })), []);
    return;
  }
  const ids = await world.manager.listSessions();
  assert.equal(ids.length, 2);
  for (const id of ids) assert.equal((await world.manager.verify(id)).bad, null);
  assert.deepEqual([...Deno.readDirSync(world.scratch.top)].map(({ name }) => name).sort(), [
    "home",
    "project",
  ]);
}

const changes = fc.array(
  fc.record({ at: fc.nat(), byte: fc.integer({ min: 0, max: 255 }) }),
  { minLength: 1, maxLength: 4 },
);

function changed(bytes: Uint8Array, edits: readonly { at: number; byte: number }[]): Uint8Array {
  const copy = bytes.slice();
  for (const { at, byte } of edits) copy[at % copy.length] = byte;
  return copy;
}

Deno.test("bytes changed in the tar", async () => {
  const tar = gunzipSync(await snapshot());
  await fc.assert(
    fc.asyncProperty(changes, (edits) => allOrNothing(gzipSync(changed(tar, edits)))),
    { numRuns: runs(60) },
  );
});

Deno.test("headers changed in the tar", async () => {
  const tar = gunzipSync(await snapshot());
  // The headers' own bytes, with the sum of each made right again.
  const headers = Array.from({ length: tar.length / 512 }, (_, index) => index * 512)
    .filter((at) => new TextDecoder("latin1").decode(tar.subarray(at + 257, at + 262)) === "ustar");
  const edit = fc.record({
    header: fc.nat({ max: headers.length - 1 }),
    at: fc.nat({ max: 500 }),
    byte: fc.integer({ min: 0, max: 255 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 3 }), async (edits) => {
      const copy = new Uint8Array(tar);
      for (const { header, at, byte } of edits) {
        const start = headers[header] ?? 0;
        copy[start + at] = byte;
        writeSum(copy.subarray(start, start + 512));
      }
      await allOrNothing(copy);
    }),
    { numRuns: runs(60) },
  );
});

Deno.test("bytes changed in the gzip, and cut or doubled", async () => {
  const bytes = await snapshot();
  const damage = fc.oneof(
    changes.map((edits) => changed(bytes, edits)),
    fc.nat({ max: bytes.length }).map((end) => bytes.subarray(0, end)),
    fc.nat({ max: bytes.length }).map((at) =>
      new Uint8Array([...bytes.subarray(0, at), ...bytes.subarray(at >> 1)])
    ),
  );
  await fc.assert(fc.asyncProperty(damage, allOrNothing), { numRuns: runs(60) });
});

Deno.test("characters changed in the text, and lines lost, doubled or mixed with others", async () => {
  using world = new World();
  await world.start("Add login");
  await world.start("Fix search");
  const text = new TextDecoder().decode(await world.export({ armor: true }));
  const lines = text.split("\n");
  const line = fc.nat({ max: lines.length - 1 });
  const other = fc.oneof(
    fc.string(),
    fc.constantFrom("", " ", "\r", lines[0] ?? "", lines.at(-2) ?? "", "QUJD", "="),
  );
  const damage = fc.oneof(
    changes.map((edits) => changed(new TextEncoder().encode(text), edits)),
    fc.tuple(line, fc.nat({ max: 2 }), fc.array(other, { maxLength: 2 })).map(([at, count, more]) =>
      new TextEncoder().encode(lines.toSpliced(at, count, ...more).join("\n"))
    ),
    fc.tuple(line, line).map(([from, to]) =>
      new TextEncoder().encode([...lines.slice(from), ...lines.slice(to)].join("\n"))
    ),
  );
  await fc.assert(fc.asyncProperty(damage, allOrNothing), { numRuns: runs(80) });
});

/** The checksum of a tar header (POSIX pax, "ustar Interchange Format"). */
function writeSum(header: Uint8Array): void {
  header.fill(0x20, 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.set(new TextEncoder().encode(`${sum.toString(8).padStart(6, "0")}\0 `), 148);
}
