import assert from "node:assert/strict";
import { decide } from "../../../src/workflow/decide.ts";
import {
  isStockPhrase,
  skipRule,
  STOCK_PHRASES,
  substance,
} from "../../../src/workflow/skip_rules.ts";
import {
  CHECKED,
  item,
  LONG_REASON,
  PERSON,
  phase,
  Session,
  skip,
  workflow,
} from "./session_builder.ts";

const documented = item("x", { step_type: "documented" });
const gate = item("x", { step_type: "gate" });

function sessionOf(only: ReturnType<typeof item>): Session {
  return new Session(workflow([phase("A", [only])]));
}

Deno.test("a flexible item takes a reason of ten characters", () => {
  assert.equal(sessionOf(item("x")).refusal(skip("x", "123456789")).code, "too_short");
  assert.equal(
    sessionOf(item("x")).refusal(skip("x", `   ${"a b".repeat(2)}      `)).code,
    "too_short",
  );
  sessionOf(item("x")).do(skip("x", "1234567890"));
});

Deno.test("what cannot be seen, is repeated or stands alone adds nothing to a reason", () => {
  const padding = ["\u200b".repeat(60), "\u2800".repeat(60), ".".repeat(60), " \u2060 ".repeat(30)];
  for (const pad of padding) {
    for (const reason of [pad, `short${pad}`, `${pad}short`]) {
      for (const only of [item("x"), documented, gate]) {
        const refusal = sessionOf(only).refusal(skip("x", reason, true));
        // Nothing but padding is a phrase that explains nothing, too.
        const phrase = reason === pad && only.step_type !== "flexible";
        assert.equal(
          refusal.code,
          phrase ? "invalid_argument" : "too_short",
          JSON.stringify(reason),
        );
      }
    }
    sessionOf(item("x")).do(skip("x", `1234567890${pad}`));
  }
  // Lines of programs that counted otherwise are judged as those did.
  const { state } = sessionOf(item("x"));
  const odd = skip("x", "\u200b".repeat(20));
  assert.ok(decide(state, odd, { actor: PERSON }).error !== undefined);
  assert.equal(decide(state, odd, { actor: PERSON, asBefore: true }).error, undefined);
});

Deno.test("a reason has an upper limit and holds no NUL", () => {
  assert.equal(sessionOf(item("x")).refusal(skip("x", "r".repeat(2001))).code, "too_long");
  sessionOf(item("x")).do(skip("x", "r".repeat(2000)));
  assert.equal(
    sessionOf(item("x")).refusal(skip("x", "a long\0enough reason")).code,
    "invalid_argument",
  );
});

Deno.test("documented items and gates take a weighty reason", () => {
  const fifty = "Every one of these words is a different one, right";
  assert.equal(fifty.length, 50);
  for (const only of [documented, gate]) {
    sessionOf(only).do(skip("x", fifty, true));
    for (
      const [reason, code] of [
        [fifty.slice(1), "too_short"],
        [`${fifty.slice(1)}           `, "too_short"],
        ["", "too_short"],
        ["a".repeat(80), "too_short"],
        [`No.${".".repeat(80)}`, "too_short"],
        ["boring ".repeat(12), "too_short"],
        ["because ".repeat(12), "invalid_argument"],
        ["The tests are flaky today. ".repeat(4), "too_short"],
        ["Not needed. ".repeat(6), "invalid_argument"],
        [STOCK_PHRASES.join(", "), "invalid_argument"],
        ["It is not needed, and it is not applicable, right now!", "invalid_argument"],
        [`n/a ${"-".repeat(60)} N/A`, "invalid_argument"],
      ] as const
    ) {
      const refusal = sessionOf(only).refusal(skip("x", reason, true));
      assert.equal(refusal.code, code, `${only.step_type}: ${reason}`);
      assert.equal(refusal.exitCode, 2);
    }
  }
});

Deno.test("a reason that uses a stock phrase and explains itself counts", () => {
  const reason = "Not needed: this change only renames a heading in the documentation";
  assert.equal(isStockPhrase(reason), false);
  sessionOf(documented).do(skip("x", reason));
});

Deno.test("stock phrases are met in any case and punctuation", () => {
  for (const phrase of STOCK_PHRASES) {
    assert.ok(isStockPhrase(phrase), phrase);
    assert.ok(isStockPhrase(`  ${phrase.toUpperCase()}!!! ${phrase}…`), phrase);
  }
  assert.equal(isStockPhrase("notneeded"), false);
});

Deno.test("substance drops repetitions and keeps ordinary text whole", () => {
  assert.equal(substance(LONG_REASON), LONG_REASON);
  assert.equal(substance("a  b\n\tc"), "a b c");
  assert.equal(substance("xxxxxxxxxx"), "x");
  assert.equal(substance("Mississippi bookkeeper 1.00"), "Mississippi bookkeeper 1.00");
  assert.ok(substance("nothing to do here; ".repeat(20)).length < 25);
});

Deno.test("substance answers at once, whatever the text", () => {
  let seed = 1;
  const random = () => (seed = (seed * 48271) % 2147483647);
  const hostile = [
    Array.from({ length: 2000 }, () => ".,;:!?-"[random() % 7]).join(""),
    Array.from({ length: 2000 }, () => "ab"[random() % 2]).join(""),
    `${"a".repeat(999)}b${"a".repeat(1000)}`,
  ];
  const begin = performance.now();
  hostile.forEach(substance);
  assert.ok(performance.now() - begin < 1000);
});

Deno.test("force has no power except on gates", () => {
  const required = item("x", { step_type: "required" });
  const forced = sessionOf(required).refusal(skip("x", LONG_REASON, true));
  assert.equal(forced.code, "item_blocked");
  assert.match(forced.message, /required step/);
  assert.equal(sessionOf(documented).refusal(skip("x", "ten chars..", true)).code, "too_short");

  const plain = sessionOf(item("x")).do(skip("x", LONG_REASON, true));
  assert.ok(!("forced" in plain.item("A", "x")));
  assert.deepEqual(plain.state.bypasses, []);

  const refusal = sessionOf(gate).refusal(skip("x", LONG_REASON));
  assert.equal(refusal.code, "item_blocked");
  assert.doesNotMatch(`${refusal.message} ${refusal.hint}`, /--force|skip x/);
});

Deno.test("what is not skippable is never skipped", () => {
  for (const step_type of ["flexible", "documented", "required", "gate"] as const) {
    const refusal = sessionOf(item("x", { step_type, skippable: false }))
      .refusal(skip("x", LONG_REASON, true));
    assert.equal(refusal.code, "item_blocked", step_type);
  }
});

Deno.test("a manual gate with conditions for a skip can be skipped", () => {
  const fields = { verification: CHECKED.manual_gate, skip_conditions: ["no_ui"] };
  sessionOf(item("x", fields)).do(skip("x", "there is no UI"));
  assert.deepEqual(skipRule(item("x", fields)), { kind: "reason", weighty: false });
});

Deno.test("the old tool's mark on every gate does not bind imported sessions", () => {
  const marked = item("x", { step_type: "gate", skippable: false });
  assert.equal(skipRule(marked).kind, "never");
  assert.deepEqual(skipRule(marked, true), { kind: "force" });
  assert.equal(skipRule(item("x", { skippable: false }), true).kind, "never");
});

Deno.test("a forced skip of a gate is marked and listed", () => {
  const session = sessionOf(gate).do(skip("x", `  ${LONG_REASON}  `, true));
  const { forced, skipReason } = session.item("A", "x");
  assert.deepEqual([forced, skipReason], [true, LONG_REASON]);
  const [bypass] = session.state.bypasses;
  assert.deepEqual(bypass, {
    kind: "forced",
    phase: "A",
    item: "x",
    count: 1,
    seq: 2,
    time: session.journal[1]?.time,
    by: PERSON,
    reason: LONG_REASON,
  });
});

Deno.test("the last item that can be a required review is not skipped", () => {
  const reviews = { required_reviews: ["security"] };
  const session = new Session(workflow([
    phase("A", ["security_review", "other"], reviews),
    phase("B", ["security"]),
  ]));
  session.do(skip("security_review", "B has one more")).do(skip("other", "not for today"));
  session.do({ kind: "advance" });
  const refusal = session.refusal(skip("security", LONG_REASON, true));
  assert.equal(refusal.code, "item_blocked");
  assert.match(refusal.message, /cannot finish without the review "security"/);
  session.complete("security").do({ kind: "finish" });
});

Deno.test("a review that was skipped is no chance any more, nor is one that has gone by", () => {
  const reviews = { required_reviews: ["security"] };
  const session = new Session(workflow([phase("A", ["security", "security_review"], reviews)]));
  session.do(skip("security", "done by the other item"));
  assert.equal(session.refusal(skip("security_review", LONG_REASON)).code, "item_blocked");
});
