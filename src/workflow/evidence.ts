/**
 * Evidence: what an agent submits to show that an item was done.
 *
 * Any non-empty JSON object, list or text is evidence. An item can name a schema that its evidence
 * must follow; additional fields are allowed. The four schemas and their minimum lengths are part
 * of the workflow format.
 * @module
 */
import type { EvidenceSchemaName } from "./definition.ts";
import { ANY_EVIDENCE_EXAMPLE, EVIDENCE_EXAMPLES } from "./evidence_examples.ts";
import { isRecord, own } from "./record.ts";
import { said } from "./redacted.ts";

/** The type of a field of an evidence schema. `least` counts entries, or characters of a text. */
interface Field {
  readonly kind: "texts" | "text" | "text_map";
  readonly optional?: true;
  readonly least?: number;
}

const SCHEMAS: Readonly<Record<EvidenceSchemaName, Readonly<Record<string, Field>>>> = {
  CodeAnalysisEvidence: {
    files_reviewed: { kind: "texts", least: 1 },
    patterns_identified: { kind: "texts" },
    concerns_raised: { kind: "texts", optional: true },
    approach_decision: { kind: "text", least: 20 },
  },
  EdgeCaseEvidence: {
    cases_considered: { kind: "texts", least: 1 },
    how_handled: { kind: "text_map" },
    cases_deferred: { kind: "texts", optional: true },
  },
  SpecReviewEvidence: {
    requirements_extracted: { kind: "texts", least: 1 },
    ambiguities_found: { kind: "texts", optional: true },
    assumptions_made: { kind: "texts", optional: true },
  },
  TestPlanEvidence: {
    test_cases_planned: { kind: "texts", least: 1 },
    coverage_approach: { kind: "text", least: 10 },
    edge_cases_covered: { kind: "texts", optional: true },
  },
};

/**
 * What a schema asks for, with its least lengths: `files_reviewed (at least 1 entry), …`; empty where
 * it asks for nothing.
 */
export function evidenceFields(schema: EvidenceSchemaName | undefined): string {
  const fields = schema === undefined ? {} : own(SCHEMAS, schema) ?? {};
  return Object.entries(fields).filter(([, field]) => field.optional !== true)
    .map(([name, { kind, least }]) => {
      if (least === undefined) return name;
      return `${name} (at least ${least} ${kind === "text" ? "characters" : "entry"})`;
    }).join(", ");
}

/** An example of valid evidence as JSON text, for a schema or for none. */
export function exampleEvidence(schema: EvidenceSchemaName | undefined): string {
  if (schema === undefined) return ANY_EVIDENCE_EXAMPLE;
  return own(EVIDENCE_EXAMPLES, schema) ?? ANY_EVIDENCE_EXAMPLE;
}

/**
 * What is wrong with `value` as evidence of the form `schema`: one sentence per problem, without a
 * full stop; empty when it is valid. An unknown schema demands nothing.
 */
export function validateEvidence(schema: EvidenceSchemaName, value: unknown): readonly string[] {
  const fields = own(SCHEMAS, schema);
  if (fields === undefined) return [];
  if (!isRecord(value)) return [`${schema} must be an object`];
  return Object.entries(fields).flatMap(([name, field]) => {
    const given = own(value, name);
    if (given === undefined || given === null) {
      return field.optional ? [] : [`"${name}" is missing`];
    }
    return problemOf(`"${name}"`, field, given);
  });
}

function problemOf(name: string, field: Field, given: unknown): readonly string[] {
  const least = field.least ?? 0;
  switch (field.kind) {
    case "texts":
      if (!Array.isArray(given) || !given.every(isText)) return [`${name} must be a list of texts`];
      return given.length < least ? [`${name} must have at least ${least} entry`] : [];
    case "text_map":
      return isRecord(given) && Object.values(given).every(isText)
        ? []
        : [`${name} must be an object whose values are texts`];
    case "text": {
      if (typeof given !== "string") return [`${name} must be a text`];
      const { length } = said(given);
      return length < least
        ? [`${name} must have at least ${least} characters, not ${length}`]
        : [];
    }
  }
}

function isText(value: unknown): boolean {
  return typeof value === "string" && said(value) !== "";
}

/** How deeply evidence may be nested. */
const DEEPEST = 50;

/**
 * The evidence as plain JSON, or what is wrong with it: it must be a non-empty object, list or text
 * of at most `most` characters as JSON text.
 */
export function plainEvidence(
  value: unknown,
  most: number,
): { readonly evidence: unknown } | { readonly problem: string } {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch {
    return { problem: "it cannot be written as JSON" };
  }
  if (text === undefined) return { problem: "it cannot be written as JSON" };
  if (text.length > most) {
    return { problem: `it is ${text.length} characters long as JSON (limit ${most})` };
  }
  // An escaped NUL is \u0000 after an even number of backslashes.
  if (/(?<!\\)(?:\\\\)*\\u0000/.test(text)) {
    return { problem: "it must not contain a NUL character" };
  }
  const evidence: unknown = JSON.parse(text);
  if (!nestedWithin(evidence, DEEPEST)) {
    return { problem: `it is nested more than ${DEEPEST} levels deep` };
  }
  if (typeof evidence !== "string" && (typeof evidence !== "object" || evidence === null)) {
    return { problem: "it must be an object, a list or a text" };
  }
  if (!saysSomething(evidence)) return { problem: "it is empty" };
  return { evidence };
}

function nestedWithin(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  return levels > 0 && Object.values(value).every((inner) => nestedWithin(inner, levels - 1));
}

function saysSomething(value: unknown): boolean {
  if (typeof value === "string") return said(value) !== "";
  if (typeof value !== "object" || value === null) return value !== null;
  return Object.values(value).some(saysSomething);
}
