/**
 * Reading and writing git's objects, many at a time.
 * @module
 */
import { mkdtempSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OrchestratorError } from "../errors.ts";
import { ioError } from "../platform/atomic_file.ts";
import { removeTemporary } from "../platform/remove_tree.ts";
import { TEMPORARY_FOLDERS } from "../state_layout/places.ts";
import type { Git } from "./git.ts";

/** A file of a tree. */
export interface TreeFile {
  readonly oid: string;
  /** Bytes. */
  readonly size: number;
}

/** The files of a tree by their paths. What is no plain file is left out. */
export type Tree = ReadonlyMap<string, TreeFile>;

/** The id git gives these bytes as a blob. */
export function blobId(git: Git, bytes: Uint8Array): string {
  return createHash(git.objectFormat).update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}

/** The files of a commit. */
export async function readTree(git: Git, commit: string): Promise<Tree> {
  const { stdout } = await git.run(["ls-tree", "-r", "-l", "-z", "--full-tree", commit]);
  const tree = new Map<string, TreeFile>();
  for (const entry of stdout.split("\0")) {
    const parts = /^(100644|100755) blob ([0-9a-f]+) +(\d+)\t(.*)$/s.exec(entry);
    const [, , oid, size, path] = parts ?? [];
    if (oid === undefined || path === undefined) continue;
    tree.set(path, { oid, size: Number(size) });
  }
  return tree;
}

/** Reads blobs, in the order asked for. */
export async function readBlobs(
  git: Git,
  oids: readonly string[],
): Promise<readonly Uint8Array[]> {
  if (oids.length === 0) return [];
  const input = oids.map((oid) => `${oid}\n`).join("");
  const result = await git.run(["cat-file", "--batch"], { input, binary: true });
  const bytes = result.bytes ?? new Uint8Array();
  const blobs: Uint8Array[] = [];
  let at = 0;
  for (const oid of oids) {
    const end = bytes.indexOf(0x0a, at);
    const head = new TextDecoder().decode(bytes.subarray(at, Math.max(end, at)));
    const size = /^[0-9a-f]+ blob (\d+)$/.exec(head)?.[1];
    if (end < 0 || size === undefined) {
      throw new OrchestratorError("git_failed", `Cannot read git object "${oid}": ${head}`);
    }
    blobs.push(bytes.subarray(end + 1, end + 1 + Number(size)));
    at = end + 1 + Number(size) + 1;
  }
  return blobs;
}

/** Writes blobs into the object store; the user's attributes and filters do not count. */
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
        writeFileSync(path, blob, { mode: 0o600 });
      } catch (error) {
        throw ioError("write", path, error);
      }
      paths.push(path);
    }
    if (paths.length === 0) return [];
    const { stdout } = await git.run(["hash-object", "-w", "--no-filters", "--stdin-paths"], {
      input: paths.map((path) => `${path}\n`).join(""),
    });
    return stdout.trim().split("\n");
  } finally {
    removeTemporary(folder);
  }
}

interface Folder {
  readonly folders: Map<string, Folder>;
  readonly files: Map<string, string>;
}

/**
 * Writes trees.
 * @param files object ids by path.
 * @returns the id of the whole.
 */
export async function writeTree(git: Git, files: ReadonlyMap<string, string>): Promise<string> {
  const root: Folder = { folders: new Map(), files: new Map() };
  const levels: Folder[][] = [];
  for (const [path, oid] of files) {
    const parts = path.split("/");
    const name = parts.pop() ?? "";
    let folder = root;
    for (const [depth, part] of parts.entries()) {
      let next = folder.folders.get(part);
      if (next === undefined) {
        next = { folders: new Map(), files: new Map() };
        folder.folders.set(part, next);
        (levels[depth] ??= []).push(next);
      }
      folder = next;
    }
    folder.files.set(name, oid);
  }
  const ids = new Map<Folder, string>();
  // The deepest first: a folder is written once all in it are.
  for (const level of [...levels.reverse(), [root]]) {
    const input = level.map((folder) => entriesOf(folder, ids)).join("\n");
    const { stdout } = await git.run(["mktree", "--batch"], { input: input + "\n" });
    const written = stdout.trim().split("\n");
    for (const [index, folder] of level.entries()) ids.set(folder, written[index] ?? "");
  }
  return ids.get(root) ?? "";
}

function entriesOf(folder: Folder, ids: ReadonlyMap<Folder, string>): string {
  const lines = [
    ...[...folder.folders].map(([name, inner]) => `040000 tree ${ids.get(inner) ?? ""}\t${name}`),
    ...[...folder.files].map(([name, oid]) => `100644 blob ${oid}\t${name}`),
  ];
  return lines.map((line) => `${line}\n`).join("");
}

/** Who commits: the user where git knows one, else this program. */
export async function identity(git: Git): Promise<Readonly<Record<string, string>>> {
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
