/**
 * Whole directory trees as values: to prove that something changed nothing, or only what it should.
 * @module
 */
import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";

/** How closely a tree is looked at. */
export interface TreeOptions {
  /**
   * Whether times of change count. Default true: then a file that was written with the content it
   * had, or made and removed again, shows too.
   */
  readonly times?: boolean;
  /** Relative paths (with `/`) to leave out, with all below them. */
  readonly without?: readonly string[];
}

/** Every path below a directory, relative with `/`, and one line that describes it. */
export type Tree = ReadonlyMap<string, string>;

/** Reads a tree. The directory itself is `.`. Symbolic links are not followed. */
export function readTree(directory: string, options: TreeOptions = {}): Tree {
  const tree = new Map<string, string>();
  const without = new Set(options.without ?? []);
  const visit = (path: string, name: string): void => {
    if (without.has(name)) return;
    tree.set(name, describe(path, options.times ?? true));
    if (!lstatSync(path).isDirectory()) return;
    for (const entry of readdirSync(path).sort()) {
      visit(join(path, entry), name === "." ? entry : `${name}/${entry}`);
    }
  };
  visit(directory, ".");
  return tree;
}

/** What differs between two trees: `added x`, `removed x`, `changed x`; empty when nothing does. */
export function compareTrees(before: Tree, after: Tree): readonly string[] {
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names].sort().flatMap((name) => {
    const left = before.get(name);
    const right = after.get(name);
    if (left === right) return [];
    if (left === undefined) return [`added ${name}`];
    return right === undefined ? [`removed ${name}`] : [`changed ${name}`];
  });
}

function describe(path: string, times: boolean): string {
  const stat = lstatSync(path, { bigint: true });
  const mode = (stat.mode & 0o7777n).toString(8);
  const time = times ? ` ${stat.mtimeNs}` : "";
  if (stat.isDirectory()) return `directory ${mode}${time}`;
  if (stat.isSymbolicLink()) return `link ${readlinkSync(path)}`;
  if (!stat.isFile()) return `other ${mode}${time}`;
  const hash = createHash("sha256").update(readFileSync(path)).digest("hex");
  return `file ${mode}${time} ${hash}`;
}
