/** Tests make passwords cheap to try; the program never does. */
import assert from "node:assert/strict";
import { systemIo } from "../../../src/cli/system_io.ts";
import { sealText } from "../../../src/secrets/age_file.ts";
import { encrypt } from "../../../src/snapshot/encryption.ts";

/** What the age format says of scrypt: `-> scrypt SALT LOG2`. */
const FULL = /^age-encryption\.org\/v1\n-> scrypt \S+ 18\n/;

async function* nothing(): AsyncGenerator<Uint8Array> {}

Deno.test("a password is as expensive to try as age makes it, unless a test says otherwise", async () => {
  assert.equal(systemIo().workFactor, undefined);
  const secret = await sealText("value", { passphrase: "correct horse battery" });
  assert.match(new TextDecoder("latin1").decode(secret), FULL);
  let snapshot = "";
  for await (const bytes of encrypt(nothing(), { password: "correct horse battery" })) {
    snapshot += new TextDecoder("latin1").decode(bytes);
  }
  assert.match(snapshot, FULL);
});
