import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OrchestratorError } from "../../../src/errors.ts";
import { readOpensslSecrets } from "../../../src/secrets/openssl_file.ts";
import { readSopsSecrets, secretsOf } from "../../../src/secrets/sops_file.ts";

const noOpenssl = spawnSync("openssl", ["version"]).error !== undefined;
if (noOpenssl) console.log("skipped: openssl is not installed, so nothing is tried against it");

const SECRETS = `OPENAI_API_KEY: sk-made-up-1234
NUMBER: 0123
QUOTED: "a: b"
"bad name": x
EMPTY: ""
`;

/** As the old tool did it: the password is the first line of stdin. */
function seal(text: string, password: string): Uint8Array {
  return new Uint8Array(
    execFileSync(
      "openssl",
      ["enc", "-aes-256-cbc", "-pbkdf2", "-salt", "-pass", `pass:${password}`],
      { input: text },
    ),
  );
}

const code = (expected: string) => (error: unknown) =>
  error instanceof OrchestratorError && error.code === expected;

Deno.test({
  name: "what openssl enc has written opens, values as they are written",
  ignore: noOpenssl,
  fn: async () => {
    const found = await readOpensslSecrets(
      seal(SECRETS, "pässwörd 1"),
      "pässwörd 1",
      ".secrets.enc",
    );
    assert.deepEqual(Object.fromEntries(found), {
      OPENAI_API_KEY: "sk-made-up-1234",
      NUMBER: "0123",
      QUOTED: "a: b",
    });
  },
});

Deno.test({
  name: "a wrong password is said to be one, also where the padding fits by chance",
  ignore: noOpenssl,
  fn: async () => {
    const wrong = code("password_wrong");
    const bytes = seal(SECRETS, "right");
    for (let index = 0; index < 20; index++) {
      await assert.rejects(readOpensslSecrets(bytes, `wrong${index}`, ".secrets.enc"), wrong);
    }
    // What such a chance leaves behind: no text, no YAML, no map.
    for (const rubbish of ["\u0001: [", "just words", "- a list"]) {
      await assert.rejects(readOpensslSecrets(seal(rubbish, "x"), "x", ".secrets.enc"), wrong);
    }
  },
});

Deno.test("what is no such file, or is cut off, is said to be so", async () => {
  const text = new TextEncoder().encode("OPENAI_API_KEY: x\n".repeat(4));
  await assert.rejects(
    readOpensslSecrets(text, "x", ".secrets.enc"),
    /not a file written by openssl enc/,
  );
  const cut = new TextEncoder().encode("Salted__12345678abc");
  await assert.rejects(readOpensslSecrets(cut, "x", ".secrets.enc"), /it is incomplete/);
});

Deno.test("names in a SOPS file: any case, at the top or deeper, providers by short names", () => {
  const found = secretsOf({
    sops: { mac: "x", age: [{ enc: "y" }] },
    openai_api_key: "top",
    workflow_orchestrator: { api_keys: { openai: "deeper", gemini: "g", grok: "x" } },
    a: { b: { c: { d: { deep: "5", e: { too_deep: "6" } } } } },
    grok_api_key: "old name",
    list: ["no"],
    number: 7,
  });
  assert.deepEqual(Object.fromEntries(found), {
    OPENAI_API_KEY: "top",
    GEMINI_API_KEY: "g",
    GROK: "x",
    GROK_API_KEY: "old name",
    XAI_API_KEY: "old name",
    DEEP: "5",
  });
});

// The real sops cannot run everywhere: a program of its name stands in for it here.
Deno.test({
  name: "SOPS files are opened by the sops program; what it says of a failure is passed on",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const folder = mkdtempSync(join(tmpdir(), "sops-test-"));
    try {
      const file = join(folder, "secrets.enc.yaml");
      writeFileSync(file, "openai_api_key: ENC[...]\n");
      const program = join(folder, "sops");
      writeFileSync(
        program,
        '#!/bin/sh\n[ -n "$SOPS_AGE_KEY" ] || { echo "no key" >&2; exit 128; }\n' +
          'printf \'{"openai_api_key":"%s %s %s %s"}\' "$1" "$2" "$3" "$(basename "$4")"\n',
      );
      chmodSync(program, 0o755);
      const env = { PATH: `${folder}:${Deno.env.get("PATH")}` };
      const found = await readSopsSecrets(file, "secrets.enc.yaml", { ...env, SOPS_AGE_KEY: "x" });
      assert.equal(
        found.get("OPENAI_API_KEY"),
        "--decrypt --output-type json secrets.enc.yaml",
      );
      await assert.rejects(readSopsSecrets(file, "s.yaml", env), /sops failed \(no key\)/);
      await assert.rejects(
        readSopsSecrets(file, "s.yaml", { PATH: folder.replace(/sops-test/, "none") }),
        code("secret_locked"),
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
});
