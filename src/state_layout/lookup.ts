/**
 * Finds the row of a name.
 * @module
 */
import type { Carrier, LayoutEntry } from "./entry.ts";
import { type PartName, type PathPattern, pathPattern } from "./grammar.ts";
import { LAYOUT } from "./table.ts";

/** A name and what it means. */
export interface Meaning {
  readonly entry: LayoutEntry;
  /** What stands for the parts of the row's path. */
  readonly parts: Readonly<Partial<Record<PartName, string>>>;
}

interface Compiled {
  readonly entry: LayoutEntry;
  readonly pattern: PathPattern;
}

const COMPILED: readonly Compiled[] = LAYOUT.map((entry) => ({
  entry,
  pattern: pathPattern(entry.path),
}));

/** Unfinished work, wherever it lies. */
const UNFINISHED_ROWS = COMPILED.filter(({ entry }) => entry.kind === "unfinished");

/** The other rows by the first name of their paths, which they spell out. */
const BY_FIRST_NAME = new Map<string, Compiled[]>();
for (const compiled of COMPILED) {
  if (UNFINISHED_ROWS.includes(compiled)) continue;
  const name = firstName(compiled.entry.path);
  const rows = BY_FIRST_NAME.get(name);
  if (rows === undefined) BY_FIRST_NAME.set(name, [compiled]);
  else rows.push(compiled);
}

/**
 * What a name means.
 * @param path relative to the state directory, with `/`.
 * @returns null for a name that no row has: no carrier takes it, and nothing reads it.
 */
export function meaningOf(path: string): Meaning | null {
  const unsafe = path.split("/").some((name) => name === "" || name === "." || name === "..");
  if (unsafe || /[\\\0]/.test(path)) return null;
  for (const rows of [UNFINISHED_ROWS, BY_FIRST_NAME.get(firstName(path)) ?? []]) {
    for (const { entry, pattern } of rows) {
      const parts = pattern.match(path);
      if (parts !== null) return { entry, parts };
    }
  }
  return null;
}

/** Whether a carrier takes the files of a row. */
export function takes(carrier: Carrier, { carriers }: LayoutEntry): boolean {
  return carriers.includes(carrier);
}

/** Where a carrier finds what is not of a session, relative to the state directory. */
export interface RepositoryPlaces {
  readonly files: readonly string[];
  /** Each ends in `/`. Not all in them is taken: see {@link takes}. */
  readonly folders: readonly string[];
}

/** The places of a carrier. */
export function repositoryPlaces(carrier: Carrier): RepositoryPlaces {
  const paths = LAYOUT.filter((entry) => entry.owner !== "session" && takes(carrier, entry))
    .map(({ path }) => path);
  const folders = paths.filter((path) => path.includes("/")).map((path) => `${firstName(path)}/`);
  return {
    files: paths.filter((path) => !path.includes("/")),
    folders: [...new Set(folders)],
  };
}

/** Folders of the state directory that only their owner may look into. */
export const PRIVATE_FOLDERS: readonly string[] = [
  ...new Set(
    LAYOUT.filter(({ mode, path }) => mode === "private" && path.includes("/"))
      .map(({ path }) => firstName(path)),
  ),
];

/** What a folder is. */
export type FolderMeaning =
  /** It holds files of the table, and folders that do. */
  | "known"
  /** All files in it and below are of one row, whatever their names. */
  | "opaque"
  | "unfinished"
  | "unknown";

/**
 * What a folder of the state directory means.
 * @param path relative to the state directory, with `/`.
 */
export function folderMeaning(path: string): FolderMeaning {
  if (UNFINISHED_ROWS.some(({ pattern }) => pattern.match(path) !== null)) return "unfinished";
  const depth = path.split("/").length;
  let meaning: FolderMeaning = "unknown";
  for (const { entry } of BY_FIRST_NAME.get(firstName(path)) ?? []) {
    const names = entry.path.split("/");
    const below = names.indexOf("<path>");
    const shared = below < 0 ? depth : Math.min(depth, below);
    const start = path.split("/").slice(0, shared).join("/");
    if (
      names.length <= shared || pathPattern(names.slice(0, shared).join("/")).match(start) === null
    ) {
      continue;
    }
    if (below >= 0 && below <= depth) return "opaque";
    meaning = "known";
  }
  return meaning;
}

/** The first name of a path. */
function firstName(path: string): string {
  return path.split("/", 1)[0] ?? "";
}
