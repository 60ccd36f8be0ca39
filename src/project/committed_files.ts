/**
 * Files as they are committed, read by one run of git.
 * @module
 */
import type { Environment } from "../platform/processes.ts";
import { askGit } from "./ask_git.ts";

/** A committed file. */
export interface CommittedFile {
  /** The id of its content. */
  readonly oid: string;
  readonly bytes: Uint8Array;
}

/** What git knows by the names that were asked for. */
export interface CommittedFiles {
  /** Whether the name means a commit. */
  readonly hasCommit: (revision: string) => boolean;
  /**
   * The file of a revision; links inside the commit are followed. Null where it has none, or no file
   * of that name, and for what lies outside the repository.
   */
  readonly file: (revision: string, path: string) => CommittedFile | null;
}

/** Git answers from local objects: what takes longer does not work. */
const PATIENCE_MS = 5000;

/** A few definitions and configurations; each has at most some MiB. */
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * Looks the files up.
 * @param wanted revision → paths from the root, with `/`. A path may begin with `../`.
 * @returns null when git cannot tell: it is not there, refuses, or does not answer.
 */
export async function committedFiles(
  root: string,
  env: Environment,
  wanted: ReadonlyMap<string, readonly string[]>,
): Promise<CommittedFiles | null> {
  const objects = await objectsNamed(
    root,
    env,
    [...wanted].flatMap(([revision, paths]) => [
      `${revision}^{commit}`,
      ...paths.map((path) => fileName(revision, path)),
    ]),
  );
  if (objects === null) return null;
  return {
    hasCommit: (revision) => objects.get(`${revision}^{commit}`)?.type === "commit",
    file: (revision, path) => {
      const object = objects.get(fileName(revision, path));
      return object?.type === "blob" ? { oid: object.oid, bytes: object.bytes } : null;
    },
  };
}

/**
 * Reads objects by their names, as gitrevisions(7) has them; those that do not exist are left out.
 * @returns null when git cannot tell.
 */
export async function objectsNamed(
  root: string,
  env: Environment,
  wanted: readonly string[],
): Promise<ReadonlyMap<string, NamedObject> | null> {
  const names = wanted.filter((name) => !/[\n\0]/.test(name));
  const answer = await askGit(root, env, ["cat-file", "--batch", "--follow-symlinks"], {
    input: names.map((name) => `${name}\n`).join(""),
    timeoutMs: PATIENCE_MS,
    mostBytes: MOST_BYTES,
    binary: true,
  });
  return answer?.bytes === undefined ? null : readObjects(answer.bytes, names);
}

/**
 * Those of the names that objects have; nothing is read of them.
 * @returns none when git cannot tell.
 */
export async function namesThere(
  root: string,
  env: Environment,
  wanted: readonly string[],
): Promise<ReadonlySet<string>> {
  const names = wanted.filter((name) => !/[\n\0]/.test(name));
  const answer = await askGit(root, env, ["cat-file", "--batch-check=%(objecttype)"], {
    input: names.map((name) => `${name}\n`).join(""),
    timeoutMs: PATIENCE_MS,
    mostBytes: MOST_BYTES,
  });
  const lines = answer?.stdout.split("\n") ?? [];
  return new Set(names.filter((_, index) => /^(?:blob|tree|commit)$/.test(lines[index] ?? "")));
}

/** A path is meant from the root, also where that is below the top of the repository. */
export function fileName(revision: string, path: string): string {
  return `${revision}:./${path}`;
}

/** An object of git's. */
export interface NamedObject extends CommittedFile {
  readonly type: string;
}

/** Reads what `git cat-file --batch` prints, git-cat-file(1), "BATCH OUTPUT". */
function readObjects(
  output: Uint8Array,
  names: readonly string[],
): ReadonlyMap<string, NamedObject> {
  const objects = new Map<string, NamedObject>();
  const decoder = new TextDecoder();
  let at = 0;
  for (const name of names) {
    const end = output.indexOf(LINE_FEED, at);
    if (end < 0) break;
    const line = decoder.decode(output.subarray(at, end));
    at = end + 1;
    const object = /^([0-9a-f]{40}|[0-9a-f]{64}) (\w+) (\d+)$/.exec(line);
    const elsewhere = /^(?:symlink|dangling|loop|notdir) (\d+)$/.exec(line);
    const size = Number(object?.[3] ?? elsewhere?.[1] ?? -1);
    if (size < 0) continue;
    if (object !== null) {
      const [, oid = "", type = ""] = object;
      objects.set(name, { oid, type, bytes: output.subarray(at, at + size) });
    }
    at += size + 1;
  }
  return objects;
}

const LINE_FEED = 0x0a;
