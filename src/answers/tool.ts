/**
 * Answers of the commands about the program itself: help, version, checks, schemas, its own copy.
 * @module
 */
import { z } from "zod";
import { count, findingFields } from "./parts.ts";

const level = findingFields.level;

const values = z.array(z.string()).nullable();

const option = z.strictObject({
  name: z.string(),
  short: z.string().nullable(),
  value: z.string().nullable().describe("The name of its value; null for a switch"),
  many: z.boolean(),
  summary: z.string(),
  values: values.describe("All values it takes, where they are a list"),
});

const command = z.strictObject({
  path: z.string(),
  aliases: z.array(z.string()),
  group: z.string(),
  summary: z.string(),
  details: z.string().nullable(),
  changes: z.enum([
    "nothing",
    "program",
    "project",
    "session",
    "new_session",
    "state",
    "old_layout",
    "removal",
  ]),
  destructive: z.boolean(),
  arguments: z.array(z.strictObject({
    name: z.string(),
    summary: z.string(),
    optional: z.boolean(),
    many: z.boolean(),
    values,
  })),
  options: z.array(option),
  examples: z.array(z.strictObject({ line: z.string(), means: z.string() })),
});

const schema = z.looseObject({}).describe("A JSON Schema, draft 2020-12");

export const TOOL_ANSWERS = {
  "doctor": z.strictObject({
    root: z.string(),
    level,
    counts: z.strictObject({
      ok: count,
      info: count,
      warning: count,
      error: count,
      skipped: count,
    }),
    findings: z.array(z.strictObject({
      check: z.string(),
      area: z.string(),
      title: z.string(),
      why: z.string(),
      ...findingFields,
      list: z.array(z.string()).optional(),
      fixable: z.boolean(),
      fixed: z.array(z.string()).optional().describe("What --fix did, or would do"),
      durationMs: z.number(),
    })).describe("One for each check that ran"),
  }),
  "help": z.strictObject({
    topic: z.string(),
    commands: z.array(command),
    options: z.array(option).describe("Options of every command"),
    topics: z.array(z.strictObject({ name: z.string(), summary: z.string() })),
    entries: z.array(z.looseObject({
      table: z.string(),
      name: z.string(),
      means: z.string(),
    })),
  }),
  "version": z.strictObject({
    version: z.string(),
    commit: z.string().nullable(),
    date: z.string().nullable(),
    engine: z.string(),
    engineVersion: z.string(),
    target: z.string(),
  }),
  "completions": z.strictObject({ shell: z.string(), script: z.string() }),
  "completions candidates": z.strictObject({
    candidates: z.array(z.looseObject({ value: z.string(), summary: z.string() })),
    files: z.string(),
    prefix: z.string(),
  }),
  "schema workflow": schema,
  "schema config": schema,
  "schema answer": z.union([
    schema,
    z.strictObject({ names: z.array(z.string()) }),
    z.strictObject({ schemas: z.record(z.string(), schema) }),
  ]),
  "self update": z.union([
    z.strictObject({
      updated: z.literal(true),
      from: z.string(),
      to: z.string(),
      path: z.string(),
    }),
    z.strictObject({
      updated: z.literal(false),
      current: z.string(),
      found: z.string(),
      available: z.boolean(),
    }),
  ]),
  "self uninstall": z.strictObject({
    dryRun: z.boolean(),
    removed: z.string(),
    startFiles: z.array(z.string()),
    left: z.string().nullable(),
  }),
} as const;
