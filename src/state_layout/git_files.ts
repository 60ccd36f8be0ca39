/**
 * The git configuration of the state directory in portable mode, derived from the table.
 * @module
 */
import type { LayoutEntry } from "./entry.ts";
import { ANYWHERE } from "./grammar.ts";
import { takes } from "./lookup.ts";
import { FOLDERS } from "./names.ts";
import { LAYOUT } from "./table.ts";

/**
 * Patterns of what must never be committed. A leading slash binds one to the state directory itself.
 */
export const NEVER_COMMITTED: readonly string[] = unique(
  LAYOUT.filter((entry) => !takes("git", entry)).map(ignorePattern),
);

const NEVER = new RegExp(NEVER_COMMITTED.map(patternSource).join("|"));

/**
 * Whether a file must never be committed.
 * @param name relative to the state directory, with `/`.
 */
export function isNeverCommitted(name: string): boolean {
  return NEVER.test(name);
}

/** Lines that say how git merges what is committed: the later one counts. */
export const MERGE_ATTRIBUTES: readonly string[] = [
  `/${FOLDERS.sessions}/** -merge`,
  `/${FOLDERS.log}/** -merge`,
  ...LAYOUT.filter((entry) => takes("git", entry) && entry.merge === "union")
    .map(({ path }) => `/${wildcards(path)} merge=union`),
];

/** The shortest pattern that fits a row's files and no other row's that git takes. */
function ignorePattern({ path }: LayoutEntry): string {
  if (path.startsWith(ANYWHERE)) return wildcards(path.slice(ANYWHERE.length));
  const names = path.split("/");
  for (let length = 1; length < names.length; length++) {
    const folder = `${names.slice(0, length).join("/")}/`;
    const isTaken = LAYOUT.some((entry) => takes("git", entry) && entry.path.startsWith(folder));
    if (!isTaken) return `/${wildcards(folder)}`;
  }
  return `/${wildcards(path)}`;
}

function wildcards(path: string): string {
  return path.replace(/<[^>]+>/g, "*");
}

/** Rules for files in any folder are written once, for all folders. */
function unique(patterns: readonly string[]): readonly string[] {
  const anywhere = patterns.filter((pattern) => !pattern.startsWith("/"));
  return [...new Set(patterns)].filter((pattern) =>
    !anywhere.some((general) => pattern.startsWith(`/${general.slice(0, -1)}`))
  );
}

/** A pattern of git's as a regular expression: as much of it as the table needs. */
function patternSource(pattern: string): string {
  const bound = pattern.startsWith("/");
  const inside = pattern.endsWith("/") ? "" : "(?:/|$)";
  const source = pattern.slice(bound ? 1 : 0).replace(/[.+?^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", "[^/]*");
  return `${bound ? "^" : "(?:^|/)"}${source}${inside}`;
}
