import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { defaultWorkflowYaml } from "../../../src/project/default_workflow.ts";
import {
  EVIDENCE_SCHEMAS,
  KNOWN_KEYS,
  PHASE_TYPES,
  STEP_TYPES,
  VERIFICATION_TYPES,
  workflowJsonSchema,
} from "../../../src/workflow/definition_schema.ts";
import { BAD_FILES } from "./definition_findings.ts";

type Schema = Readonly<Record<string, unknown>>;

const SCHEMA = workflowJsonSchema();

/** Words that describe and do not check. */
const ANNOTATIONS = new Set(["$schema", "title", "description", "default", "examples"]);

function isMap(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function asSchema(value: unknown): Schema {
  assert.ok(isMap(value), "a schema is a map");
  return value;
}

function asList(value: unknown): readonly unknown[] {
  assert.ok(Array.isArray(value), "a list of schemas");
  return value;
}

function typeMatches(type: unknown, value: unknown): boolean {
  if (type === "integer") return Number.isInteger(value);
  return type === typeName(value);
}

function typeName(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

/** One keyword of JSON Schema; an unknown one fails the test instead of passing unseen. */
function holds(keyword: string, rule: unknown, value: unknown, schema: Schema): boolean {
  switch (keyword) {
    case "type":
      return (Array.isArray(rule) ? rule : [rule]).some((type) => typeMatches(type, value));
    case "enum":
      return asList(rule).includes(value);
    case "const":
      return value === rule;
    case "pattern":
      return typeof value !== "string" || new RegExp(String(rule), "u").test(value);
    case "minimum":
      return typeof value !== "number" || value >= Number(rule);
    case "maximum":
      return typeof value !== "number" || value <= Number(rule);
    case "exclusiveMinimum":
      return typeof value !== "number" || value > Number(rule);
    case "minItems":
      return !Array.isArray(value) || value.length >= Number(rule);
    case "items":
      return !Array.isArray(value) || value.every((entry) => accepts(rule, entry));
    case "required":
      return !isMap(value) || asList(rule).every((key) => Object.hasOwn(value, String(key)));
    case "properties":
      return !isMap(value) ||
        Object.entries(asSchema(rule)).every(([key, inner]) =>
          !Object.hasOwn(value, key) || accepts(inner, value[key])
        );
    case "patternProperties":
      return true;
    case "additionalProperties": {
      const patterns = Object.keys(asSchema(schema.patternProperties ?? {}));
      const known = (key: string): boolean =>
        Object.hasOwn(asSchema(schema.properties ?? {}), key) ||
        patterns.some((pattern) => new RegExp(pattern, "u").test(key));
      return !isMap(value) ||
        Object.entries(value).every(([key, entry]) => known(key) || accepts(rule, entry));
    }
    case "allOf":
      return asList(rule).every((inner) => accepts(inner, value));
    case "anyOf":
      return asList(rule).some((inner) => accepts(inner, value));
    case "oneOf":
      return asList(rule).filter((inner) => accepts(inner, value)).length === 1;
    case "not":
      return !accepts(rule, value);
    case "if":
      return !accepts(rule, value) || accepts(schema.then ?? true, value);
    case "then":
      return true;
    default:
      assert.ok(
        ANNOTATIONS.has(keyword),
        `the schema uses ${keyword}, which this test does not know`,
      );
      return true;
  }
}

function accepts(schema: unknown, value: unknown): boolean {
  if (typeof schema === "boolean") return schema;
  return Object.entries(asSchema(schema)).every(([keyword, rule]) =>
    holds(keyword, rule, value, asSchema(schema))
  );
}

Deno.test("JSON Schema: names its dialect and survives JSON", () => {
  assert.equal(SCHEMA.$schema, "https://json-schema.org/draft/2020-12/schema");
  assert.deepEqual(JSON.parse(JSON.stringify(SCHEMA)), SCHEMA);
});

Deno.test("JSON Schema: accepts good files of both forms", () => {
  for (const name of ["full_development.yaml", "anchors.yaml", "flat.yaml"]) {
    const file = new URL(`../../fixtures/workflows/${name}`, import.meta.url);
    const value: unknown = parse(readFileSync(fileURLToPath(file), "utf8"), { merge: true });
    assert.ok(accepts(SCHEMA, value), name);
  }
  const written = defaultWorkflowYaml({ test: "npm test", source: "package.json" });
  assert.ok(accepts(SCHEMA, parse(written)));
});

for (const { about, text, accepted } of BAD_FILES) {
  Deno.test(`JSON Schema: ${accepted ? "leaves to validate" : "rejects"} ${about}`, () => {
    assert.equal(accepts(SCHEMA, parse(text, { uniqueKeys: false })), accepted);
  });
}

/** Every schema of a map's field, with its path. */
function* fields(schema: Schema, path = ""): Generator<readonly [path: string, field: Schema]> {
  for (const [key, value] of Object.entries(asSchema(schema.properties ?? {}))) {
    const field = asSchema(value);
    yield [`${path}${key}`, field];
    yield* fields(isMap(field.items) ? field.items : field, `${path}${key}.`);
  }
}

Deno.test("JSON Schema: every field is described; defaults, words and keys are there", () => {
  const all = new Map(fields(SCHEMA));
  for (const [path, { description }] of all) assert.ok(typeof description === "string", path);
  const expected: Readonly<Record<string, unknown>> = {
    "version": "1.0",
    "settings": {},
    "settings.supervision_mode": "supervised",
    "settings.agents_may_approve": false,
    "phases.items": [],
    "phases.notes": [],
    "phases.required_reviews": [],
    "phases.phase_type": "guided",
    "phases.intended_tools": [],
    "phases.items.required": true,
    "phases.items.skippable": true,
    "phases.items.skip_conditions": [],
    "phases.items.notes": [],
    "phases.items.step_type": "flexible",
    "phases.items.timeout": 300,
    "phases.items.verification": { type: "none" },
    "phases.items.verification.type": "none",
    "phases.items.verification.expect_exit_code": 0,
    "steps.timeout": 300,
    "steps.expect_exit_code": 0,
  };
  for (const [path, value] of Object.entries(expected)) {
    assert.deepEqual(all.get(path)?.default, value, path);
  }
  const words = {
    "step_type": STEP_TYPES,
    "evidence_schema": EVIDENCE_SCHEMAS,
    "verification.type": VERIFICATION_TYPES,
  };
  for (const [path, list] of Object.entries(words)) {
    assert.deepEqual(all.get(`phases.items.${path}`)?.enum, [...list, null]);
    assert.deepEqual(all.get(`steps.${path}`)?.enum, [...list, null]);
  }
  assert.deepEqual(all.get("phases.phase_type")?.enum, [...PHASE_TYPES, null]);
  const keysBelow = (path: string) =>
    [...all.keys()].filter((key) => key.startsWith(path) && !key.slice(path.length).includes("."))
      .map((key) => key.slice(path.length));
  assert.deepEqual(keysBelow(""), KNOWN_KEYS.workflow);
  assert.deepEqual(keysBelow("phases."), KNOWN_KEYS.phase);
  assert.deepEqual(keysBelow("phases.items."), KNOWN_KEYS.item);
  assert.deepEqual(keysBelow("steps."), KNOWN_KEYS.step);
  assert.deepEqual(keysBelow("steps.verification."), KNOWN_KEYS.verification);
});
