/**
 * The further pages of the documentation: all that `docs/` has.
 * @module
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

/**
 * Paths of the pages, relative to the folder of the project, in the order of their names.
 * @param root the folder of the project.
 */
export function pagesOf(root: string): readonly string[] {
  const folder = join(root, "docs");
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((name) => name.endsWith(".md")).sort().map((name) =>
    `docs/${name}`
  );
}
