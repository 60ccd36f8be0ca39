/**
 * Reading and writing git's objects, many at a time.
 * @module
 */
import { Buffer } from "node:buffer";
import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { OrchestratorError } from "../errors.ts";
import { ioError, syncDirectory } from "../platform/atomic_file.ts";
import { syncFiles } from "../platform/copy_file.ts";
import { removeTemporary } from "../platform/remove_tree.ts";
import { PRIVATE } from "../state_layout/modes.ts";
import { TEMPORARY_FOLDERS } from "../state_layout/places.ts";
import { type Git, MOST_LISTED } from "./git.ts";

/** A file of a tree. */
export interface TreeFile {
  readonly oid: string;
  /** Bytes. */
  readonly size: number;
}

/** The files of a tree by their paths, regular files only. */
export type Tree = ReadonlyMap<string, TreeFile>;

/** The id git gives these bytes as a blob. */
export function blobId(git: Git, bytes: Uint8Array): string {
  return createHash(git.objectFormat).update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}

/** An object as git keeps it. */
export interface GitObject {
  readonly type: string;
  readonly bytes: Uint8Array;
}

/**
 * Reads objects by ids or other names, in the order asked for; null for one that is not there.
 * @param mostBytes the most they may have together. Default: what folders have.
 */
export async function readObjects(
  git: Git,
  names: readonly string[],
  mostBytes = MOST_LISTED,
): Promise<readonly (GitObject | null)[]> {
  if (names.length === 0) return [];
  const input = names.map((name) => `${name}\n`).join("");
  const result = await git.run(["cat-file", "--batch"], { input, binary: true, mostBytes });
  const bytes = result.bytes ?? new Uint8Array();
  const objects: (GitObject | null)[] = [];
  let at = 0;
  for (const name of names) {
    const end = bytes.indexOf(0x0a, at);
    const head = new TextDecoder().decode(bytes.subarray(at, Math.max(end, at)));
    const [, type, size] = /^[0-9a-f]+ ([a-z]+) (\d+)$/.exec(head) ?? [];
    if (end >= 0 && / missing$/.test(head)) {
      objects.push(null);
      at = end + 1;
      continue;
    }
    if (end < 0 || type === undefined || size === undefined) {
      throw new OrchestratorError("git_failed", `Cannot read git object "${name}": ${head}`);
    }
    objects.push({ type, bytes: bytes.subarray(end + 1, end + 1 + Number(size)) });
    at = end + 1 + Number(size) + 1;
  }
  return objects;
}

/**
 * Reads blobs, in the order asked for, whatever their size: the caller has looked at it.
 * @throws `git_failed` when one is not there.
 */
export async function readBlobs(
  git: Git,
  oids: readonly string[],
): Promise<readonly Uint8Array[]> {
  const objects = await readObjects(git, oids, Infinity);
  return objects.map((object, index) => {
    if (object?.type === "blob") return object.bytes;
    throw missing(git, oids[index] ?? "");
  });
}

/** The error of an object that must be there. */
export function missing(git: Git, name: string): OrchestratorError {
  git.complain(`missing object ${name}`);
  return new OrchestratorError("git_failed", `Cannot read git object "${name}": it is missing`);
}

/** What a tree says of a name. */
export interface TreeEntry {
  /** As git spells it, e.g. `100644`, `40000`. */
  readonly mode: string;
  readonly type: "blob" | "tree" | "commit";
  readonly oid: string;
}

/** The entries of a tree by name; none if it is not a tree. */
export function treeEntries(
  git: Git,
  object: GitObject | null | undefined,
): Map<string, TreeEntry> {
  const entries = new Map<string, TreeEntry>();
  if (object?.type !== "tree") return entries;
  const { bytes } = object;
  const idLength = git.objectFormat === "sha256" ? 32 : 20;
  const decoder = new TextDecoder();
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf(0, at);
    const [mode = "", ...name] = decoder.decode(bytes.subarray(at, end)).split(" ");
    const oid = Buffer.from(bytes.subarray(end + 1, end + 1 + idLength)).toString("hex");
    const type = mode === "40000" ? "tree" : mode === "160000" ? "commit" : "blob";
    entries.set(name.join(" "), { mode, type, oid });
    at = end + 1 + idLength;
  }
  return entries;
}

/** Writes blobs into the object store, see {@link syncObjects}; the user's attributes and filters do not count. */
export async function writeBlobs(
  git: Git,
  blobs: AsyncIterable<Uint8Array>,
): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), TEMPORARY_FOLDERS.blobs));
  try {
    const paths: string[] = [];
    for await (const blob of blobs) {
      const path = join(folder, String(paths.length));
      try {
        writeFileSync(path, blob, { mode: PRIVATE.file });
      } catch (error) {
        throw ioError("write", path, error);
      }
      paths.push(path);
    }
    if (paths.length === 0) return [];
    const { stdout } = await git.run(["hash-object", "-w", "--no-filters", "--stdin-paths"], {
      input: paths.map((path) => `${path}\n`).join(""),
      unsynced: true,
    });
    return stdout.trim().split("\n");
  } finally {
    removeTemporary(folder);
  }
}

/**
 * Makes objects durable, their names too. Git syncs no names, and which of its commands sync what is in
 * them differs from version to version.
 */
export function syncObjects(git: Git, oids: Iterable<string>): void {
  const files = [...new Set(oids)].map((oid) => looseObject(git, oid)).filter((path) =>
    existsSync(path)
  );
  if (files.length === 0) return;
  syncFiles(objectFolder(git), files);
  for (const folder of new Set(files.map(dirname))) syncDirectory(folder);
  syncDirectory(objectFolder(git));
}

/** Path of a loose object. */
export function looseObject(git: Git, oid: string): string {
  return join(objectFolder(git), oid.slice(0, 2), oid.slice(2));
}

function objectFolder({ commonDirectory }: Git): string {
  return join(commonDirectory, "objects");
}

interface Folder {
  readonly folders: Map<string, Folder>;
  readonly entries: Map<string, TreeEntry>;
}

/**
 * Writes trees.
 * @param entries files by path; an unchanged folder may be given as a whole.
 * @returns the id of the root, and of every folder that was written, by path.
 */
export async function writeTree(
  git: Git,
  entries: ReadonlyMap<string, TreeEntry>,
): Promise<{ readonly oid: string; readonly folders: ReadonlyMap<string, string> }> {
  const root: Folder = { folders: new Map(), entries: new Map() };
  const levels: { readonly path: string; readonly folder: Folder }[][] = [];
  for (const [path, entry] of entries) {
    const parts = path.split("/");
    const name = parts.pop() ?? "";
    let folder = root;
    for (const [depth, part] of parts.entries()) {
      let next = folder.folders.get(part);
      if (next === undefined) {
        next = { folders: new Map(), entries: new Map() };
        folder.folders.set(part, next);
        (levels[depth] ??= []).push({ path: parts.slice(0, depth + 1).join("/"), folder: next });
      }
      folder = next;
    }
    folder.entries.set(name, entry);
  }
  const ids = new Map<Folder, string>();
  const folders = new Map<string, string>();
  // The deepest first: a folder is written once all in it are.
  for (const level of [...levels.reverse(), [{ path: "", folder: root }]]) {
    const input = level.map(({ folder }) => linesOf(folder, ids)).join("\0");
    const { stdout } = await git.run(["mktree", "-z", "--batch"], { input: input + "\0" });
    const written = stdout.trim().split("\n");
    for (const [index, { path, folder }] of level.entries()) {
      const oid = written[index] ?? "";
      ids.set(folder, oid);
      folders.set(path, oid);
    }
  }
  return { oid: ids.get(root) ?? "", folders };
}

function linesOf(folder: Folder, ids: ReadonlyMap<Folder, string>): string {
  const lines = [
    ...[...folder.folders].map(([name, inner]) => `040000 tree ${ids.get(inner) ?? ""}\t${name}`),
    ...[...folder.entries].map(([name, { mode, type, oid }]) =>
      `${mode.padStart(6, "0")} ${type} ${oid}\t${name}`
    ),
  ];
  return lines.map((line) => `${line}\0`).join("");
}

/** Who commits: the user where git knows one, else this program. */
async function identity(git: Git): Promise<Readonly<Record<string, string>>> {
  const { exitCode } = await git.run(["var", "GIT_COMMITTER_IDENT"], { codes: [1, 128] });
  const author = await git.run(["var", "GIT_AUTHOR_IDENT"], { codes: [1, 128] });
  if (exitCode === 0 && author.exitCode === 0) return {};
  return {
    GIT_AUTHOR_NAME: "orchestrator",
    GIT_AUTHOR_EMAIL: "orchestrator@localhost",
    GIT_COMMITTER_NAME: "orchestrator",
    GIT_COMMITTER_EMAIL: "orchestrator@localhost",
  };
}

/** Makes a commit. */
export async function writeCommit(
  git: Git,
  commit: {
    readonly tree: string;
    readonly parents: readonly string[];
    readonly message: string;
    readonly time: Date;
  },
): Promise<string> {
  const date = `${Math.floor(commit.time.getTime() / 1000)} +0000`;
  return await git.line(
    ["commit-tree", commit.tree, ...commit.parents.flatMap((parent) => ["-p", parent])],
    {
      input: commit.message,
      env: { ...await identity(git), GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date },
    },
  );
}
