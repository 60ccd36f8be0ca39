/** What looks like a secret is taken out, what does not stays, and it never takes long. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { MOST } from "../../../scripts/secret_rules.ts";
import { redact, REDACTED, Redactor } from "../../../src/secrets/redact.ts";
import { allShapes } from "../../../src/secrets/shapes.ts";

/** A made-up value that looks like one that a machine has made. */
const VALUE = "Zm9vYmFy0123456789abcdEFGH";

/** Text in which `VALUE` is a secret: nothing of it may stay. */
const SECRET: readonly string[] = [
  `git clone https://${VALUE}@github.com/o/r`,
  `https://user:${VALUE}@host/x`,
  `https://user:pa/${VALUE}@host/x`,
  `postgres://app:${VALUE}@db:5432/app`,
  `redis://:${VALUE}@cache:6379`,
  `ssh://git:${VALUE}@host/x`,
  `Authorization: Basic ${VALUE}==`,
  `authorization: basic ${VALUE}`,
  `AUTHORIZATION:Bearer ${VALUE}`,
  `{"Authorization": "Bearer ${VALUE}"}`,
  `Proxy-Authorization: Digest ${VALUE}`,
  `Authorization: ${VALUE}`,
  `curl -H 'authorization: token ${VALUE}'`,
  `sent bearer ${VALUE}`,
  `sent Bearer ${VALUE}`,
  `SECRET=${VALUE}`,
  `MY_SECRET_THING=${VALUE}`,
  `GITHUBTOKEN=${VALUE}`,
  `DB_PASS=${VALUE}`,
  `DBPASS: ${VALUE}`,
  `export DEPLOY_TOKEN_2='${VALUE}'`,
  `deployToken = "${VALUE}"`,
  `{"client_secret":"${VALUE}"}`,
  `X-Api-Key: ${VALUE}`,
  `x-vault-token: ${VALUE}`,
  `https://host/hook?token=${VALUE}&x=1`,
  `https://host/hook?x=1&access_token=${VALUE}`,
  `npm publish --token ${VALUE}`,
  `login --password=${VALUE}`,
  `//registry.npmjs.org/:_authToken=${VALUE}`,
  `_password=${VALUE}`,
  `ya29.${VALUE}`,
  `SG.${VALUE}.${VALUE}`,
  `dckr_pat_${VALUE}`,
  `ghp_${VALUE}0123456789`,
  `/tmp/clone-ghp_${VALUE}0123456789.git`,
  `sk-ant-api03-${VALUE}`,
  `sk_live_${VALUE}`,
  `hvs.${VALUE}`,
  `https://hooks.slack.com/services/T00000000/B00000000/${VALUE}`,
  `"a line\\nghp_${VALUE}0123456789\\n"`,
  `-----BEGIN RSA PRIVATE KEY-----\n${VALUE}\n-----END RSA PRIVATE KEY-----`,
  `-----BEGIN OPENSSH PRIVATE KEY-----\n${VALUE}`,
];
for (const text of SECRET) {
  Deno.test(`redact: a secret goes: ${text.replace(VALUE, "VALUE").slice(0, 60)}`, () => {
    const clean = redact(`before ${text} after`);
    assert.ok(!clean.includes(VALUE.slice(0, 8)), clean);
    assert.ok(!clean.includes(VALUE.slice(-8)), clean);
    assert.ok(clean.includes(REDACTED), clean);
    assert.ok(clean.startsWith("before "), clean);
  });
}

/** Text that stays as it is. */
const PLAIN: readonly string[] = [
  "git@github.com:owner/repository.git",
  "ssh://git@host.example/owner/repository.git",
  "postgres://postgres@localhost/app",
  "http://localhost:8080/path/user@example.com",
  "mail anna@example.com about it",
  "commit 0123456789abcdef0123456789abcdef01234567",
  "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
  "session r2byf6q6f4tah of orchestrator-state-3louiphdpmzbcq2mner26zi6se",
  "550e8400-e29b-41d4-a716-446655440000",
  "task-core-024-with-a-long-name-of-many-words",
  "the-sk-thing-with-a-long-name-of-many-words",
  "the bearer of good news is not-a-token-at-all",
  "MAX_TOKENS=128000",
  "TOKENIZERS_PARALLELISM=disabled",
  "token: a word that says who you are",
  "tokens: 1500 of them",
  "pass: yes, compass: north-east, bypass: by-anna",
  "PASSWORD_FILE=/run/secrets/password",
  "authorization is needed",
  'Cannot open "secrets/OPENAI_API_KEY": already encrypted',
  "--passphrase decides, --token-file tells",
  "see https://example.com/docs/secrets#token",
  "state_remote: git@github.com:team/private.git",
];
for (const text of PLAIN) {
  Deno.test(`redact: stays: ${text.slice(0, 60)}`, () => assert.equal(redact(text), text));
}

/** A source without what it only looks at. */
function withoutLooks(source: string): string {
  return source.replace(/^\(\?:\(\?<.*?\)\|\(\?<.*?\)\)/, "").replace(/\(\?!.*?\)/, "");
}

for (const [id, prefixes, source] of allShapes()) {
  Deno.test(`redact: every key of the rule ${id} goes, and begins as the rule says`, () => {
    const keys = fc.sample(
      fc.stringMatching(new RegExp(`^(?:${withoutLooks(source)})$`)),
      {
        numRuns: 20,
        seed: 1,
      },
    );
    for (const key of keys) {
      assert.ok(prefixes.some((prefix) => key.toLowerCase().startsWith(prefix)), key);
      assert.equal(redact(`x ${key} y`), `x ${REDACTED} y`, key);
      assert.equal(redact(`x="${key}"`), `x="${REDACTED}"`, key);
    }
  });
}

/** One repetition in a pattern: the most times it happens. */
interface Repetition {
  readonly source: string;
  readonly most: number;
}

/**
 * The most characters that a pattern can look at from one place, counted in its source: each repetition
 * multiplies what it repeats.
 */
function reach(source: string): { readonly most: number; readonly open: readonly string[] } {
  const open: string[] = [];
  const stack: number[] = [0];
  const token =
    /\\.|\[(?:\\.|[^\]])*\]|\((?:\?(?:[:=!]|<[=!]))?|\)|\{\d+(?:,\d*)?\}\??|[*+?]\??|./gs;
  let last = 0;
  for (const [part] of source.matchAll(token)) {
    if (part.startsWith("(")) {
      stack.push(0);
      last = 0;
    } else if (part === ")") {
      last = stack.pop() ?? 0;
      stack[stack.length - 1] = (stack.at(-1) ?? 0) + last;
    } else if (/^[*+]/.test(part) || /^\{\d+,\}/.test(part)) {
      open.push(part);
    } else if (part.startsWith("{")) {
      const most = Number(/(\d+)\}/.exec(part)?.[1]);
      stack[stack.length - 1] = (stack.at(-1) ?? 0) + last * (most - 1);
      last *= most;
    } else if (!/^[?|^$]/.test(part)) {
      last = 1;
      stack[stack.length - 1] = (stack.at(-1) ?? 0) + 1;
    }
  }
  return { most: stack[0] ?? 0, open };
}

Deno.test("redact: no pattern is open-ended, so the work grows with the text and not faster", () => {
  const sources = allShapes().map(([id, , source]) => [id, source] as const);
  // The literals of the other patterns, as they are written.
  for (const file of ["patterns", "shapes"]) {
    const path = new URL(`../../../src/secrets/${file}.ts`, import.meta.url);
    const text = readFileSync(path, "utf8");
    const literals = [...text.matchAll(/^(?:const \w+ =)?\s*(\/(?![/*]).*\/)[gimsuy]*;$/gm)];
    assert.ok(literals.length >= (file === "shapes" ? 1 : 6), `${file}: ${literals.length}`);
    for (const [, literal = ""] of literals) sources.push([file, literal.slice(1, -1)]);
  }
  for (const [id, source] of sources) {
    const { most, open } = reach(source);
    // A pattern of a whole value is only asked about values, which are bounded themselves.
    const ofValue = source.startsWith("^") || source.endsWith("$");
    if (!ofValue) assert.deepEqual(open, [], `${id}: ${source}`);
    assert.ok(most <= 12_100, `${id} looks at ${most} characters: ${source}`);
  }
  assert.ok(MOST <= 1000);
});

/** How much longer a text may take than one that is `factor` times shorter: counted, not timed. */
Deno.test("redact: what is found does not depend on how much stands around it", () => {
  for (
    const filler of [
      "a",
      "-",
      "=",
      "a:",
      "x=",
      "://",
      "ghp_",
      "eyJ",
      "a.",
      "Bearer ",
      "token=",
      "@",
    ]
  ) {
    const long = filler.repeat(Math.ceil(20_000 / filler.length));
    const clean = redact(`${long} ghp_${VALUE}0123456789 ${long}`);
    assert.ok(!clean.includes(VALUE), filler);
  }
});

Deno.test("a known value is found within base64, wherever it begins in what is encoded", () => {
  const secret = "correct-horse-battery?>staple";
  const redactor = new Redactor();
  redactor.add(secret);
  for (const before of ["", "u", "us", "user", "user:"]) {
    for (const after of ["", "!", "!!", ":more"]) {
      const bytes = new TextEncoder().encode(before + secret + after);
      const base64 = btoa(String.fromCharCode(...bytes));
      const url = base64.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
      for (const text of [base64, url]) {
        const clean = redactor.known(`x ${text} y`);
        assert.ok(clean.includes(REDACTED), `${before}|${after}: ${clean}`);
        // At most the characters that the surroundings decide stay.
        const rest = clean.replace(REDACTED, "").length - "x  y".length;
        assert.ok(rest <= 16, `${before}|${after}: ${clean}`);
      }
    }
  }
});

Deno.test("the form of base64 for addresses is known, not only the other", () => {
  const secret = "??>>~~??>>~~??>>";
  const redactor = new Redactor();
  redactor.add(secret);
  const url = btoa(secret).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  assert.match(url, /[-_]/);
  assert.equal(redactor.known(url).replace(REDACTED, "").length < 4, true);
});

Deno.test("property: a stream holds back exactly what may become a secret", () => {
  const letters = fc.string({ unit: fc.constantFrom("a", "b"), minLength: 6, maxLength: 12 });
  fc.assert(
    fc.property(letters, fc.array(letters, { maxLength: 6 }), (secret, pieces) => {
      const redactor = new Redactor();
      redactor.add(secret);
      const stream = redactor.stream();
      let given = "";
      let shown = "";
      for (const piece of pieces) {
        given += piece;
        shown += stream.push(piece);
        assert.ok(!shown.includes(secret));
        const held = redactor.known(given).length - shown.length;
        assert.ok(held < Math.max(secret.length * 2, 1), `${held} held of ${given}`);
      }
      shown += stream.end();
      assert.ok(!shown.includes(secret));
    }),
    { seed: 1 },
  );
});

Deno.test("property: the rest of a secret at a cut goes, found as by trying every length", () => {
  const letters = fc.string({ unit: fc.constantFrom("a", "b"), minLength: 6, maxLength: 10 });
  fc.assert(
    fc.property(letters, letters, (secret, text) => {
      const redactor = new Redactor();
      redactor.add(secret);
      let longest = 0;
      for (let length = 4; length < secret.length; length++) {
        if (text.startsWith(secret.slice(-length))) longest = length;
      }
      const expected = longest === 0 ? text : REDACTED + text.slice(longest);
      assert.equal(redactor.redactTail(text), redactor.redact(expected));
    }),
    { seed: 1 },
  );
});
