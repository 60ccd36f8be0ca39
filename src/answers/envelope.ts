/**
 * The lines that `--json` prints, as schemas: answers, errors, and the lines of `log --follow`.
 * @module
 */
import { z } from "zod";
import { ERROR } from "./error.ts";
import { type AnsweringCommand, ANSWERS } from "./table.ts";
import { LOG_LINE } from "./work.ts";

const schemaVersion = z.literal(1);
const warnings = z.array(z.string());

/** What the names stand for that are no commands. */
const OTHERS: Readonly<Record<string, z.ZodType>> = {
  "error": z.strictObject({
    schemaVersion,
    error: ERROR,
    warnings: warnings.optional(),
  }).describe("The line on stderr of a command that fails"),
  "event": LOG_LINE.describe("Each line on stdout of log --follow --json"),
};

/** Everything that has a schema: the commands, `error`, and `event`, a line of `log --follow`. */
export function lineNames(): readonly string[] {
  return [...Object.keys(ANSWERS), ...Object.keys(OTHERS)];
}

/** The schema of a whole line; null for a name that has none. It takes no field that is not in it. */
export function lineSchema(name: string): z.ZodType | null {
  if (isCommand(name)) {
    return z.strictObject({
      schemaVersion,
      command: z.literal(name),
      data: ANSWERS[name],
      warnings,
    }).describe(`The line on stdout of a successful orchestrator ${name} --json`);
  }
  return Object.hasOwn(OTHERS, name) ? OTHERS[name] ?? null : null;
}

/**
 * The same as JSON Schema (draft 2020-12), as it is published: later versions of the program may add
 * fields, so it takes them.
 */
export function lineJsonSchema(name: string): z.core.JSONSchema.BaseSchema | null {
  const schema = lineSchema(name);
  if (schema === null) return null;
  return z.toJSONSchema(schema, {
    override: ({ jsonSchema }) => {
      const more = jsonSchema.additionalProperties;
      const saysNothing = typeof more === "object" && Object.keys(more).length === 0;
      if (more === false || saysNothing) delete jsonSchema.additionalProperties;
    },
  });
}

function isCommand(name: string): name is AnsweringCommand {
  return Object.hasOwn(ANSWERS, name);
}
