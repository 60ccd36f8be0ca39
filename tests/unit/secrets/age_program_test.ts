/** Keys of SSH and plugins of age, by the real `age` program where it is installed. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, readFileSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { CONFIG_KEYS } from "../../../src/config/keys.ts";
import { checkValue } from "../../../src/config/value.ts";
import { OrchestratorError } from "../../../src/errors.ts";
import { type AgeKeys, openText, ownRecipients, sealText } from "../../../src/secrets/age_file.ts";
import { hasPassphrase, isSshKey } from "../../../src/secrets/age_program.ts";
import { runInProcess } from "../../harness/running.ts";
import { Scratch, scratchEnvironment } from "../../harness/scratch.ts";

const VALUE = "made-up-value-of-an-ssh-key";
const missing = (...argv: [string, ...string[]]) =>
  spawnSync(argv[0], argv.slice(1)).error !== undefined;
const noAge = missing("age", "--version") || missing("ssh-keygen", "-?");
if (noAge) {
  console.log("skipped: age or ssh-keygen is not installed, so nothing is tried against it");
}

function keygen(scratch: Scratch, type: string, passphrase = ""): string {
  const path = join(scratch.home, `id_${type}${passphrase === "" ? "" : "_locked"}`);
  const size = type === "rsa" ? ["-b", "2048"] : [];
  execFileSync("ssh-keygen", [
    "-q",
    "-t",
    type,
    ...size,
    "-N",
    passphrase,
    "-C",
    "a key",
    "-f",
    path,
  ]);
  return path;
}

const keys = (
  identityFile: string,
  more: Partial<NonNullable<AgeKeys["program"]>> = {},
): AgeKeys => ({
  identityFile,
  passphrase: () => Promise.resolve(null),
  program: { env: process.env, prompts: false, plugins: true, ...more },
});

const locked = (text: RegExp) => (error: unknown) =>
  error instanceof OrchestratorError && error.code === "secret_locked" && text.test(error.message);

Deno.test("secrets.recipients takes keys of age, of its plugins and of SSH, and no option", () => {
  const accepts = (entry: string) =>
    checkValue(CONFIG_KEYS["secrets.recipients"].type, [entry]).error === undefined;
  const key = "AAAAC3NzaC1lZDI1NTE5AAAAIJ1Zq4yH6n9wFz0n8qg1i2x3";
  for (
    const good of [
      `age1${"q".repeat(58)}`,
      `age1yubikey1${"q".repeat(60)}`,
      `ssh-ed25519 ${key}`,
      `ssh-rsa ${key}== anna@example.org`,
    ]
  ) assert.ok(accepts(good), good);
  for (
    const bad of [
      "-R",
      "--output=x",
      "age1",
      "github:anna",
      `ssh-dss ${key}`,
      `ssh-rsa ${key}\n-o x`,
      key,
    ]
  ) assert.ok(!accepts(bad), bad);
});

Deno.test({
  name:
    "age program: what is sealed for keys of SSH opens with them, also beside an age identity's",
  ignore: noAge,
  fn: async () => {
    using scratch = new Scratch();
    const { generateX25519Identity, identityToRecipient } = await import("age-encryption");
    const mine = await generateX25519Identity();
    const identity = join(scratch.home, "identity.txt");
    writeFileSync(identity, `${mine}\n`);
    const ed = keygen(scratch, "ed25519");
    const rsa = keygen(scratch, "rsa");
    assert.deepEqual(await ownRecipients(ed, keys(ed)), [readFileSync(`${ed}.pub`, "utf8").trim()]);
    const recipients = [
      await identityToRecipient(mine),
      ...await ownRecipients(ed, keys(ed)),
      ...await ownRecipients(rsa, keys(rsa)),
    ];
    const bytes = await sealText(VALUE, { recipients });
    assert.ok(!new TextDecoder().decode(bytes).includes(VALUE));
    for (const file of [identity, ed, rsa]) {
      assert.equal(await openText(bytes, keys(file), "X.age"), VALUE, file);
    }
    const other = keygen(scratch, "ed25519", "a passphrase");
    const forOther = await sealText(VALUE, { recipients: await ownRecipients(other, keys(other)) });
    await assert.rejects(openText(forOther, keys(ed), "X.age"), locked(/cannot decrypt it/));
    await assert.rejects(openText(forOther, keys(other), "X.age"), locked(/has a passphrase/));
    unlinkSync(`${ed}.pub`);
    await assert.rejects(ownRecipients(ed, keys(ed)), locked(/does not tell whom to encrypt for/));
  },
});

Deno.test({
  name: "age program: whether a key of SSH has a passphrase is seen in its file",
  ignore: noAge,
  fn: () => {
    using scratch = new Scratch();
    for (const type of ["ed25519", "rsa"]) {
      for (const passphrase of ["", "a passphrase"]) {
        const text = readFileSync(keygen(scratch, type, passphrase), "utf8");
        assert.ok(isSshKey(text));
        assert.equal(hasPassphrase(text), passphrase !== "", `${type} ${passphrase}`);
      }
    }
    assert.ok(!isSshKey("AGE-SECRET-KEY-1QQQQ\n"));
  },
});

Deno.test({
  name: "age program: where it is not installed, or has no such plugin, that is said",
  ignore: noAge,
  fn: async () => {
    using scratch = new Scratch();
    const ed = keygen(scratch, "ed25519");
    const bytes = await sealText(VALUE, { recipients: await ownRecipients(ed, keys(ed)) });
    const env = { PATH: scratch.root };
    await assert.rejects(
      openText(bytes, keys(ed, { env }), "X.age"),
      locked(/age program, which is not installed/),
    );
    const plugin = join(scratch.home, "plugin.txt");
    // Of a plugin that is not installed.
    writeFileSync(plugin, "#    Recipient: age1none1qqqqqqqqqq\nAGE-PLUGIN-NONE-1QQQQ\n");
    await assert.rejects(openText(bytes, keys(plugin), "X.age"), locked(/age failed \(/));
    await assert.rejects(
      openText(bytes, keys(plugin, { plugins: false }), "X.age"),
      locked(/only the age program supports/),
    );
    assert.deepEqual(await ownRecipients(plugin, keys(plugin)), ["age1none1qqqqqqqqqq"]);
    await assert.rejects(
      sealText(VALUE, { recipients: ["age1none1qqqqqqqqqq"] }),
      (error: unknown) => error instanceof OrchestratorError && error.code === "invalid_argument",
    );
  },
});

Deno.test({
  name: "age program: secrets for a key of SSH are set, got and kept out of the journal",
  ignore: noAge,
  fn: async () => {
    using scratch = new Scratch();
    const env = scratchEnvironment(scratch, {
      ORCHESTRATOR_SECRETS_IDENTITY: keygen(scratch, "ed25519"),
    });
    chmodSync(env["ORCHESTRATOR_SECRETS_IDENTITY"] ?? "", 0o600);
    const run = async (argv: string[], stdin = "") => {
      const { code, stdout, stderr } = await runInProcess(argv, { cwd: scratch.root, env, stdin });
      assert.equal(code, 0, stderr);
      return stdout;
    };
    await run(["secrets", "set", "MY_TOKEN", "--encrypt"], `${VALUE}\n`);
    assert.match(
      scratch.read(".orchestrator/secrets/MY_TOKEN.age"),
      /^age-encryption\.org\/v1\n-> ssh-ed25519 /,
    );
    assert.equal(await run(["secrets", "get", "MY_TOKEN"]), `${VALUE}\n`);
    assert.match(
      await run(["secrets", "doctor"]),
      /id_ed25519: an SSH key, which the age program uses/,
    );
    await run(["start", `Use ${VALUE}`]);
    assert.match(await run(["status"]), /Use \[redacted\]/);
  },
});
