/**
 * SHA-256, synchronous on both engines.
 *
 * Bun's own hasher starts at once, `node:crypto` costs it 2 ms; Deno has only `node:crypto`.
 * @module
 */
import process from "node:process";

interface BunHasher {
  update(data: string | Uint8Array): BunHasher;
  digest(encoding: "hex"): string;
}

interface BunGlobal {
  readonly CryptoHasher: new (algorithm: "sha256") => BunHasher;
}

const bun = (globalThis as { readonly Bun?: BunGlobal }).Bun;

/** The SHA-256 of `data` (a string counts as its UTF-8 bytes), as 64 lower-case hex digits. */
export function sha256Hex(data: string | Uint8Array): string {
  if (bun !== undefined) return new bun.CryptoHasher("sha256").update(data).digest("hex");
  return process.getBuiltinModule("node:crypto").createHash("sha256").update(data).digest("hex");
}

/** A SHA-256 over data that comes in pieces. */
export interface RunningHash {
  update(data: Uint8Array): void;
  /** Ends it: 64 lower-case hex digits. */
  hex(): string;
}

/** Begins a SHA-256. */
export function runningSha256(): RunningHash {
  if (bun !== undefined) {
    const hasher = new bun.CryptoHasher("sha256");
    return { update: (data) => void hasher.update(data), hex: () => hasher.digest("hex") };
  }
  const hash = process.getBuiltinModule("node:crypto").createHash("sha256");
  return { update: (data) => void hash.update(data), hex: () => hash.digest("hex") };
}
