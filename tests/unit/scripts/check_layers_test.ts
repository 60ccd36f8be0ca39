import assert from "node:assert/strict";
import { checkLayers } from "../../../scripts/check_layers.ts";

/** Violations of a small `src/`, each as `file:line: why`. */
function violationsOf(files: Readonly<Record<string, string>>): string[] {
  const sources = new Map(Object.entries(files));
  return checkLayers(sources).map(({ file, line, why }) => `${file}:${line}: ${why}`);
}

const BASE = { "src/errors.ts": "export class OrchestratorError {}\n" };

Deno.test("imports downwards are in order, also of types and packages", () => {
  assert.deepEqual(
    violationsOf({
      ...BASE,
      "src/platform/hash.ts": 'import { x } from "../errors.ts";\nimport "node:fs";\nDeno.pid;\n',
      "src/workflow/read.ts": 'import "../errors.ts";\nimport * as z from "zod/mini";\n',
      "src/project/paths.ts": 'import "../errors.ts";\nimport "node:path";\n',
      "src/cli/run.ts":
        'import type { H } from "../platform/hash.ts";\nimport "../project/paths.ts";\nprocess.stdout;\n',
    }),
    [],
  );
});

const WRONG: readonly [name: string, file: string, source: string, why: RegExp][] = [
  ["upwards", "src/platform/a.ts", '\nimport "../cli/b.ts";', /:2: .*platform may import errors/],
  ["upwards, types", "src/workflow/a.ts", 'import type { X } from "../cli/b.ts";', /workflow may/],
  ["upwards, lazily", "src/session/a.ts", 'await import("../cli/b.ts");', /session may import/],
  ["re-exported", "src/project/a.ts", 'export * from "../cli/b.ts";', /project may import/],
  ["paths has its own limits", "src/project/paths.ts", 'import "./a.ts";', /stands for itself/],
  ["unknown room", "src/common/a.ts", "", /not in the table/],
  ["missing file", "src/cli/a.ts", 'import "./gone.ts";', /no such file/],
  ["leaving src", "src/cli/a.ts", 'import "../../scripts/a.ts";', /outside src/],
  ["foreign package", "src/session/a.ts", 'import "yaml";', /session may import nothing from npm/],
  ["package by address", "src/cli/a.ts", 'import "npm:yaml@2";', /named in deno\.json/],
  ["bun module", "src/cli/a.ts", 'await import("bun:ffi");', /one engine's modules/],
  ["computed import", "src/cli/a.ts", "await import(name);", /computed/],
  ["files in workflow", "src/workflow/a.ts", 'import "node:fs";', /pure/],
  ["clock in workflow", "src/workflow/a.ts", "const now = new Date();", /pure/],
  ["chance in workflow", "src/workflow/a.ts", "Math.random();", /pure/],
  ["Deno elsewhere", "src/storage/a.ts", "x;\nDeno.pid;", /:2: Deno: only src\/platform/],
  ["Bun elsewhere", "src/cli/a.ts", "globalThis.Bun.file;", /only src\/platform/],
  ["console", "src/session/a.ts", 'console.log("x");', /only src\/cli\/ talks/],
  ["stdout", "src/storage/a.ts", "process.stdout.write(x);", /only src\/cli\/ talks/],
  ["console seam", "src/session/a.ts", 'import "../platform/console.ts";', /only src\/cli\/ talks/],
  ["exit", "src/cli/a.ts", "process.exit(1);", /only main\.ts/],
  ["exit code", "src/cli/a.ts", "process.exitCode = 1;", /only main\.ts/],
  ["argv", "src/cli/a.ts", "process.argv;", /only main\.ts/],
];

for (const [name, file, source, why] of WRONG) {
  Deno.test(`a violation is found: ${name}`, () => {
    const found = violationsOf({
      ...BASE,
      "src/platform/console.ts": "",
      "src/project/a.ts": "",
      "src/cli/b.ts": "",
      [file]: source,
    });
    assert.equal(found.length, 1, found.join("\n"));
    assert.match(found[0] ?? "", why);
    assert.ok(found[0]?.startsWith(`${file}:`));
  });
}

Deno.test("what stands in comments and texts is no violation", () => {
  assert.deepEqual(
    violationsOf({
      "src/session/a.ts":
        '// Deno.pid and console.log\n/* process.exit */\nconst a = "Bun.file";\nx.console.y;\n',
    }),
    [],
  );
});

Deno.test("a circle is named whole, also through import()", () => {
  assert.deepEqual(
    violationsOf({
      "src/cli/a.ts": 'import "./b.ts";',
      "src/cli/b.ts": '\nawait import("./c.ts");',
      "src/cli/c.ts": 'import "./a.ts";',
      "src/cli/d.ts": 'import "./a.ts";',
    }),
    [
      "src/cli/c.ts:1: imports go in a circle: src/cli/a.ts → src/cli/b.ts → src/cli/c.ts → src/cli/a.ts",
    ],
  );
});

Deno.test("a circle that types close is one", () => {
  assert.deepEqual(
    violationsOf({
      "src/cli/a.ts": 'import type { B } from "./b.ts";',
      "src/cli/b.ts": 'import { a } from "./a.ts";',
      "src/cli/c.ts": 'import { type D } from "./d.ts";',
      "src/cli/d.ts": 'export type { C } from "./c.ts";',
    }),
    [
      "src/cli/b.ts:1: imports go in a circle: src/cli/a.ts → src/cli/b.ts → src/cli/a.ts",
      "src/cli/d.ts:1: imports go in a circle: src/cli/c.ts → src/cli/d.ts → src/cli/c.ts",
    ],
  );
});
