import assert from "node:assert/strict";
import { placeholder } from "../../../src/secrets/fingerprint.ts";
import { learnVariables, secretVariables } from "../../../src/secrets/known.ts";
import {
  isSecretName,
  isSecretVariable,
  isUsedByPrograms,
  requireOwnName,
} from "../../../src/secrets/name.ts";
import { Redactor } from "../../../src/secrets/redact.ts";

Deno.test("a name is a variable's, and a file's on every system", () => {
  for (const name of ["OPENAI_API_KEY", "_x", "a1"]) assert.ok(isSecretName(name), name);
  for (const name of ["", "1A", "a-b", "a.age", "../x", "a/b", "NUL", "com1", "x".repeat(129)]) {
    assert.ok(!isSecretName(name), name);
  }
});

Deno.test("variables that hold secrets are told by their names", () => {
  const secret = [
    "OPENAI_API_KEY",
    "GITHUB_TOKEN",
    "MODAL_TOKEN_SECRET",
    "SECRETS_PASSWORD",
    "AWS_SECRET_ACCESS_KEY",
    "SOPS_AGE_KEY",
    "DB_PASSWORD",
    "ORCHESTRATOR_SNAPSHOT_PASSWORD",
    "SUPABASE_SERVICE_KEY".replace("SERVICE_KEY", "ACCESS_KEY"),
    "NPM_TOKEN",
  ];
  const other = [
    "PATH",
    "PWD",
    "OLDPWD",
    "SSH_AUTH_SOCK",
    "SOPS_AGE_KEY_FILE",
    "TOKEN_URL",
    "KEYBOARD",
    "AUTHOR",
    "GIT_AUTHOR_NAME",
    "MAX_TOKENS",
    "TERM",
  ];
  for (const name of secret) assert.ok(isSecretVariable(name), name);
  for (const name of other) assert.ok(!isSecretVariable(name), name);
});

Deno.test("what opens other secrets is learnt, and not handed on", () => {
  const env = {
    SECRETS_PASSWORD: "correct-horse-1",
    GITHUB_TOKEN: "ghp-made-up-1",
    DB_PASSWORD: "postgres",
  };
  assert.deepEqual(secretVariables(env), ["DB_PASSWORD", "GITHUB_TOKEN"]);
  const redactor = new Redactor();
  learnVariables(redactor, env);
  assert.ok(!redactor.known("correct-horse-1 ghp-made-up-1").includes("-1"));
  // A word that any text may have is left alone.
  assert.equal(redactor.known("we use postgres"), "we use postgres");
});

Deno.test("placeholders", () => {
  for (
    const value of [
      "changeme",
      "<your key>",
      "your-api-key",
      "xxxxxxxx",
      "TODO",
      "${KEY}",
      "sk-your_api_key_here",
    ]
  ) {
    assert.ok(placeholder(value), value);
  }
  for (const value of ["sk-proj-8fj38fj3", "correct horse battery staple", "k9!kd#"]) {
    assert.ok(!placeholder(value), value);
  }
});

Deno.test("a secret has no name that programs use for something else", () => {
  for (const name of ["PATH", "Path", "HOME", "LD_PRELOAD", "NODE_OPTIONS", "BUN_OPTIONS", "IFS"]) {
    assert.ok(isUsedByPrograms(name), name);
    assert.throws(() => requireOwnName(name, "set"), { code: "invalid_argument" }, name);
  }
  for (
    const name of [
      "OPENAI_API_KEY",
      "GITHUB_TOKEN",
      "GIT_TOKEN",
      "PATH_KEY",
      "MY_HOME",
      "SSH_KEY",
      "CI_KEY",
    ]
  ) {
    assert.equal(requireOwnName(name, "set"), name);
  }
});

Deno.test("variables of the configuration that name a place hold no secret", () => {
  for (const name of ["IDENTITY", "REPO", "FILES", "ORDER", "RECIPIENTS"]) {
    assert.ok(!isSecretVariable(`ORCHESTRATOR_SECRETS_${name}`), name);
  }
  for (const name of ["ORCHESTRATOR_SECRETS_PASSPHRASE", "AGE_SECRET_IDENTITY", "DEPLOY_TOKEN"]) {
    assert.ok(isSecretVariable(name), name);
  }
});
