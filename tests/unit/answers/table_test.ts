/** Every command that answers has a schema, and returns what its schema says. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { lineJsonSchema, lineNames, lineSchema } from "../../../src/answers/envelope.ts";
import { ANSWERS } from "../../../src/answers/table.ts";
import { COMMANDS } from "../../../src/cli/table.ts";
import { ERROR_CODES } from "../../../src/errors.ts";

/** `help` answers too, and is no row of the table. */
const BESIDES = ["help"];

Deno.test("every command of the table has a schema, and every schema a command", () => {
  const commands = [...COMMANDS.map(({ path }) => path), ...BESIDES];
  assert.deepEqual(Object.keys(ANSWERS).sort(), [...new Set(commands)].sort());
});

Deno.test("a command's file says that it returns the answer of its own schema", () => {
  for (const { path } of COMMANDS) {
    const name = path.replaceAll(" ", "/").replaceAll("-", "_");
    const file = new URL(`../../../src/cli/commands/${name}.ts`, import.meta.url);
    const text = readFileSync(file, "utf8");
    assert.ok(
      new RegExp(`function run\\([^)]*\\): Promise<\\s*AnswerTo<"${path}">`).test(text),
      `${name}.ts: run does not return AnswerTo<"${path}">`,
    );
  }
});

Deno.test("a schema takes no field that it does not name", () => {
  const line = { schemaVersion: 1, command: "session rename", warnings: [] };
  const data = { session: "abc", name: null };
  const schema = lineSchema("session rename");
  assert.equal(schema?.safeParse({ ...line, data }).success, true);
  assert.equal(schema?.safeParse({ ...line, data: { ...data, id: "abc" } }).success, false);
  assert.equal(schema?.safeParse({ ...line, data, more: 1 }).success, false);
  assert.equal(schema?.safeParse({ ...line, command: "status", data }).success, false);
});

Deno.test("every error code is one that the schema knows", () => {
  const schema = lineSchema("error");
  for (const code of Object.keys(ERROR_CODES)) {
    const error = { code, message: "Cannot do it: it is not there" };
    assert.equal(schema?.safeParse({ schemaVersion: 1, error }).success, true, code);
  }
  const strange = { code: "none_such", message: "" };
  assert.equal(schema?.safeParse({ schemaVersion: 1, error: strange }).success, false);
});

Deno.test("published schemas take fields of later versions, and nothing is published for other names", () => {
  for (const name of lineNames()) {
    const text = JSON.stringify(lineJsonSchema(name));
    assert.match(text, /^\{"\$schema":"https:\/\/json-schema\.org\/draft\/2020-12\/schema"/, name);
    assert.doesNotMatch(text, /"additionalProperties":false/, name);
  }
  for (const name of ["", "stat", "constructor", "toString"]) {
    assert.equal(lineJsonSchema(name), null, name);
  }
});

/** Names that one vocabulary has replaced, and the few places where they mean something else. */
const REPLACED: Readonly<Record<string, RegExp>> = {
  created: /^init\b/,
  updated: /^self update\b/,
  by: /blockers/,
  checks: /^$/,
  problems: /^$/,
  rung: /^$/,
  who: /^$/,
  when: /^$/,
  seen: /^$/,
  todo: /^$/,
};

Deno.test("no answer has a name that was replaced", () => {
  for (const name of lineNames()) {
    for (const path of namesIn(lineJsonSchema(name), name)) {
      const last = path.slice(path.lastIndexOf(" ") + 1);
      if (!Object.hasOwn(REPLACED, last)) continue;
      assert.match(path, REPLACED[last] ?? /^$/, `${path}: ${last} has another name now`);
    }
  }
});

/** The names of all properties, each behind those around it: `status phases id`. */
function namesIn(schema: unknown, path: string): readonly string[] {
  if (typeof schema !== "object" || schema === null) return [];
  if (Array.isArray(schema)) return schema.flatMap((one) => namesIn(one, path));
  return Object.entries(schema).flatMap(([key, value]) =>
    key === "properties"
      ? Object.entries(value).flatMap(([name, inner]) => [
        `${path} ${name}`,
        ...namesIn(inner, `${path} ${name}`),
      ])
      : namesIn(value, path)
  );
}
