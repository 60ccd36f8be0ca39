import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { inspectMachO, signMachO } from "../../../../scripts/release/macho.ts";

/** A small Mach-O file: two segments, an old signature that does not fit, and bytes to hash. */
function unsigned(codeSize: number, oldSignature: number): Uint8Array {
  const file = new Uint8Array(codeSize + oldSignature).map((_, index) => index * 7);
  const view = new DataView(file.buffer);
  const words = (at: number, values: readonly number[]) =>
    values.forEach((value, index) => view.setUint32(at + index * 4, value, true));
  const segment = (at: number, name: string, offset: number, size: number) => {
    file.fill(0, at, at + 72);
    words(at, [0x19, 72]);
    file.set(new TextEncoder().encode(name), at + 8);
    view.setBigUint64(at + 40, BigInt(offset), true);
    view.setBigUint64(at + 48, BigInt(size), true);
  };
  words(0, [0xfeedfacf, 0x0100000c, 0, 2, 3, 72 + 72 + 16, 0, 0]);
  segment(32, "__TEXT", 0, 4096);
  segment(104, "__LINKEDIT", 4096, codeSize + oldSignature - 4096);
  words(176, [0x1d, 16, codeSize, oldSignature]);
  return file;
}

for (const codeSize of [8192, 8192 + 16, 3 * 4096 - 16]) {
  Deno.test(`a signature states the hash of each page of a file of ${codeSize} bytes`, () => {
    const signed = signMachO(unsigned(codeSize, 512), "orchestrator");
    const report = inspectMachO(signed);
    assert.deepEqual(report, {
      identifier: "orchestrator",
      flags: 2,
      pages: Math.ceil(codeSize / 4096),
      wrongPages: [],
      coversAll: true,
      endsThere: true,
    });
    // The hashes are the last of the file: counted here by hand, without the code under test.
    for (let page = 0; page < report.pages; page++) {
      const end: number = signed.length - (report.pages - page - 1) * 32;
      const expected = createHash("sha256")
        .update(signed.subarray(page * 4096, Math.min((page + 1) * 4096, codeSize))).digest();
      assert.deepEqual(signed.slice(end - 32, end), new Uint8Array(expected), `page ${page}`);
    }
    assert.deepEqual(signMachO(signed, "orchestrator"), signed, "signing again changes nothing");
  });
}

Deno.test("a changed byte is found in its page", () => {
  const signed = signMachO(unsigned(5 * 4096, 512), "orchestrator");
  for (const page of [0, 2, 4]) {
    const changed = signed.slice();
    changed[page * 4096 + 2000] = (changed[page * 4096 + 2000] ?? 0) ^ 1;
    assert.deepEqual(inspectMachO(changed).wrongPages, [page]);
  }
  assert.equal(inspectMachO(new Uint8Array([...signed, 0])).endsThere, false);
});

Deno.test("what is no Mach-O file is refused", () => {
  assert.throws(() => signMachO(new Uint8Array(64), "x"), /not a 64-bit Mach-O/);
  assert.throws(() => inspectMachO(unsigned(8192, 512)), /no signature/);
});
