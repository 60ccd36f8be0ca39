/**
 * Answers of `secrets`. No answer but that of `secrets get` holds a value.
 * @module
 */
import { z } from "zod";
import { count, findingFields } from "./parts.ts";

const source = z.string().describe("repository, global, environment, or what it was looked for in");
const order = z.array(z.string()).describe("Where secrets are looked for, first place first");
const found = { source, form: z.string().describe("How it is kept"), where: z.string() };
const place = z.strictObject({ ...found, tracked: z.boolean() });
const name = z.string();

export const SECRETS_ANSWERS = {
  "secrets set": z.strictObject({
    name,
    source,
    form: z.string(),
    file: z.string(),
    replaced: z.boolean(),
  }),
  "secrets get": z.strictObject({ name, value: z.string(), ...found }),
  "secrets list": z.strictObject({
    order,
    secrets: z.array(z.strictObject({ name, places: z.array(place) })),
  }),
  "secrets remove": z.strictObject({ name, source, file: z.string() }),
  "secrets test": z.strictObject({
    name,
    ...found,
    shadowed: z.array(place),
    length: count,
    fingerprint: z.string().nullable(),
  }),
  "secrets doctor": z.strictObject({
    order,
    findings: z.array(z.strictObject({ ...findingFields, name: name.nullable() })),
  }),
  "secrets share": z.strictObject({
    file: z.string(),
    shared: z.boolean(),
    changed: z.boolean(),
  }),
  "secrets import": z.strictObject({
    dryRun: z.boolean(),
    directory: z.string(),
    files: z.array(z.string()),
    secrets: z.array(z.strictObject({
      name,
      from: z.string(),
      outcome: z.enum(["imported", "replaced", "same", "kept", "clashes"]),
    })),
  }),
  "secrets run": z.strictObject({
    exitCode: z.number().nullable(),
    signal: z.string().nullable(),
    secrets: z.array(name),
  }),
} as const;
