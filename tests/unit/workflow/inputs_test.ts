/**
 * `inputs` of an item: which files its proof is about.
 */
import assert from "node:assert/strict";
import { inputProblem } from "../../../src/workflow/input_problem.ts";
import { inputMatcher } from "../../../src/workflow/inputs.ts";

const FILES = [
  "README.md",
  "a.ts",
  "src/a.ts",
  "src/deep/b.ts",
  "src/deep/.hidden.ts",
  "src/notes.md",
  ".github/workflows/ci.yml",
  "docs/plan (final).md",
  "../other/c.ts",
];

/** Globs → the files of {@link FILES} that count. */
const CASES: readonly (readonly [readonly string[], readonly string[]])[] = [
  [[], []],
  [["**"], FILES.filter((path) => !path.startsWith(".."))],
  [["*.ts"], ["a.ts"]],
  [["**/*.ts"], ["a.ts", "src/a.ts", "src/deep/b.ts", "src/deep/.hidden.ts"]],
  [["src"], ["src/a.ts", "src/deep/b.ts", "src/deep/.hidden.ts", "src/notes.md"]],
  [["./src/"], ["src/a.ts", "src/deep/b.ts", "src/deep/.hidden.ts", "src/notes.md"]],
  [["src/*.{ts,md}"], ["src/a.ts", "src/notes.md"]],
  [["src", "!**/*.md"], ["src/a.ts", "src/deep/b.ts", "src/deep/.hidden.ts"]],
  [["!src", "!../other"], [
    "README.md",
    "a.ts",
    ".github/workflows/ci.yml",
    "docs/plan (final).md",
  ]],
  [["README.md"], ["README.md"]],
  [["docs/plan (final).md"], ["docs/plan (final).md"]],
  [[".github"], [".github/workflows/ci.yml"]],
  [["../other/**"], ["../other/c.ts"]],
];

for (const [inputs, expected] of CASES) {
  Deno.test(`inputs ${JSON.stringify(inputs)}`, () => {
    assert.deepEqual(FILES.filter(inputMatcher(inputs)), expected);
  });
}

Deno.test("entries that are no globs match nothing, and say why", () => {
  for (const glob of ["", "!", "/etc", "~/x", "C:/x", "{{docs}}/**", "src\\a", "x".repeat(1001)]) {
    assert.notEqual(inputProblem(glob), undefined, glob);
    assert.deepEqual(FILES.filter(inputMatcher([glob])).length === 0 || glob.startsWith("!"), true);
  }
  for (const [inputs] of CASES) {
    for (const glob of inputs) assert.equal(inputProblem(glob), undefined, glob);
  }
});

Deno.test("what would make a comparison take hours is no glob, or part of a name", () => {
  for (const glob of ["*a".repeat(10), "**/".repeat(5), "{a,".repeat(5), "?".repeat(5)]) {
    assert.match(inputProblem(glob) ?? "", /wildcards/, glob);
    assert.equal(inputMatcher([glob])("a".repeat(200)), false);
  }
  for (const name of ["(a+)+b", "+(a|aa)+(b|bb)c", "@(a|b)", "$x^"]) {
    assert.equal(inputMatcher([name])(name), true, name);
    assert.equal(inputMatcher([name])("a".repeat(60)), false, name);
  }
});
