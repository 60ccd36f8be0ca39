/**
 * Evidence: what an agent submits to show that an item was done.
 *
 * Any non-empty JSON object, list or text is evidence. An item can name a schema that its evidence
 * must follow; additional fields are allowed. The four schemas and their minimum lengths are part
 * of the workflow format. Texts count by what tells something in them, and the examples that this
 * program shows are no evidence.
 * @module
 */
import type { EvidenceSchemaName } from "./definition.ts";
import { ANY_EVIDENCE_EXAMPLE, EVIDENCE_EXAMPLES } from "./evidence_examples.ts";
import { isRecord, own } from "./record.ts";
import { said, tellingLength } from "./redacted.ts";

/** The type of a field of an evidence schema. `least` counts entries, or characters of a text. */
interface Field {
  readonly kind: "texts" | "text" | "text_map";
  readonly optional?: true;
  readonly least?: number;
  /** Each entry names a file. */
  readonly files?: true;
}

/** How a text counts: in characters, 0 when it says nothing. */
type Measure = (text: string) => number;

/** The measure of programs that recorded no rules. */
const asBefore: Measure = (text) => said(text).length;

const SCHEMAS: Readonly<Record<EvidenceSchemaName, Readonly<Record<string, Field>>>> = {
  CodeAnalysisEvidence: {
    files_reviewed: { kind: "texts", least: 1, files: true },
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
 * @param before judges as programs did that recorded no rules.
 */
export function validateEvidence(
  schema: EvidenceSchemaName,
  value: unknown,
  before = false,
): readonly string[] {
  const fields = own(SCHEMAS, schema);
  if (fields === undefined) return [];
  if (!isRecord(value)) return [`${schema} must be an object`];
  return Object.entries(fields).flatMap(([name, field]) => {
    const given = own(value, name);
    if (given === undefined || given === null) {
      return field.optional ? [] : [`"${name}" is missing`];
    }
    return problemOf(`"${name}"`, field, given, before ? asBefore : tellingLength);
  });
}

/**
 * The files that evidence names, as it names them; undefined where its schema has no such field, or
 * that holds something else.
 */
export function filesNamedBy(
  schema: EvidenceSchemaName | undefined,
  evidence: unknown,
): readonly string[] | undefined {
  if (schema === undefined || !isRecord(evidence)) return undefined;
  const [name = ""] = Object.entries(own(SCHEMAS, schema) ?? {}).find(([, { files }]) => files) ??
    [];
  const list = own(evidence, name);
  return Array.isArray(list) && list.every((entry) => typeof entry === "string") ? list : undefined;
}

function problemOf(
  name: string,
  field: Field,
  given: unknown,
  measure: Measure,
): readonly string[] {
  const isText = (value: unknown) => typeof value === "string" && measure(value) > 0;
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
      const length = measure(given);
      return length < least
        ? [`${name} must have at least ${least} characters, not ${length}`]
        : [];
    }
  }
}

/** How deeply evidence may be nested. */
const DEEPEST = 50;

/**
 * The evidence as plain JSON, or what is wrong with it: it must be a non-empty object, list or text
 * of at most `most` characters as JSON text, and none of the examples.
 * @param before judges as programs did that recorded no rules.
 */
export function plainEvidence(
  value: unknown,
  most: number,
  before = false,
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
  if (!saysSomething(evidence, before ? asBefore : tellingLength)) {
    return { problem: "it is empty" };
  }
  if (!before && isExample(evidence)) {
    return { problem: "it is an example that this program shows; describe your own work" };
  }
  return { evidence };
}

function nestedWithin(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  return levels > 0 && Object.values(value).every((inner) => nestedWithin(inner, levels - 1));
}

function saysSomething(value: unknown, measure: Measure): boolean {
  if (typeof value === "string") return measure(value) > 0;
  if (typeof value !== "object" || value === null) return value !== null;
  return Object.values(value).some((inner) => saysSomething(inner, measure));
}

/** Whether all that evidence says stands in one of the examples, at the same place. */
function isExample(evidence: unknown): boolean {
  const said = leavesOf(evidence);
  return said.length > 0 && [ANY_EVIDENCE_EXAMPLE, ...Object.values(EVIDENCE_EXAMPLES)].some(
    (example) => {
      const shown = new Set(leavesOf(JSON.parse(example)));
      return said.every((leaf) => shown.has(leaf));
    },
  );
}

/** Each value that is no object and no list, with its place; all entries of a list are at one. */
function leavesOf(value: unknown, place = ""): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((entry) => leavesOf(entry, `${place}/`));
  if (isRecord(value)) {
    return Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, `${place}/${key}`));
  }
  return [`${place}=${typeof value === "string" ? said(value) : JSON.stringify(value)}`];
}
