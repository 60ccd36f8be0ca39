import assert from "node:assert/strict";
import { redact, REDACTED, Redactor } from "../../../src/secrets/redact.ts";

function knowing(...values: readonly string[]): Redactor {
  const redactor = new Redactor();
  for (const value of values) redactor.add(value);
  return redactor;
}

const VALUE = 'p4ss/w+rd "with" spaces';

Deno.test("a known value is taken out in every way programs write it down", () => {
  const redactor = knowing(VALUE);
  const bytes = new TextEncoder().encode(VALUE);
  const forms = [
    VALUE,
    JSON.stringify(VALUE),
    encodeURIComponent(VALUE),
    btoa(VALUE),
    btoa(VALUE).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, ""),
    Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(""),
  ];
  for (const form of forms) {
    const clean = redactor.known(`before ${form} after`);
    assert.ok(clean.includes(REDACTED), form);
    assert.ok(!clean.includes(form.slice(1, -1)), form);
    assert.match(clean, /^before .*after$/);
  }
});

Deno.test("no form that a value is written in is only another one by chance", () => {
  // Its bytes need the two characters by which base64 for addresses differs, and padding.
  const value = "a~~~b?>?>c";
  const base64 = btoa(value);
  const forms = {
    base64,
    bare: base64.replace(/=+$/, ""),
    base64url: base64.replaceAll("+", "-").replaceAll("/", "_"),
    bareBase64url: base64.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, ""),
    url: encodeURIComponent(value),
    hex: Array.from(value, (letter) => letter.charCodeAt(0).toString(16)).join(""),
  };
  assert.equal(new Set(Object.values(forms)).size, Object.keys(forms).length);
  assert.match(base64, /\+/);
  assert.match(base64, /\//);
  const redactor = knowing(value);
  for (const [name, form] of Object.entries(forms)) {
    const clean = redactor.known(`token=${form}&next`);
    assert.ok(clean.includes(REDACTED), name);
    assert.ok(!clean.includes(form.slice(2, -3)), `${name}: ${clean}`);
  }
});

Deno.test("what is no secret stays as it is, and short values are no secrets", () => {
  const redactor = knowing("abc", "12345", "longer-value-1");
  const text = "abc 12345 task-core-024 0123456789abcdef0123456789abcdef01234567";
  assert.equal(redactor.redact(text), text);
  assert.equal(new Redactor().isEmpty, true);
  assert.equal(knowing("abc").isEmpty, true);
  assert.equal(redactor.isEmpty, false);
});

Deno.test("a value inside a longer one does not leave the rest of the longer one", () => {
  assert.equal(
    knowing("secret-a", "secret-a-and-more").known("x secret-a-and-more y"),
    `x ${REDACTED} y`,
  );
});

Deno.test("of a value with several lines each long line is known", () => {
  const redactor = knowing("-----BEGIN X-----\nMIIEowIBAAKCAQEA\n{\n}\n-----END X-----");
  assert.equal(redactor.known("got MIIEowIBAAKCAQEA"), `got ${REDACTED}`);
  assert.equal(redactor.known("{ }"), "{ }");
});

Deno.test("the rest of a secret that a cut went through is taken out at the beginning", () => {
  const redactor = knowing("correct-horse-battery");
  assert.equal(redactor.redactTail("rse-battery\nnext"), `${REDACTED}\nnext`);
  assert.equal(redactor.redactTail("ery next"), "ery next");
  assert.equal(redactor.redactTail("whole correct-horse-battery"), `whole ${REDACTED}`);
});

Deno.test("in a stream a secret is found wherever the pieces are cut", () => {
  const text = "one correct-horse-battery two correct-horse three";
  for (let size = 1; size < text.length; size++) {
    const stream = knowing("correct-horse-battery").stream();
    let shown = "";
    for (let at = 0; at < text.length; at += size) shown += stream.push(text.slice(at, at + size));
    shown += stream.end();
    assert.equal(shown, `one ${REDACTED} two correct-horse three`, `pieces of ${size}`);
  }
});

Deno.test("a stream holds back only what may become a secret", () => {
  const stream = knowing("correct-horse-battery").stream();
  assert.equal(stream.push("a prompt: "), "a prompt: ");
  assert.equal(stream.push("cor"), "");
  assert.equal(stream.push("n"), "corn");
});

const ASSIGNED: readonly (readonly [text: string, clean: string])[] = [
  ["password=hunter2hunter2", `password=${REDACTED}`],
  ['{"api_key": "abcdef123"}', `{"api_key": "${REDACTED}"}`],
  ["OPENAI_API_KEY: abcdef123", `OPENAI_API_KEY: ${REDACTED}`],
  // The program's own messages about a secret are not assignments.
  [
    'Cannot open "secrets/OPENAI_API_KEY": already encrypted',
    'Cannot open "secrets/OPENAI_API_KEY": already encrypted',
  ],
  ["the password is wrong", "the password is wrong"],
];

for (const [text, clean] of ASSIGNED) {
  Deno.test(`an assignment, or none: ${text}`, () => assert.equal(redact(text), clean));
}
