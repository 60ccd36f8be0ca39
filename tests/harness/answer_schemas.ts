/**
 * Whether what the program answers is what its schemas say, and nothing more.
 * @module
 */
import { lineSchema } from "../../src/answers/envelope.ts";
import { SCHEMA_VERSION } from "../../src/cli/output/json.ts";

/** What is wrong with a line of `--json`, one sentence each. `name` is a command, `error` or `event`. */
export function lineProblems(name: string, line: unknown): readonly string[] {
  const schema = lineSchema(name);
  if (schema === null) return [`"${name}" has no schema in src/answers`];
  const parsed = schema.safeParse(line);
  if (parsed.success) return [];
  return parsed.error.issues.map((issue) =>
    `the schema of "${name}" does not fit at ${issue.path.join(".") || "the top"}: ${
      "errors" in issue ? JSON.stringify(issue) : issue.message
    }`
  );
}

/** The same of an answer's data, before it is printed in either form. */
export function answerProblems(command: string, data: unknown): readonly string[] {
  // For people, some commands make no data.
  if (data === null) return [];
  const line = { schemaVersion: SCHEMA_VERSION, command, data, warnings: [] };
  return lineProblems(command, JSON.parse(JSON.stringify(line)));
}
