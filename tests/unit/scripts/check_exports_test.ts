import assert from "node:assert/strict";
import { deadExports } from "../../../scripts/check_exports.ts";
import { parseSource } from "../../../scripts/typescript_project.ts";

/** Dead exports of a small project, each as `file:line name`. */
function deadIn(files: Readonly<Record<string, string>>): string[] {
  const sources = new Map(
    Object.entries(files).map(([path, text]) => [path, parseSource(path, text)]),
  );
  return deadExports(sources).map(({ file, line, name }) => `${file}:${line} ${name}`);
}

const A = `export function f() {}
export const c = 1, d = 2;
export class K {}
export type { T } from "./types.ts";
`;

Deno.test("an export that no other file uses is dead, in each form", () => {
  assert.deepEqual(deadIn({ "src/a/a.ts": A, "src/a/types.ts": "export interface T {}\n" }), [
    "src/a/a.ts:1 f",
    "src/a/a.ts:2 c",
    "src/a/a.ts:2 d",
    "src/a/a.ts:3 K",
    "src/a/a.ts:4 T",
  ]);
});

Deno.test("each form of import is a use, also in tests and scripts", () => {
  const uses = [
    'import { f, c as x, type K, d, type T } from "../src/a/a.ts";',
    'import * as all from "../src/a/a.ts";',
    'export * from "../src/a/a.ts";',
    'export { f, c as x, d, K, T } from "../src/a/a.ts";',
    'const { f, c: x, d, K, T } = await import("../src/a/a.ts");',
    'import("../src/a/a.ts").then(take);',
    'type All = typeof import("../src/a/a.ts");',
  ];
  for (const use of uses) {
    assert.deepEqual(deadIn({ "src/a/a.ts": A, "tests/a_test.ts": use }), [], use);
  }
});

Deno.test("a lazy import uses what it names, and a use under the same name elsewhere is none", () => {
  const files = {
    "src/a/a.ts": "export const f = 1;\nexport const g = 1;\n",
    "src/b/a.ts": "export const g = 1;\n",
    "src/c/c.ts": 'const { f } = await import("../a/a.ts");\n(await import("../b/a.ts")).g;\n',
  };
  assert.deepEqual(deadIn(files), ["src/a/a.ts:2 g"]);
});

Deno.test("a type may stand beside the function it belongs to, not alone", () => {
  const source = "export interface T {}\nexport function f(t: T) {}\nexport interface U {}\n";
  assert.deepEqual(
    deadIn({ "src/a/a.ts": source, "src/b/b.ts": 'import { f } from "../a/a.ts";\n' }),
    ["src/a/a.ts:3 U"],
  );
});

Deno.test("commands are run by the table; scripts and tests may export what they like", () => {
  assert.deepEqual(
    deadIn({
      "src/cli/commands/x.ts": "export function run() {}\nexport function other() {}\n",
      "scripts/s.ts": "export const s = 1;\n",
    }),
    ["src/cli/commands/x.ts:2 other"],
  );
});
