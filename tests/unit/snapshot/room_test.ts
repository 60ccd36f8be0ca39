import assert from "node:assert/strict";
import { OrchestratorError } from "../../../src/errors.ts";
import { bytesOnDisk, requireRoom, reserveFor } from "../../../src/snapshot/room.ts";

const MIB = 1024 * 1024;

Deno.test("a small import needs a small reserve, a large one at most 64 MiB", () => {
  assert.equal(reserveFor(0), MIB);
  assert.ok(reserveFor(5486) < 1.01 * MIB);
  assert.equal(reserveFor(10 * MIB), 6 * MIB);
  assert.equal(reserveFor(8192 * MIB), 64 * MIB);
});

Deno.test("what is asked for is what is compared, to the byte", () => {
  const bytes = 5486;
  const needed = bytes + reserveFor(bytes);
  requireRoom(bytes, needed);
  requireRoom(bytes, null);
  assert.throws(() => requireRoom(bytes, needed - 1), (error: unknown) => {
    assert.ok(error instanceof OrchestratorError);
    assert.equal(error.code, "no_space");
    assert.deepEqual(error.details, { needed, reserve: reserveFor(bytes), free: needed - 1 });
    assert.match(
      error.message,
      /needs 1 MiB of free space \(5\.4 KiB for its files, 1 MiB in reserve\), 1 B more than is free$/,
    );
    return true;
  });
});

Deno.test("a file takes whole blocks", () => {
  assert.equal(bytesOnDisk([]), 0);
  assert.equal(bytesOnDisk([0, 1, 4096, 4097]), 4096 + 4096 + 8192);
});
