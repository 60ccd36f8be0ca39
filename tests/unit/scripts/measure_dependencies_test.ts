/** The candidates that are measured are those that the page names, in the versions that are used. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { CANDIDATES } from "../../../scripts/dependency_candidates.ts";

const ROOT = new URL("../../../", import.meta.url);

Deno.test("a package that is used is measured in the version that is used", () => {
  const { imports } = JSON.parse(readFileSync(new URL("deno.json", ROOT), "utf8")) as {
    readonly imports: Readonly<Record<string, string>>;
  };
  for (const specifier of CANDIDATES.flatMap(({ packages }) => packages)) {
    assert.match(specifier, /.@\d+\.\d+\.\d+$/);
    const used = imports[specifier.slice(0, specifier.lastIndexOf("@"))];
    if (used !== undefined) assert.equal(used, `npm:${specifier}`);
  }
});

Deno.test("every candidate has a row in the page, and every row is a candidate", () => {
  const page = readFileSync(new URL("docs/design/dependencies.md", ROOT), "utf8");
  const section = page.split("\n## Measured\n")[1]?.split("\n## ", 1)[0] ?? "";
  const rows = section.split("\n").filter((line) => /^\| (?!place|-)/.test(line)).map((line) => {
    const [, place = "", name = ""] = line.split("|").map((cell) => cell.trim());
    return `${place}: ${name}`;
  });
  assert.deepEqual(rows, CANDIDATES.map(({ place, name }) => `${place}: ${name}`));
});
