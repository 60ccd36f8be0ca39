import assert from "node:assert/strict";
import { readSourceText } from "../../../scripts/source_text.ts";

function importsOf(source: string): string[] {
  return readSourceText(source).imports.map(({ kind, specifier, line }) =>
    `${line} ${kind} ${specifier}`
  );
}

Deno.test("every form of import is found, with its line and kind", () => {
  const source = `import process from "node:process";
import "./side_effect.ts";
import * as z from 'zod/mini';
import { a, type B } from "./mixed.ts";
import { type A, type B as C } from "./types.ts";
import type { D } from "./more_types.ts";
import type E from "./default_type.ts";
import type, { f } from "./named_type.ts";
import type from "./called_type.ts";
export * from "./all.ts";
export * as names from "./names.ts";
export { g } from "./one.ts";
export type { H } from "./exported_type.ts";
const x = await import("./lazy.ts");
const load = () => import(
  "./lazier.ts"
);
import {
  i,
  j,
} from "./long.ts";
`;
  assert.deepEqual(importsOf(source), [
    "1 static node:process",
    "2 static ./side_effect.ts",
    "3 static zod/mini",
    "4 static ./mixed.ts",
    "5 type ./types.ts",
    "6 type ./more_types.ts",
    "7 type ./default_type.ts",
    "8 static ./named_type.ts",
    "9 static ./called_type.ts",
    "10 static ./all.ts",
    "11 static ./names.ts",
    "12 static ./one.ts",
    "13 type ./exported_type.ts",
    "14 dynamic ./lazy.ts",
    "15 dynamic ./lazier.ts",
    "18 static ./long.ts",
  ]);
});

Deno.test("what only looks like an import is none", () => {
  const source = [
    '// import "./comment.ts";',
    '/* export * from "./block.ts"; */',
    "const a = 'import \"./string.ts\"';",
    'const b = `import "./template.ts"; ${"import \\"./inner.ts\\""}`;',
    'const c = /import "\\/regex.ts"/;',
    'export const from = "./value.ts";',
    "const here = import.meta.dirname;",
    'export function f() { return "from"; }',
  ].join("\n");
  assert.deepEqual(importsOf(source), []);
});

Deno.test("an import inside a template's expression is found", () => {
  assert.deepEqual(importsOf('const a = `x${await import("./inside.ts")}y`;'), [
    "1 dynamic ./inside.ts",
  ]);
});

Deno.test("an import of something computed is told", () => {
  const { imports, computedImports } = readSourceText(
    'import("./fine.ts");\nimport(name);\nimport(`./${name}.ts`);\n',
  );
  assert.equal(imports.length, 1);
  assert.deepEqual(computedImports, [2, 3]);
});

Deno.test("code keeps its place, texts and comments become blanks", () => {
  const source =
    'a("Deno"); // Bun\nb(/Deno/g, x / y / z); c(`Bun ${Deno.x} Bun`) /* Bun */ + d;\n';
  const { code } = readSourceText(source);
  assert.equal(code.length, source.length);
  assert.deepEqual(code.match(/Deno|Bun/g), ["Deno"]);
  assert.equal(code.indexOf("Deno"), source.indexOf("Deno.x"));
  assert.match(code, /x \/ y \/ z/);
  assert.equal(code.trimEnd().at(-1), ";");
});

Deno.test("a division is no regular expression, and a slash in a class ends none", () => {
  for (
    const source of [
      'const r = (a) / 2; const s = "Deno"; keep / 1',
      'const r = a[0] / 2; const s = "Deno"; keep / 1',
      'const r = /[/"]/.test(x); const s = "Deno"; keep / 1',
      'return /"/.test(x); const s = "Deno"; keep / 1',
      'const r = x.y / 2 / "Deno".length; keep',
    ]
  ) {
    const { code } = readSourceText(source);
    assert.match(code, /keep/, source);
    assert.doesNotMatch(code, /Deno/, source);
  }
});
