/** What CONTRIBUTING.md, SECURITY.md and the maps name is there. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname ?? ".", "..", "..", "..");
const PAGES = ["CONTRIBUTING.md", "tests/README.md"];
const read = (name: string) => readFileSync(join(ROOT, name), "utf8");

Deno.test("every file and folder that CONTRIBUTING.md names is there", () => {
  const paths = [
    ...read("CONTRIBUTING.md").matchAll(/`((?:src|tests|scripts|packaging)\/[^`]*)`/g),
  ];
  assert.ok(paths.length > 10, "the table of tasks names none");
  assert.deepEqual(
    paths.map(([, path = ""]) => path).filter((p) => !existsSync(join(ROOT, p))),
    [],
  );
});

Deno.test("every task that the pages name is one of deno.json", () => {
  const { tasks } = JSON.parse(read("deno.json")) as { readonly tasks: Record<string, unknown> };
  for (const page of PAGES) {
    const named = [...read(page).matchAll(/\btask ([a-z:]+)/g)].map(([, name = ""]) => name);
    assert.ok(named.length > 3, page);
    assert.deepEqual(named.filter((name) => !(name in tasks)), [], page);
  }
});
