import assert from "node:assert/strict";
import type { EvidenceSchemaName } from "../../../src/workflow/definition.ts";
import { anyEvidence } from "../../../src/workflow/audit/stand_in.ts";
import {
  exampleEvidence,
  filesNamedBy,
  plainEvidence,
  validateEvidence,
} from "../../../src/workflow/evidence.ts";
import {
  ANY_EVIDENCE_EXAMPLE,
  EVIDENCE_EXAMPLES,
} from "../../../src/workflow/evidence_examples.ts";

const NAMES = Object.keys(EVIDENCE_EXAMPLES) as EvidenceSchemaName[];

/** The fields that must be there, per schema: the workflow format's. */
const DEMANDED: Readonly<Record<EvidenceSchemaName, readonly string[]>> = {
  CodeAnalysisEvidence: ["files_reviewed", "patterns_identified", "approach_decision"],
  EdgeCaseEvidence: ["cases_considered", "how_handled"],
  SpecReviewEvidence: ["requirements_extracted"],
  TestPlanEvidence: ["test_cases_planned", "coverage_approach"],
};

function exampleOf(name: EvidenceSchemaName): Record<string, unknown> {
  return JSON.parse(exampleEvidence(name));
}

Deno.test("every schema's example is valid", () => {
  for (const name of NAMES) assert.deepEqual(validateEvidence(name, exampleOf(name)), [], name);
  assert.equal(exampleEvidence(undefined), ANY_EVIDENCE_EXAMPLE);
});

/** The problem of evidence for any item. */
function problemOf(value: unknown): string | undefined {
  const plain = plainEvidence(value, 1000);
  return "problem" in plain ? plain.problem : undefined;
}

Deno.test("an example, or a part of one, is no evidence; with a word of one's own it is", () => {
  const examples = [undefined, ...NAMES].map((name) => JSON.parse(exampleEvidence(name)));
  for (const example of examples) {
    const fields = Object.entries(example);
    const parts = [
      example,
      Object.fromEntries([...fields].reverse()),
      ...fields.map(([name, value]) => ({ [name]: value })),
      ...fields.map(([name, value]) => ({
        [name]: typeof value === "string" ? ` ${value} ` : value,
      })),
    ].filter((part) => problemOf(part) !== "it is empty");
    for (const part of parts) {
      assert.match(problemOf(part) ?? "", /an example/, JSON.stringify(part));
    }
    assert.ok("evidence" in plainEvidence(example, 1000, true), "as before there was this rule");
    for (const [name, value] of fields) {
      const own = typeof value === "string"
        ? `${value}!`
        : [...Object.values(value as object), "x"];
      assert.equal(problemOf({ ...example, [name]: own }), undefined);
    }
    assert.equal(problemOf({ ...example, more: "what we did" }), undefined);
  }
  assert.equal(problemOf({ files: ["src/login.ts"] }), undefined, "the place is another one");
  for (const name of NAMES) {
    const any = anyEvidence(name);
    assert.deepEqual([problemOf(any), validateEvidence(name, any)], [undefined, []]);
  }
  assert.equal(problemOf(anyEvidence(undefined)), undefined);
});

/** They say nothing, whatever their length. */
const NOTHING = [
  "\u200b".repeat(30),
  "\u2800 \u3164 \u115f".repeat(10),
  "\u00ad\u2060\ufe0f\u{e0061}".repeat(10),
  "\u0007\u0001".repeat(20),
  ".".repeat(30),
  "-- ... !! ?? -- ... !! ?? --",
  "…—–·•*#_/\\|()[]{}".repeat(3),
];

Deno.test("what cannot be seen, and punctuation alone, is no evidence", () => {
  for (const text of NOTHING) {
    const about = JSON.stringify(text);
    assert.equal(problemOf(text), "it is empty", about);
    assert.equal(problemOf({ a: [text], b: { c: text } }), "it is empty", about);
    assert.equal(problemOf({ a: [text], b: 1 }), undefined, about);
    const code = exampleOf("CodeAnalysisEvidence");
    for (const fields of [{ files_reviewed: [text] }, { approach_decision: text }]) {
      const problems = validateEvidence("CodeAnalysisEvidence", { ...code, ...fields });
      assert.equal(problems.length, 1, about);
      const before = validateEvidence("CodeAnalysisEvidence", { ...code, ...fields }, true);
      // Where such a text is long enough, programs took it until now.
      if (text.trim().length >= 20) assert.deepEqual(before, [], about);
    }
  }
  const padded = `short${"\u200b".repeat(30)}${".".repeat(30)}`;
  assert.equal(
    validateEvidence("CodeAnalysisEvidence", {
      ...exampleOf("CodeAnalysisEvidence"),
      approach_decision: padded,
    })[0],
    '"approach_decision" must have at least 20 characters, not 6',
  );
  for (const text of ["做", "é", "7", "👍 fine", "א", "x"]) {
    assert.equal(problemOf(text), undefined);
  }
});

Deno.test("the files that evidence names are those of its schema", () => {
  const named = { files_reviewed: ["a", "b"] };
  assert.deepEqual(filesNamedBy("CodeAnalysisEvidence", named), ["a", "b"]);
  assert.equal(filesNamedBy("TestPlanEvidence", named), undefined);
  assert.equal(filesNamedBy(undefined, named), undefined);
  for (const odd of ["a", [], { files_reviewed: "a" }, { files_reviewed: [1] }, null, {}]) {
    assert.equal(filesNamedBy("CodeAnalysisEvidence", odd), undefined);
  }
});

Deno.test("each demanded field is missed, the others are not", () => {
  for (const name of NAMES) {
    for (const field of Object.keys(exampleOf(name))) {
      const { [field]: _left, ...rest } = exampleOf(name);
      const expected = DEMANDED[name].includes(field) ? [`"${field}" is missing`] : [];
      assert.deepEqual(validateEvidence(name, rest), expected, `${name}.${field}`);
      assert.deepEqual(validateEvidence(name, { ...rest, [field]: null }), expected);
    }
  }
});

Deno.test("every field is held to its type", () => {
  for (const name of NAMES) {
    for (const [field, value] of Object.entries(exampleOf(name))) {
      const wrong = [
        7,
        false,
        [1],
        [""],
        ["  "],
        { a: 1 },
        typeof value === "string" ? ["x"] : "x",
      ];
      for (const bad of wrong) {
        const problems = validateEvidence(name, { ...exampleOf(name), [field]: bad });
        assert.equal(problems.length, 1, `${name}.${field} = ${JSON.stringify(bad)}`);
        assert.match(problems[0] ?? "", new RegExp(`^"${field}" must`));
      }
    }
  }
});

Deno.test("least lengths are those of the format", () => {
  const { files_reviewed: _, ...code } = exampleOf("CodeAnalysisEvidence");
  const analysis = (fields: object) =>
    validateEvidence("CodeAnalysisEvidence", { ...code, files_reviewed: ["a"], ...fields });
  assert.equal(analysis({ approach_decision: "x".repeat(19) }).length, 1);
  assert.equal(analysis({ approach_decision: `${"x".repeat(19)}   ` }).length, 1);
  assert.equal(analysis({ approach_decision: "x".repeat(20) }).length, 0);
  assert.equal(analysis({ files_reviewed: [] }).length, 1);
  assert.equal(analysis({ patterns_identified: [] }).length, 0);
  const plan = (fields: object) =>
    validateEvidence("TestPlanEvidence", { ...exampleOf("TestPlanEvidence"), ...fields });
  assert.equal(plan({ coverage_approach: "x".repeat(9) }).length, 1);
  assert.equal(plan({ coverage_approach: "x".repeat(10) }).length, 0);
  assert.equal(plan({ test_cases_planned: [] }).length, 1);
});

Deno.test("fields a schema does not know are welcome; what is no object is not", () => {
  for (const name of NAMES) {
    assert.deepEqual(validateEvidence(name, { ...exampleOf(name), extra: [1, { x: null }] }), []);
    for (const value of [[], "text", 3, null, undefined]) {
      assert.deepEqual(validateEvidence(name, value), [`${name} must be an object`]);
    }
  }
});

Deno.test("plain evidence is what JSON keeps of it", () => {
  const plain = plainEvidence({ a: 1, b: undefined, c: new Date(0) }, 1000);
  assert.deepEqual(plain, { evidence: { a: 1, c: "1970-01-01T00:00:00.000Z" } });
  const proto = plainEvidence(JSON.parse('{"__proto__": ["x"]}'), 1000);
  assert.ok("evidence" in proto);
  assert.equal(JSON.stringify(proto.evidence), '{"__proto__":["x"]}');
  assert.deepEqual(plainEvidence("12345678", 10), { evidence: "12345678" });
  assert.ok("problem" in plainEvidence("123456789", 10));
});
