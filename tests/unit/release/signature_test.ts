import assert from "node:assert/strict";
import { createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import { isSignedBy } from "../../../src/release/signature.ts";

const pair = () => generateKeyPairSync("ec", { namedCurve: "prime256v1" });
const pem = (key: ReturnType<typeof createPublicKey>) =>
  String(key.export({ type: "spki", format: "pem" }));

Deno.test("a signature is good for its text and its key only", () => {
  const [ours, other] = [pair(), pair()];
  const text = new TextEncoder().encode("# orchestrator 1.2.3\n");
  const signature = sign("sha256", text, ours.privateKey);
  assert.equal(isSignedBy(text, signature, [pem(ours.publicKey)]), true);
  assert.equal(isSignedBy(text, signature, [pem(other.publicKey), pem(ours.publicKey)]), true);
  assert.equal(isSignedBy(text, signature, [pem(other.publicKey)]), false);
  assert.equal(isSignedBy(text, signature, []), false);
  assert.equal(isSignedBy(text.subarray(1), signature, [pem(ours.publicKey)]), false);
  for (let index = 0; index < signature.length; index++) {
    const changed = new Uint8Array(signature);
    changed[index] = (changed[index] ?? 0) ^ 1;
    assert.equal(isSignedBy(text, changed, [pem(ours.publicKey)]), false, String(index));
    assert.equal(isSignedBy(text, signature.subarray(0, index), [pem(ours.publicKey)]), false);
  }
});

Deno.test("a key of another kind is never asked", () => {
  const ed = generateKeyPairSync("ed25519");
  const text = new TextEncoder().encode("text");
  const signature = sign(null, text, ed.privateKey);
  assert.equal(isSignedBy(text, signature, [pem(ed.publicKey)]), false);
});
