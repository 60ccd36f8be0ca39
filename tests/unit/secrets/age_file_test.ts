import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OrchestratorError } from "../../../src/errors.ts";
import {
  type AgeKeys,
  openText,
  ownRecipients,
  readIdentities,
  recipientsOf,
  sealText,
} from "../../../src/secrets/age_file.ts";

const VALUE = "line one\nline two ☂";

const missing = (program: string) => spawnSync(program, ["--version"]).error !== undefined;
const noAge = missing("age") || missing("age-keygen");
if (noAge) console.log("skipped: age is not installed, so nothing is tried against it");

class Folder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), "age-test-"));
  file(name: string, content: string | Uint8Array): string {
    const path = join(this.path, name);
    writeFileSync(path, content, { mode: 0o600 });
    return path;
  }
  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true });
  }
}

const keys = (identityFile: string | null, passphrase: string | null = null): AgeKeys => ({
  identityFile,
  passphrase: () => Promise.resolve(passphrase),
});

async function makeIdentity(): Promise<string> {
  const { generateX25519Identity } = await import("age-encryption");
  return await generateX25519Identity();
}

async function sealed(): Promise<Uint8Array> {
  return await sealText(VALUE, { recipients: await recipientsOf([await makeIdentity()]) });
}

const code = (expected: string) => (error: unknown) =>
  error instanceof OrchestratorError && error.code === expected;

Deno.test("for an identity: what is sealed opens again, and only with it", async () => {
  using folder = new Folder();
  const identity = await makeIdentity();
  const path = folder.file("id.txt", `# created: today\n${identity}\n`);
  const other = folder.file("other.txt", `${await makeIdentity()}\n`);
  const recipients = await ownRecipients(path, keys(null));
  const bytes = await sealText(VALUE, { recipients });
  assert.ok(!new TextDecoder().decode(bytes).includes("line one"));
  assert.equal(await openText(bytes, keys(path), "X.age"), VALUE);
  await assert.rejects(openText(bytes, keys(other), "X.age"), code("secret_locked"));
  await assert.rejects(openText(bytes, keys(null), "X.age"), code("secret_locked"));
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  await assert.rejects(openText(bytes, keys(path), "X.age"), code("io_failed"));
});

Deno.test("for a passphrase: a wrong one is said to be one", async () => {
  const bytes = await sealText(VALUE, { passphrase: "correct horse" }, 10);
  assert.equal(await openText(bytes, keys(null, "correct horse"), "X.age"), VALUE);
  await assert.rejects(openText(bytes, keys(null, "wrong"), "X.age"), code("password_wrong"));
  await assert.rejects(openText(bytes, keys(null), "X.age"), code("secret_locked"));
});

Deno.test("an identity file may itself be locked with a passphrase", async () => {
  using folder = new Folder();
  const identity = await makeIdentity();
  const path = folder.file("id.age", await sealText(`${identity}\n`, { passphrase: "pw" }, 10));
  const bytes = await sealText(VALUE, { recipients: await recipientsOf([identity]) });
  assert.equal(await openText(bytes, keys(path, "pw"), "X.age"), VALUE);
  await assert.rejects(openText(bytes, keys(path, "no"), "X.age"), code("password_wrong"));
});

Deno.test("what is no age file, no identity or no recipient is said to be none", async () => {
  using folder = new Folder();
  const rubbish = new TextEncoder().encode("rubbish");
  await assert.rejects(openText(rubbish, keys(null), "X.age"), /it is not an age file/);
  const cut = new TextEncoder().encode("age-encryption.org/v1\n-> X25");
  const path = folder.file("id.txt", `${await makeIdentity()}\n`);
  await assert.rejects(openText(cut, keys(path), "X.age"), OrchestratorError);
  const empty = folder.file("empty.txt", "# nothing\n");
  await assert.rejects(readIdentities(empty, keys(null)), /it contains no identity/);
  const plugin = folder.file("plugin.txt", "AGE-PLUGIN-YUBIKEY-1QQQQ\n");
  assert.equal((await readIdentities(plugin, keys(null))).foreign, "plugin");
  await assert.rejects(
    openText(await sealed(), keys(plugin), "X.age"),
    /only the age program supports/,
  );
  await assert.rejects(readIdentities(join(folder.path, "none"), keys(null)), code("file_unknown"));
  await assert.rejects(sealText("x", { recipients: ["age1nonsense"] }), code("invalid_argument"));
});

Deno.test({
  name: "the age program opens what is sealed here",
  ignore: noAge,
  fn: async () => {
    using folder = new Folder();
    const path = join(folder.path, "id.txt");
    execFileSync("age-keygen", ["-o", path], { stdio: "ignore" });
    const recipients = await ownRecipients(path, keys(null));
    const sealed = folder.file("X.age", await sealText(VALUE, { recipients }));
    assert.equal(execFileSync("age", ["-d", "-i", path, sealed], { encoding: "utf8" }), VALUE);
    const printed = execFileSync("age-keygen", ["-y", path], { encoding: "utf8" }).trim();
    assert.deepEqual(recipients, [printed]);
  },
});

Deno.test({
  name: "what the age program seals opens here, armoured or not",
  ignore: noAge,
  fn: async () => {
    using folder = new Folder();
    const path = join(folder.path, "id.txt");
    execFileSync("age-keygen", ["-o", path], { stdio: "ignore" });
    const recipient = execFileSync("age-keygen", ["-y", path], { encoding: "utf8" }).trim();
    for (const armour of [[], ["-a"]]) {
      const sealed = execFileSync("age", [...armour, "-r", recipient], { input: VALUE });
      assert.equal(await openText(new Uint8Array(sealed), keys(path), "X.age"), VALUE);
    }
  },
});

Deno.test({
  name: "a file for an ssh key is named as one",
  ignore: noAge || missing("ssh-keygen") && spawnSync("ssh-keygen", ["-?"]).error !== undefined,
  fn: async () => {
    using folder = new Folder();
    const ssh = join(folder.path, "ssh");
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", ssh]);
    const sealed = execFileSync("age", ["-r", readFileSync(`${ssh}.pub`, "utf8").trim()], {
      input: VALUE,
    });
    const path = folder.file("id.txt", `${await makeIdentity()}\n`);
    await assert.rejects(openText(new Uint8Array(sealed), keys(path), "X.age"), /ssh key/);
  },
});
