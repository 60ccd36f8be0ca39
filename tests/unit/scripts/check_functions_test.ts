import assert from "node:assert/strict";
import {
  type LargeFunction,
  largeFunctions,
  MOST_EXCEPTIONS,
  MOST_LINES,
  problemsOf,
} from "../../../scripts/check_functions.ts";
import { parseSource } from "../../../scripts/typescript_project.ts";

function found(source: string): readonly LargeFunction[] {
  return largeFunctions("a.ts", parseSource("a.ts", source));
}

/** A body that makes a function of one head and one foot line this long. */
const body = (lines: number) => "  x();\n".repeat(lines - 2);

Deno.test("a function is as long as from its head to its last brace, in each form", () => {
  const forms: Readonly<Record<string, (body: string) => string>> = {
    f: (body) => `function f() {\n${body}}\n`,
    g: (body) => `const g = () => {\n${body}};\n`,
    h: (body) => `const table = { h: async () => {\n${body}} };\n`,
    m: (body) => `class A { m() {\n${body}} }\n`,
    "#p": (body) => `class A { #p() {\n${body}} }\n`,
    "constructor": (body: string) => `class A { constructor() {\n${body}} }\n`,
    q: (body) => `class A { get q() {\n${body}} }\n`,
  };
  for (const [name, form] of Object.entries(forms)) {
    assert.deepEqual(found(form(body(MOST_LINES))), [], name);
    const [large, ...more] = found(`\n${form(body(MOST_LINES + 1))}`);
    assert.deepEqual(more, []);
    assert.match(large?.id ?? "", new RegExp(`^a\\.ts: .*${name}$`));
    assert.equal(large?.line, 2);
    assert.match(large?.what ?? "", /^61 lines/);
  }
});

Deno.test("what is above a function does not count", () => {
  assert.deepEqual(found(`/**\n${" * x\n".repeat(80)} */\nfunction f() {}\n`), []);
});

Deno.test("an object of options is one parameter, and what has no body is no function", () => {
  assert.deepEqual(found("function f(a, b, c, { d, e, f }) {}"), []);
  assert.deepEqual(found("function f(this: A, a, b, c, d) {}"), []);
  assert.deepEqual(
    found("interface A { m(a, b, c, d, e): void }\ntype B = (a, b, c, d, e) => 1"),
    [],
  );
  assert.match(found("function f(a, b, c, d, e) {}")[0]?.what ?? "", /^5 positional/);
  assert.match(found("class A { constructor(a, b, c, d, e) {} }")[0]?.what ?? "", /^5 positional/);
});

Deno.test("an exception needs a reason and a large function, and there are few", () => {
  const large = found("function f(a, b, c, d, e) {}");
  assert.match(problemsOf(large, {})[0] ?? "", /^a\.ts: f \(line 1\) has 5/);
  assert.deepEqual(problemsOf(large, { "a.ts: f": "a table" }), []);
  assert.match(problemsOf(large, { "a.ts: f": " " })[0] ?? "", /no reason/);
  assert.match(problemsOf([], { "a.ts: f": "a table" })[0] ?? "", /needed/);
  const many = Array.from({ length: MOST_EXCEPTIONS + 1 }, (_, index) => `a.ts: f${index}`);
  const problems = problemsOf(
    many.map((id) => ({ id, line: 1, what: "61 lines" })),
    Object.fromEntries(many.map((id) => [id, "a table"])),
  );
  assert.deepEqual(problems, ["16 exceptions (limit 15)"]);
});
