import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { generateIdentity, identityToRecipient } from "age-encryption";
import { OrchestratorError } from "../../../src/errors.ts";
import {
  decrypt,
  encrypt,
  type Key,
  readIdentities,
  requireStrongPassword,
} from "../../../src/snapshot/encryption.ts";
import { Scratch } from "../../harness/scratch.ts";
import { collectBytes, inPieces, World } from "./world.ts";

const PASSWORD: Key = { password: "correct horse battery" };
const ageMissing = spawnSync("age", ["--version"]).error !== undefined;
if (ageMissing) console.log("The tests with the age program skip: it is not installed");

function refusedWith(code: string) {
  return (error: unknown) => {
    assert.ok(error instanceof OrchestratorError, String(error));
    assert.equal(error.code, code, error.message);
    return true;
  };
}

const lock = (bytes: Uint8Array, key: Key) => collectBytes(encrypt(inPieces(bytes), key, 4));
const open = (bytes: Uint8Array, key: Key) =>
  collectBytes(decrypt(inPieces(bytes), () => Promise.resolve(key)));

Deno.test("what was encrypted is opened again, whatever its size", async () => {
  for (const size of [0, 1, 65_536, 65_537, 200_000]) {
    const bytes = crypto.getRandomValues(new Uint8Array(Math.min(size, 65_536)));
    const whole = new Uint8Array(size);
    for (let at = 0; at < size; at += bytes.length) whole.set(bytes.subarray(0, size - at), at);
    assert.deepEqual(await open(await lock(whole, PASSWORD), PASSWORD), whole);
  }
});

Deno.test("a wrong password, an altered and a cut file are told", async () => {
  const locked = await lock(new Uint8Array(150_000), PASSWORD);
  await assert.rejects(
    open(locked, { password: "another password" }),
    refusedWith("password_wrong"),
  );
  for (const at of [locked.length - 1, 70_000, 200]) {
    const altered = locked.slice();
    altered[at] = (altered[at] ?? 0) ^ 1;
    await assert.rejects(open(altered, PASSWORD), OrchestratorError);
  }
  for (const end of [locked.length - 1, 65_536 + 400, 400, 100]) {
    await assert.rejects(open(locked.subarray(0, end), PASSWORD), OrchestratorError);
  }
});

Deno.test("a header without end is not read into memory", async () => {
  let given = 0;
  async function* endless(): AsyncGenerator<Uint8Array> {
    yield new TextEncoder().encode("age-encryption.org/v1\n-> x");
    for (;;) {
      await Promise.resolve();
      given += 65_536;
      if (given > 1_000_000) throw new Error("read too far");
      yield new Uint8Array(65_536).fill(65);
    }
  }
  const reading = collectBytes(decrypt(endless(), () => Promise.resolve(PASSWORD)));
  await assert.rejects(reading, refusedWith("snapshot_invalid"));
});

Deno.test("weak passwords are refused", () => {
  for (const weak of ["", "short", "aaaaaaaaaaaaaaaa", "abababababab"]) {
    assert.throws(() => requireStrongPassword(weak), refusedWith("too_short"));
  }
  requireStrongPassword("correct horse");
});

Deno.test("recipients lock and identities open; others do not", async () => {
  const identity = await generateIdentity();
  const recipient = await identityToRecipient(identity);
  const other = await generateIdentity();
  const text = new TextEncoder().encode("state");
  const locked = await lock(text, { recipients: [recipient] });
  const identities = readIdentities(`# created: today\n${other}\n${identity}\n`);
  assert.deepEqual(await open(locked, { identities }), text);
  await assert.rejects(open(locked, { identities: [other] }), refusedWith("password_wrong"));
  await assert.rejects(
    lock(text, { recipients: ["age1nonsense"] }),
    refusedWith("invalid_argument"),
  );
});

Deno.test({
  name: "the age program opens what we encrypt, and we open what it encrypts",
  ignore: ageMissing,
  fn: async () => {
    using scratch = new Scratch();
    using here = new World();
    const id = await here.start("Add login");
    const age = (...args: string[]) => {
      const ended = spawnSync("age", args, { cwd: scratch.root });
      assert.equal(ended.status, 0, ended.stderr?.toString());
      return new Uint8Array(ended.stdout);
    };
    assert.equal(spawnSync("age-keygen", ["-o", scratch.path("key.txt")]).status, 0);
    const identities = readIdentities(scratch.read("key.txt"));
    const recipient = await identityToRecipient(identities[0] ?? "");
    const plain = await here.export();
    scratch.write("ours.age", await here.export({ key: { recipients: [recipient] } }));
    assert.deepEqual(age("-d", "-i", join(scratch.root, "key.txt"), "ours.age"), plain);

    scratch.write("plain", plain);
    for (const armor of [[], ["-a"]]) {
      const theirs = age("-r", recipient, ...armor, "plain");
      using there = new World();
      const asked: string[] = [];
      await there.import(theirs, {
        read: {
          askKey: (needed) => {
            asked.push(needed);
            return Promise.resolve({ identities });
          },
        },
      });
      assert.deepEqual(asked, ["identities"]);
      assert.ok(await there.backend.hasSession(id));
    }
  },
});

Deno.test("a damaged encrypted snapshot changes nothing", async () => {
  using here = new World();
  await here.start("Add login");
  const bytes = await here.export({ key: PASSWORD });
  using there = new World();
  for (const damaged of [bytes.subarray(0, bytes.length - 20), flipped(bytes, bytes.length - 40)]) {
    const importing = there.import(damaged, { read: { askKey: () => Promise.resolve(PASSWORD) } });
    await assert.rejects(importing, OrchestratorError);
    assert.deepEqual([...Deno.readDirSync(there.scratch.root)], []);
  }
});

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const copy = bytes.slice();
  copy[at] = (copy[at] ?? 0) ^ 4;
  return copy;
}
