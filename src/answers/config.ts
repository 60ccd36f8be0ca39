/**
 * Answers of `config`.
 * @module
 */
import { z } from "zod";
import { findingFields, placeFields } from "./parts.ts";

const value = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.array(z.string()),
  z.null(),
]);

const plain = z.union([z.string(), z.number(), z.boolean()]);

const origin = z.discriminatedUnion("layer", [
  z.strictObject({ layer: z.literal("default") }),
  z.strictObject({
    layer: z.enum(["global", "repository"]),
    file: z.string(),
    line: z.number(),
    column: z.number(),
  }),
  z.strictObject({ layer: z.literal("environment"), variable: z.string() }),
  z.strictObject({ layer: z.literal("flag"), flag: z.string() }),
]);

const effective = z.strictObject({
  key: z.string(),
  type: z.string(),
  secret: z.literal(true).optional().describe("Its value is never shown"),
  set: z.boolean().optional(),
  value: value.describe("Null for a secret, and where there is no value"),
  origin,
  shadowed: z.array(z.strictObject({ value, origin })),
});

/** What is wrong with the configuration. */
const configFinding = z.strictObject({
  level: z.enum(["error", "warning"]),
  message: z.string(),
  hint: findingFields.hint,
  source: z.string().describe("The file, the variable or the flag"),
  ...placeFields,
  key: z.string().nullable(),
});

const changed = effective.extend({ file: z.string(), changed: z.boolean() });
const layer = z.string();

export const CONFIG_ANSWERS = {
  "config show": z.strictObject({
    keys: z.array(effective),
    findings: z.array(configFinding),
    workflowSettings: z.strictObject({
      from: z.string().describe("The file that replaces them at start"),
      definition: z.string(),
      settings: z.array(z.strictObject({
        name: z.string(),
        value: plain,
        over: plain.nullable().describe("The definition's own; null where it has none"),
      })),
    }).optional().describe(
      "Settings of the workflow that .orchestrator.yaml replaces at start; not with --key",
    ),
  }),
  "config get": effective,
  "config set": changed,
  "config unset": changed,
  "config edit": z.strictObject({ file: z.string(), changed: z.boolean() }),
  "config path": z.strictObject({
    path: z.string(),
    files: z.array(z.strictObject({
      layer,
      path: z.string(),
      exists: z.boolean(),
      old: z.boolean().optional(),
    })),
  }),
  "config validate": z.strictObject({
    valid: z.literal(true),
    files: z.array(z.strictObject({ layer, path: z.string() })),
    findings: z.array(configFinding),
  }),
} as const;
