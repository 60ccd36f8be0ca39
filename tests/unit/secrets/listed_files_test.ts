/** Secrets from files that the configuration names: `.env` and SOPS. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { createCipheriv, createHash, randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { parse, stringify } from "yaml";
import { OrchestratorError } from "../../../src/errors.ts";
import { readEnvText } from "../../../src/secrets/env_file.ts";
import { openListed } from "../../../src/secrets/listed_file.ts";
import { mayBeSecret } from "../../../src/secrets/name.ts";
import { Scratch } from "../../harness/scratch.ts";

const posix = Deno.build.os !== "windows";
const read = (text: string) => Object.fromEntries(readEnvText(text, ".env"));

Deno.test(".env: quotes, export, comments and line ends of every system; nothing is expanded", () => {
  assert.deepEqual(
    read([
      "\uFEFF# a comment",
      "",
      "PLAIN=value",
      "export EXPORTED=value two",
      "  SPACED = around  ",
      "EMPTY=",
      "COMMENT=value # not this",
      "HASH=value#this",
      "URL=https://a.example/#part",
      "SINGLE='as $it \\n is # here' # comment",
      'DOUBLE="a\\n\\"b\\"\\t\\\\ \\$X $HOME \\x"',
      "SEVERAL='one",
      "# two",
      "three'",
      'KEY="-----BEGIN',
      'END-----"',
      "EXPANDS=$HOME/${PATH}`id`$(id)",
      "EQUALS=a=b==",
      "TWICE=first",
      "TWICE=second",
      "NOTHING= # comment",
      "lower_case=yes",
    ].join("\r\n")),
    {
      PLAIN: "value",
      EXPORTED: "value two",
      SPACED: "around",
      EMPTY: "",
      COMMENT: "value",
      HASH: "value#this",
      URL: "https://a.example/#part",
      SINGLE: "as $it \\n is # here",
      DOUBLE: 'a\n"b"\t\\ $X $HOME \\x',
      SEVERAL: "one\n# two\nthree",
      KEY: "-----BEGIN\nEND-----",
      EXPANDS: "$HOME/${PATH}`id`$(id)",
      EQUALS: "a=b==",
      TWICE: "second",
      NOTHING: "",
      lower_case: "yes",
    },
  );
});

Deno.test(".env: a line that is not understood is named by its number, without its text", () => {
  for (
    const [text, line, why] of [
      ["A=1\nmade-up-secret", 2, "NAME=value"],
      ["A='made-up-secret", 1, "not closed"],
      ['A="made-up-secret\\"', 1, "not closed"],
      ["A='b'made-up-secret", 1, "text follows"],
      ["A=1\nB='x\ny' made-up-secret", 3, "text follows"],
      ["A=`made-up-secret`", 1, "backquote"],
      ["made-up-secret: x", 1, "NAME=value"],
      ["1A=made-up-secret", 1, "NAME=value"],
      ["export made-up-secret", 1, "NAME=value"],
    ] as const
  ) {
    assert.throws(
      () => read(text),
      (error: unknown) =>
        error instanceof OrchestratorError && error.message.includes(`line ${line}`) &&
        error.message.includes(why) && !error.message.includes("made-up-secret"),
      text,
    );
  }
});

Deno.test(".env: every text in quotes is read back as it was", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    const value = text.replace(/\r\n?/g, "\n").replace(/\uFEFF/g, "");
    const quoted = value.replace(/[\\"]/g, (char) => `\\${char}`);
    assert.deepEqual(read(`A="${quoted}"\nB=2`), { A: value, B: "2" });
    if (!value.includes("'")) assert.deepEqual(read(`A='${value}'\nB=2`), { A: value, B: "2" });
  }));
});

Deno.test("of a .env file settings that are in many texts are not kept out of them", () => {
  for (const [name, value] of [["PORT", "3000"], ["NODE_ENV", "production"], ["N", "12345678"]]) {
    assert.ok(!mayBeSecret(name ?? "", value ?? ""), name);
  }
  for (const [name, value] of [["DB_PASSWORD", "postgres"], ["X", "made-up-value-1"]]) {
    assert.ok(mayBeSecret(name ?? "", value ?? ""), name);
  }
});

/** What SOPS makes of a tree: written from its description, and apart from the code that is tested. */
async function sealSops(
  tree: Readonly<Record<string, unknown>>,
  recipients: readonly string[],
  more: { readonly onlyEncrypted?: boolean } = {},
): Promise<Record<string, unknown>> {
  const key = randomBytes(32);
  const hash = createHash("sha512");
  if (more.onlyEncrypted === true) {
    const begin = "8a3fd2ad54ce66527b1034f3d147be0b0b975b3bf44f72c6fdadec8176f27d69";
    hash.update(Buffer.from(begin, "hex"));
  }
  const encrypt = (text: string, type: string, path: string) => {
    const iv = randomBytes(32);
    const cipher = createCipheriv("aes-256-gcm", key, iv);
    cipher.setAAD(Buffer.from(path));
    const data = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]).toString("base64");
    const tag = cipher.getAuthTag().toString("base64");
    return `ENC[AES256_GCM,data:${data},iv:${iv.toString("base64")},tag:${tag},type:${type}]`;
  };
  const seal = (value: unknown, path: readonly string[]): unknown => {
    if (Array.isArray(value)) return value.map((entry) => seal(entry, path));
    if (value !== null && typeof value === "object") {
      return Object.fromEntries(
        Object.entries(value).map(([name, inner]) => [name, seal(inner, [...path, name])]),
      );
    }
    if (value === null) return null;
    const text = value === true ? "True" : value === false ? "False" : String(value);
    const plain = path.some((name) => name.endsWith("_unencrypted"));
    if (!plain || more.onlyEncrypted !== true) hash.update(text);
    if (plain || text === "") return value;
    const type = typeof value === "string" ? "str" : typeof value === "boolean" ? "bool" : "int";
    return encrypt(text, type, path.map((name) => `${name}:`).join(""));
  };
  const sealed = seal(tree, []) as Record<string, unknown>;
  const { armor, Encrypter } = await import("age-encryption");
  const age = await Promise.all(recipients.map(async (recipient) => {
    const encrypter = new Encrypter();
    encrypter.addRecipient(recipient);
    return { recipient, enc: armor.encode(await encrypter.encrypt(new Uint8Array(key))) };
  }));
  const lastmodified = "2026-11-27T08:00:00Z";
  const mac = encrypt(hash.digest("hex").toUpperCase(), "str", lastmodified);
  const only = more.onlyEncrypted === true ? { mac_only_encrypted: true } : {};
  const version = "3.10.2";
  return {
    ...sealed,
    sops: { age, lastmodified, mac, unencrypted_suffix: "_unencrypted", ...only, version },
  };
}

const TREE = {
  openai_api_key: "made-up-value-one",
  database: { password: "made-up-value-two", port: 5432, on: true, host_unencrypted: "localhost" },
  list: ["one-made-up", "two-made-up"],
  nothing: null,
  empty: "",
  about_unencrypted: { n: 7, yes: false },
};

/** A folder with an identity, and files that are opened with it. */
class World implements Disposable {
  readonly scratch = new Scratch();
  readonly identity = join(this.scratch.home, "identity.txt");
  recipients: readonly string[] = [];

  async begin(): Promise<void> {
    const { generateX25519Identity, identityToRecipient } = await import("age-encryption");
    const mine = await generateX25519Identity();
    writeFileSync(this.identity, `${mine}\n`);
    const other = await identityToRecipient(await generateX25519Identity());
    this.recipients = [other, await identityToRecipient(mine)];
  }

  async open(name: string, text: string, more: { identity?: null; path?: string } = {}) {
    this.scratch.write(name, text);
    return Object.fromEntries(
      await openListed(this.scratch.path(name), name, {
        keys: {
          identityFile: more.identity === null ? null : this.identity,
          passphrase: () => Promise.resolve(null),
        },
        env: { PATH: more.path ?? this.scratch.path("no-programs") },
        programs: true,
      }),
    );
  }

  [Symbol.dispose](): void {
    this.scratch[Symbol.dispose]();
  }
}

Deno.test("SOPS: what is encrypted for the identity is opened, in YAML and JSON, without the program", async () => {
  using world = new World();
  await world.begin();
  for (const onlyEncrypted of [false, true]) {
    const file = await sealSops(TREE, world.recipients, { onlyEncrypted });
    for (
      const [name, text] of [
        ["secrets.yaml", stringify(file)],
        ["secrets.json", JSON.stringify(file)],
      ] as const
    ) {
      assert.deepEqual(await world.open(name, text), {
        OPENAI_API_KEY: "made-up-value-one",
        PASSWORD: "made-up-value-two",
        PORT: "5432",
        ON: "true",
      });
    }
  }
});

Deno.test("SOPS: what was changed, left out, added, moved or is of another key is refused", async () => {
  using world = new World();
  await world.begin();
  const plain = await sealSops(TREE, world.recipients);
  const only = await sealSops(TREE, world.recipients, { onlyEncrypted: true });
  const copy = (file: Record<string, unknown>) =>
    parse(stringify(file)) as typeof TREE & typeof file;
  const changes: Readonly<Record<string, (file: ReturnType<typeof copy>) => void>> = {
    "a value replaced": (file) => (file.openai_api_key = file.database.password),
    "a plain text in its place": (file) => (file.openai_api_key = "made-up-value-evil"),
    "a value left out": (file) => void Reflect.deleteProperty(file, "openai_api_key"),
    "a byte changed": (
      file,
    ) => (file.openai_api_key = file.openai_api_key.replace(
      /data:(.)/,
      (_, char) => `data:${char === "A" ? "B" : "A"}`,
    )),
    "entries exchanged": (file) => void file.list.reverse(),
    "the time changed": (file) => {
      const sops = file["sops"] as Record<string, unknown>;
      sops["lastmodified"] = "2026-11-27T08:00:01Z";
    },
    "the tag shortened": (
      file,
    ) => (file.openai_api_key = file.openai_api_key.replace(/tag:[^,]+/, "tag:AAAA")),
  };
  for (const [what, change] of Object.entries(changes)) {
    for (const original of [plain, only]) {
      const file = copy(original);
      change(file);
      await assert.rejects(
        world.open("secrets.yaml", stringify(file)),
        /it was changed without sops/,
        what,
      );
    }
  }
  // Only where all values are part of the hash.
  const file = copy(plain);
  file.about_unencrypted.n = 8;
  await assert.rejects(world.open("secrets.yaml", stringify(file)), /it was changed without sops/);
});

Deno.test("SOPS: what is none, has aliases, or is for another identity is said to be so", async () => {
  using world = new World();
  await world.begin();
  for (const text of ["a: 1\n", "", "- a\n", "{", "sops: 1\n", "sops:\n  mac: 7\n"]) {
    await assert.rejects(world.open("secrets.yaml", text), /it is not a SOPS file/, text);
  }
  const file = await sealSops(TREE, world.recipients.slice(0, 1));
  await assert.rejects(
    world.open("secrets.yaml", stringify(file)),
    /the identity in ".*" cannot decrypt it/,
  );
  const mine = stringify(await sealSops(TREE, world.recipients));
  await assert.rejects(
    world.open("secrets.yaml", mine, { identity: null }),
    /no identity is configured/,
  );
  for (
    const text of [
      `a: &a [x]\nb: [*a, *a]\n${mine}`,
      `${mine}---\nb: 1\n`,
      mine.replace("\n  age:", "\n  kms:"),
    ]
  ) {
    await assert.rejects(world.open("secrets.yaml", text), /the program sops is not installed/);
  }
});

Deno.test({
  name: "SOPS: what only the program opens is opened by it (a stand-in for it here)",
  ignore: !posix,
  fn: async () => {
    using world = new World();
    await world.begin();
    const bin = world.scratch.path("bin");
    mkdirSync(bin);
    writeFileSync(
      join(bin, "sops"),
      `#!/bin/sh\n[ "$1 $2 $3" = "--decrypt --output-type json" ] && echo '{"my_token": "made-up-value-three"}'\n`,
    );
    chmodSync(join(bin, "sops"), 0o755);
    const path = `${bin}:/usr/bin:/bin`;
    const text = "my_token=ENC[x]\nsops_mac=ENC[x]\nsops_version=3.10.2\n";
    assert.deepEqual(await world.open("a.env", text, { path }), {
      MY_TOKEN: "made-up-value-three",
    });
    const other = stringify(await sealSops(TREE, world.recipients.slice(0, 1)));
    assert.deepEqual(await world.open("a.yaml", other, { path }), {
      MY_TOKEN: "made-up-value-three",
    });
    await assert.rejects(world.open("b.yaml", "a: 1\n", { path }), /it is not a SOPS file/);
  },
});
