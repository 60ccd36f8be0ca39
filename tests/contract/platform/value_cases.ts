/** Hash, randomness, clock, runtime and error mapping. */
import assert from "node:assert/strict";
import process from "node:process";
import { OrchestratorError } from "../../../src/errors.ts";
import { systemClock } from "../../../src/platform/clock.ts";
import { sha256Hex } from "../../../src/platform/hash.ts";
import { ioError } from "../../../src/platform/io_error.ts";
import { base32, randomBase32 } from "../../../src/platform/random.ts";
import { engine, engineVersion, target } from "../../../src/platform/runtime.ts";
import { isTerminal } from "../../../src/platform/console.ts";
import type { PlatformCase } from "./platform_case.ts";

const encoder = new TextEncoder();

export const valueCases: readonly PlatformCase[] = [
  {
    name: "sha256Hex matches the vectors of FIPS 180-4, for strings and bytes",
    run() {
      const vectors: readonly (readonly [string, string])[] = [
        ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
        ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
        ["grüße 🌍", "e7ceb771a244a993ffbab378695cc91d2da7ff65907caac5afdef82dea397a3a"],
      ];
      for (const [text, hash] of vectors) {
        assert.equal(sha256Hex(text), hash);
        assert.equal(sha256Hex(encoder.encode(text)), hash);
      }
    },
  },
  {
    name: "sha256Hex hashes only the view of a larger buffer",
    run() {
      const buffer = encoder.encode("xxabcxx");
      assert.equal(sha256Hex(buffer.subarray(2, 5)), sha256Hex("abc"));
    },
  },
  {
    name: "base32 matches the vectors of RFC 4648, lower case and without padding",
    run() {
      const vectors = {
        "": "",
        f: "my",
        fo: "mzxq",
        foo: "mzxw6",
        foob: "mzxw6yq",
        fooba: "mzxw6ytb",
      };
      for (const [text, expected] of Object.entries(vectors)) {
        assert.equal(base32(encoder.encode(text)), expected);
      }
      assert.equal(base32(encoder.encode("foobar")), "mzxw6ytboi");
      assert.equal(base32(new Uint8Array(5).fill(255)), "77777777");
    },
  },
  {
    name: "randomBase32 has as many digits as the bits need and does not repeat",
    run() {
      assert.equal(randomBase32(60).length, 12);
      assert.equal(randomBase32(61).length, 13);
      assert.equal(randomBase32(5).length, 1);
      const seen = new Set<string>();
      const lastDigits = new Set<string>();
      for (let count = 0; count < 2000; count++) {
        const id = randomBase32(60);
        assert.match(id, /^[a-z2-7]{12}$/);
        seen.add(id);
        lastDigits.add(id.slice(-1));
      }
      assert.equal(seen.size, 2000);
      assert.equal(lastDigits.size, 32, "every digit is fully random");
    },
  },
  {
    name: "the system clock tells the time",
    run() {
      assert.ok(Math.abs(systemClock.now().getTime() - Date.now()) < 1000);
    },
  },
  {
    name: "runtime names engine, version and target",
    run() {
      assert.equal(engine(), "Deno" in globalThis ? "deno" : "bun");
      assert.match(engineVersion(), /^\d+\.\d+\.\d+/);
      const system =
        { linux: "linux", darwin: "macos", win32: "windows" }[String(process.platform)];
      assert.ok(target().startsWith(`${system}-${process.arch}`), target());
    },
  },
  {
    name: "isTerminal is false for what is no terminal",
    run() {
      // Standard input of the cases is a pipe or /dev/null wherever they run unattended.
      if (!process.stdin.isTTY) assert.equal(isTerminal(0), false);
    },
  },
  {
    name: "ioError maps the system's codes to codes and sentences",
    run() {
      const system = (code: string) => Object.assign(new Error(`${code}: details`), { code });
      const rows: readonly (readonly [string, string, string, string])[] = [
        ["write", "ENOSPC", "no_space", 'Cannot write "a/b": no space is left on the device'],
        ["write", "EDQUOT", "no_space", 'Cannot write "a/b": the disk quota is exceeded'],
        ["write", "EROFS", "read_only", 'Cannot write "a/b": the file system is read-only'],
        ["write", "EACCES", "read_only", 'Cannot write "a/b": permission is denied'],
        ["read", "EACCES", "io_failed", 'Cannot read "a/b": permission is denied'],
        ["read", "ENOENT", "file_unknown", 'Cannot read "a/b": it does not exist'],
        ["write", "ENOENT", "io_failed", 'Cannot write "a/b": it does not exist'],
        ["write", "EXDEV", "io_failed", 'Cannot write "a/b": EXDEV: details'],
      ];
      for (const [verb, code, expected, message] of rows) {
        const cause = system(code);
        const error = ioError(verb, "a/b", cause);
        assert.equal(error.code, expected);
        assert.equal(error.message, message);
        assert.equal(error.cause, cause);
        assert.deepEqual(error.details, { path: "a/b", system: code });
      }
      assert.equal(ioError("write", "a", "text").message, 'Cannot write "a": text');
      const own = new OrchestratorError("bug", "Cannot");
      assert.equal(ioError("write", "a", own), own);
    },
  },
];
