/**
 * The id of a tree that differs from a commit's in some paths, without writing any object: trees are
 * what git-hash-object(1) makes of `<mode> <name>\0<id>` for each entry, in git's order.
 * @module
 */
import { createHash } from "node:crypto";
import type { ObjectFormat } from "./content.ts";
import { GitFailure, type LookingGit } from "./git.ts";
import { textAsNames } from "./names.ts";
import type { ChangedFile } from "../workflow/work_tree.ts";

/** What differs from the commit. */
export interface TreeChanges {
  readonly changed: readonly ChangedFile[];
  /** Files and folders that do not count. */
  readonly without: readonly string[];
}

/** An entry of a tree; its name, and its id, as one character a byte. */
interface Entry {
  readonly mode: string;
  readonly id: string;
}

type Entries = Map<string, Entry>;

/** A folder in which something changes. */
interface Folder {
  readonly folders: Map<string, Folder>;
  /** Null takes an entry away. */
  readonly files: Map<string, { readonly mode: string; readonly id: string } | null>;
}

const FOLDER_MODE = "40000";

/**
 * The id of the tree.
 * @param commit null where there is none yet.
 */
export async function changedTree(
  git: LookingGit,
  { commit, format, changes }: {
    readonly commit: string | null;
    readonly format: ObjectFormat;
    readonly changes: TreeChanges;
  },
): Promise<string> {
  const top = plan(changes);
  const known = commit === null ? new Map<string, Entries>() : await readTrees(git, {
    commit,
    format,
    paths: [...foldersOf(top, "")],
  });
  const made = apply(top, "", known, format);
  return Buffer.from(made ?? treeId(new Map(), format), "latin1").toString("hex");
}

function plan({ changed, without }: TreeChanges): Folder {
  const top = emptyFolder();
  for (const path of without) setIn(top, path, null);
  // What is taken away comes first: a file may be where a folder was.
  for (const { path, mode, blob } of changed) {
    if (mode === null || blob === null) setIn(top, path, null);
  }
  for (const { path, mode, blob } of changed) {
    if (mode === null || blob === null) continue;
    setIn(top, path, { mode, id: Buffer.from(blob, "hex").toString("latin1") });
  }
  return top;
}

function emptyFolder(): Folder {
  return { folders: new Map(), files: new Map() };
}

function setIn(top: Folder, path: string, entry: Entry | null): void {
  const names = path.split("/").map((name) => textAsNames(name).toString("latin1"));
  const last = names.pop() ?? "";
  let folder = top;
  for (const name of names) {
    const next = folder.folders.get(name) ?? emptyFolder();
    folder.folders.set(name, next);
    folder = next;
  }
  folder.files.set(last, entry);
}

/** Paths of a folder and of those below it, the top as "". */
function* foldersOf(folder: Folder, path: string): Iterable<string> {
  yield path;
  for (const [name, below] of folder.folders) {
    yield* foldersOf(below, path === "" ? name : `${path}/${name}`);
  }
}

/** @returns the id of the folder's tree; null for a folder that is empty then. */
function apply(
  folder: Folder,
  path: string,
  known: ReadonlyMap<string, Entries>,
  format: ObjectFormat,
): string | null {
  const entries: Entries = new Map(known.get(path));
  for (const [name, entry] of folder.files) {
    if (entry === null) entries.delete(name);
    else entries.set(name, entry);
  }
  for (const [name, below] of folder.folders) {
    const id = apply(below, path === "" ? name : `${path}/${name}`, known, format);
    // A file in its place stays, unless something came into the folder.
    if (id !== null) entries.set(name, { mode: FOLDER_MODE, id });
    else if (entries.get(name)?.mode === FOLDER_MODE) entries.delete(name);
  }
  return entries.size === 0 && path !== "" ? null : treeId(entries, format);
}

/** @returns one character a byte. */
function treeId(entries: Entries, format: ObjectFormat): string {
  const order = ([name, { mode }]: readonly [string, Entry]) =>
    mode === FOLDER_MODE ? `${name}/` : name;
  // One character a byte: they compare as git compares bytes.
  const sorted = [...entries].sort((one, other) => order(one) < order(other) ? -1 : 1);
  const content = sorted.map(([name, { mode, id }]) => `${mode} ${name}\0${id}`).join("");
  const object = Buffer.from(`tree ${content.length}\0${content}`, "latin1");
  return createHash(format).update(object).digest().toString("latin1");
}

/** The entries of the commit's folders at these paths; none for one that is not there. */
async function readTrees(
  git: LookingGit,
  { commit, format, paths }: {
    readonly commit: string;
    readonly format: ObjectFormat;
    readonly paths: readonly string[];
  },
): Promise<ReadonlyMap<string, Entries>> {
  const odd = paths.find((path) => path.includes("\n"));
  if (odd !== undefined) throw new GitFailure("a line feed in the name of a changed folder");
  const names = paths.map((path) => path === "" ? `${commit}^{tree}` : `${commit}:${path}`);
  const output = await git.bytes(["cat-file", "--batch"], {
    input: Buffer.from(names.map((name) => `${name}\n`).join(""), "latin1"),
  });
  const text = Buffer.from(output).toString("latin1");
  const found = new Map<string, Entries>();
  let at = 0;
  for (const path of paths) {
    const end = text.indexOf("\n", at);
    const header = text.slice(at, end);
    at = end + 1;
    const [, type, size] = /^[0-9a-f]+ (\w+) (\d+)$/.exec(header) ?? [];
    if (size === undefined) {
      if (header.endsWith(" missing") && path !== "") continue;
      throw new GitFailure(`${header || "nothing"} instead of a tree`);
    }
    if (type === "tree") found.set(path, readTree(text.slice(at, at + Number(size)), format));
    at += Number(size) + 1;
  }
  return found;
}

function readTree(content: string, format: ObjectFormat): Entries {
  const idLength = format === "sha1" ? 20 : 32;
  const entries: Entries = new Map();
  for (let at = 0; at < content.length;) {
    const space = content.indexOf(" ", at);
    const nul = content.indexOf("\0", space);
    const id = content.slice(nul + 1, nul + 1 + idLength);
    entries.set(content.slice(space + 1, nul), { mode: content.slice(at, space), id });
    at = nul + 1 + idLength;
  }
  return entries;
}
