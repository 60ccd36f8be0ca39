import assert from "node:assert/strict";
import { budgetViolations, slowLiterals, startupGraph } from "../../../scripts/check_startup.ts";

function graphOf(files: Readonly<Record<string, string>>, ...entries: readonly string[]) {
  return startupGraph(entries, (file) => files[file] ?? null);
}

Deno.test("static imports are followed, once each, with the bytes of their code", () => {
  const graph = graphOf(
    {
      "main.ts": 'import "./src/a.ts";\nexport * from "./src/b.ts";\n',
      "src/a.ts": 'import "./b.ts"; // é\n',
      "src/b.ts": '/** A file. */\nimport "node:fs";\n  const é: string = "é";\n',
    },
    "main.ts",
    "src/b.ts",
  );
  assert.deepEqual([...graph.files], [["main.ts", 48], ["src/a.ts", 16], ["src/b.ts", 34]]);
  assert.deepEqual([...graph.outside], ["node:fs"]);
  assert.deepEqual(graph.violations, []);
});

Deno.test("what is lazy or only a type is not loaded", () => {
  const graph = graphOf({
    "main.ts":
      'const load = () => import("./src/a.ts");\nimport type { A } from "./src/a.ts";\nimport { type B } from "yaml";\n',
  }, "main.ts");
  assert.deepEqual([...graph.files.keys()], ["main.ts"]);
  assert.deepEqual(graph.violations, []);
});

for (const module of ["yaml", "zod/mini", "@clack/prompts", "node:crypto", "node:child_process"]) {
  Deno.test(`${module} at start is a violation that names the way to it`, () => {
    const graph = graphOf({
      "main.ts": 'import "./src/a.ts";\n',
      "src/a.ts": `\nimport "${module}";\n`,
    }, "main.ts");
    assert.equal(graph.violations.length, 1);
    assert.match(graph.violations[0] ?? "", /^src\/a\.ts:2: .*\(main\.ts → src\/a\.ts\)$/);
  });
}

Deno.test("a missing file is a violation", () => {
  const graph = graphOf({ "main.ts": 'import "./gone.ts";\n' }, "main.ts");
  assert.deepEqual(graph.violations, ["main.ts → gone.ts: there is no such file"]);
});

Deno.test("a budget is kept or not, by files and by bytes", () => {
  const graph = graphOf({ "main.ts": 'import "./a.ts";', "a.ts": "export {}; // two" }, "main.ts");
  const hot = (files: number, bytes: number) => ({
    command: "status",
    entries: ["main.ts"],
    budget: { files, bytes },
  });
  assert.deepEqual(budgetViolations(hot(2, 26), graph), []);
  assert.match(budgetViolations(hot(1, 26), graph).join(), /^status loads 2 files, more than 1$/);
  assert.match(budgetViolations(hot(2, 25), graph).join(), /^status loads 26 bytes/);
});

Deno.test("a literal that computes with sets is a violation in a hot file, wherever it stands", () => {
  const sources = new Map([
    ["main.ts", 'import "./width.ts";\n'],
    ["width.ts", "const a = /[a--b]/u;\nfunction f(t: string) {\n  return /[\\p{Cf}--[a]]/v;\n}\n"],
  ]);
  const { violations } = startupGraph(["main.ts"], (file) => sources.get(file) ?? null);
  assert.equal(violations.length, 1);
  assert.match(violations[0] ?? "", /^width\.ts:3: a literal that computes with sets/);
  assert.deepEqual(slowLiterals("a.ts", 'const a = /^\\p{RGI_Emoji}$/v, b = "/[a--b]/v";'), []);
  assert.equal(slowLiterals("a.ts", "const a = /[[a-z]&&[x]]/giv;").length, 1);
});
