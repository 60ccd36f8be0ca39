/** Builds old projects in temporary directories. */
import { readFileSync } from "node:fs";
import { dirname } from "node:path";

/** The text of a fixture in tests/fixtures/legacy. */
export function fixture(name: string): string {
  return readFileSync(new URL(`../../fixtures/legacy/${name}`, import.meta.url), "utf8");
}

/** A fixture's value, free to change. */
// deno-lint-ignore no-explicit-any -- tests change any part of an old state
export function fixtureValue(name: string): any {
  return JSON.parse(fixture(name));
}

/** A temporary project; `files` maps paths to contents, a value that is no string becomes JSON. */
export function withProject(
  files: Readonly<Record<string, unknown>>,
  test: (root: string) => void,
): void {
  const root = Deno.makeTempDirSync({ prefix: "legacy-" });
  try {
    for (const [path, content] of Object.entries(files)) {
      Deno.mkdirSync(dirname(`${root}/${path}`), { recursive: true });
      if (content instanceof Uint8Array) Deno.writeFileSync(`${root}/${path}`, content);
      else {
        const text = typeof content === "string" ? content : JSON.stringify(content, null, 2);
        Deno.writeTextFileSync(`${root}/${path}`, text);
      }
    }
    test(root);
  } finally {
    Deno.removeSync(root, { recursive: true });
  }
}
