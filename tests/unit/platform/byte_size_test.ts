import assert from "node:assert/strict";
import { byteSize, exactByteSize } from "../../../src/platform/byte_size.ts";

Deno.test("a size has one decimal below 100, where it is not zero, in powers of 1024", () => {
  const sizes: readonly (readonly [number, string])[] = [
    [0, "0 B"],
    [1, "1 B"],
    [1023, "1023 B"],
    [1024, "1 KiB"],
    [1536, "1.5 KiB"],
    [1024 ** 2 - 1, "1 MiB"],
    [99.9 * 1024, "99.9 KiB"],
    [99.97 * 1024, "100 KiB"],
    [292.9 * 1024, "293 KiB"],
    [1023.4 * 1024, "1023 KiB"],
    [1023.6 * 1024, "1 MiB"],
    [3.44 * 1024 ** 3, "3.4 GiB"],
    [5 * 1024 ** 5, "5120 TiB"],
  ];
  for (const [bytes, text] of sizes) assert.equal(byteSize(bytes), text);
});

Deno.test("an exact size loses no byte", () => {
  const sizes: readonly (readonly [number, string])[] = [
    [0, "0 B"],
    [1500, "1500 B"],
    [1024, "1 KiB"],
    [1025, "1025 B"],
    [512 * 1024 ** 2, "512 MiB"],
    [1536 * 1024, "1536 KiB"],
  ];
  for (const [bytes, text] of sizes) assert.equal(exactByteSize(bytes), text);
});
