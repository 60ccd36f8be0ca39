/** Finding and getting a release on this engine; the executable's own engine is tested in e2e. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { OrchestratorError } from "../../../src/errors.ts";
import { fetchExecutable } from "../../../src/release/fetch_executable.ts";
import { findRelease } from "../../../src/release/find.ts";
import { readReleaseFile } from "../../../src/release/source.ts";
import { makeKeys, publicKeysOf } from "../../../scripts/release/signing.ts";
import { Scratch } from "../../harness/scratch.ts";
import { answering, FileServer, makeSmallRelease } from "../../harness/small_release.ts";

const signal = new AbortController().signal;
const TARGET = "linux-x64";

const code = (wanted: string) => (error: unknown) =>
  error instanceof OrchestratorError && error.code === wanted;

Deno.test({
  name: "a release is found, verified and unpacked, from a server, a path and a file: address",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    using scratch = new Scratch();
    mkdirSync(scratch.path("keys"));
    const keys = makeKeys(scratch.path("keys"));
    const place = scratch.path("release");
    await makeSmallRelease({ folder: place, version: "1.2.3", keys });
    const trusted = publicKeysOf(keys).ecdsa;
    await using server = new FileServer(place);
    for (const folder of [await server.listen(), place, `file://${place}`]) {
      const sums = await findRelease({ folder, wanted: "latest", keys: trusted, signal });
      assert.equal(sums.version, "1.2.3");
      const data = await fetchExecutable({ folder, sums, target: TARGET, signal });
      assert.deepEqual(new Uint8Array(data), answering("1.2.3", TARGET));
      const named = findRelease({ folder, wanted: "1.2.4", keys: trusted, signal });
      await assert.rejects(named, code("release_invalid"));
      const untrusted = findRelease({ folder, wanted: "latest", keys: [], signal });
      await assert.rejects(untrusted, code("release_unverified"));
    }
    // Without the smaller form the other one is taken.
    const sums = await findRelease({ folder: place, wanted: "1.2.3", keys: trusted, signal });
    const files = new Map([...sums.files].filter(([name]) => !name.endsWith(".zst")));
    const data = await fetchExecutable({
      folder: place,
      sums: { ...sums, files },
      target: TARGET,
      signal,
    });
    assert.deepEqual(new Uint8Array(data), answering("1.2.3", TARGET));
    const packed = join(place, "orchestrator-1.2.3-linux-x64.zst");
    const bytes = readFileSync(packed);
    writeFileSync(packed, bytes.subarray(0, -1));
    const changed = fetchExecutable({ folder: place, sums, target: TARGET, signal });
    await assert.rejects(changed, code("release_invalid"));
    rmSync(packed);
    const missing = fetchExecutable({ folder: place, sums, target: TARGET, signal });
    await assert.rejects(missing, code("network_failed"));
  },
});

Deno.test("a file that is too large, one that is not there, and an interruption are told apart", async () => {
  using scratch = new Scratch({ "big": "x".repeat(100) });
  await using server = new FileServer(scratch.root);
  for (const folder of [await server.listen(), scratch.root]) {
    const tooLarge = readReleaseFile({ folder, name: "big", limit: 99, signal });
    await assert.rejects(tooLarge, code("limit_exceeded"));
    assert.equal(await readReleaseFile({ folder, name: "absent", limit: 99, signal }), null);
  }
  const unreachable = readReleaseFile({
    folder: "http://127.0.0.1:9",
    name: "x",
    limit: 9,
    signal,
  });
  await assert.rejects(unreachable, code("network_failed"));
  await using slowServer = new FileServer(scratch.root, 10);
  const folder = await slowServer.listen();
  const controller = new AbortController();
  const slow = readReleaseFile({ folder, name: "big", limit: 1000, signal: controller.signal });
  controller.abort("SIGINT");
  await assert.rejects(slow, code("interrupted"));
});
