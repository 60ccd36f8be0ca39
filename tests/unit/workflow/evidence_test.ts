import assert from "node:assert/strict";
import type { EvidenceSchemaName } from "../../../src/workflow/definition.ts";
import {
  exampleEvidence,
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
  assert.ok("evidence" in plainEvidence(JSON.parse(ANY_EVIDENCE_EXAMPLE), 1000));
  assert.equal(exampleEvidence(undefined), ANY_EVIDENCE_EXAMPLE);
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
