/**
 * The first commit of a repository's history: it says which repository this is where no remote does.
 * @module
 */
import { closeSync, existsSync, openSync, readdirSync, readSync } from "node:fs";
import type { Environment } from "../platform/processes.ts";
import { askGit } from "./ask_git.ts";
import { gitDirectory } from "./git_remote.ts";

/** A long history without a commit graph takes longer to walk; it goes unrecorded then. */
const PATIENCE_MS = 1000;

/** What is said of a state directory whose first commit its repository does not have. */
export const COPIED_WITHOUT_REMOTE =
  'The state in ".orchestrator" was created in a repository with a different history: ' +
  'it was copied here, or the history was rewritten; "orchestrator init" records the new one';

/**
 * The first commit of what is checked out.
 * @param root absolute path of the project.
 * @returns null without git, without a commit, in a shallow clone, where no commit is the first, and
 * where git does not say within a second. Never throws.
 */
export async function rootCommit(root: string, env: Environment): Promise<string | null> {
  const directory = gitDirectory(root);
  if (directory === null || isShallow(directory)) return null;
  const output = await text(root, env, ["rev-list", "--max-parents=0", "HEAD"]);
  // Histories that were joined have several: the last one listed is the oldest.
  const oldest = output?.trim().split("\n").at(-1) ?? "";
  return isObjectId(oldest) ? oldest : null;
}

/** Whether a text is the full name of one of git's objects. */
function isObjectId(text: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(text);
}

/**
 * Whether a repository has no such commit.
 * @returns false also where that cannot be told: without git, and in a shallow clone.
 */
export async function lacksCommit(
  root: string,
  commit: string,
  env: Environment,
): Promise<boolean> {
  const directory = gitDirectory(root);
  if (directory === null || !isObjectId(commit) || isShallow(directory)) return false;
  if (hasObject(`${directory}/objects`, commit)) return false;
  // It may lie in a place that only git knows: with an alternate, for instance.
  const answer = await text(root, env, ["cat-file", "-t", commit], [1, 128]);
  return answer !== null && answer.trim() !== "commit";
}

async function text(
  root: string,
  env: Environment,
  args: readonly string[],
  codes?: readonly number[],
): Promise<string | null> {
  return (await askGit(root, env, args, { timeoutMs: PATIENCE_MS, codes }))?.stdout ?? null;
}

function isShallow(directory: string): boolean {
  return existsSync(`${directory}/shallow`);
}

/**
 * Whether an object lies in a folder of objects, loose or in a pack: a few reads instead of a process
 * before each answer (gitformat-pack(5), "Version 2 pack-*.idx files").
 * @returns false also where it cannot be told.
 */
export function hasObject(objects: string, id: string): boolean {
  if (existsSync(`${objects}/${id.slice(0, 2)}/${id.slice(2)}`)) return true;
  let names: readonly string[];
  try {
    names = readdirSync(`${objects}/pack`);
  } catch {
    return false;
  }
  return names.some((name) => name.endsWith(".idx") && isInIndex(`${objects}/pack/${name}`, id));
}

const HEADER = 8;
const FANOUT = 256 * 4;

function isInIndex(path: string, id: string): boolean {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch {
    return false;
  }
  try {
    const wanted = Uint8Array.from(id.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
    const bytes = wanted.length;
    const read = (length: number, at: number): Uint8Array => {
      const buffer = new Uint8Array(length);
      return buffer.subarray(0, readSync(file, buffer, 0, length, at));
    };
    const number = (at: number) => new DataView(read(4, at).buffer).getUint32(0);
    if (number(0) !== 0xff744f63 || number(4) !== 2) return false;
    const first = wanted[0] ?? 0;
    let low = first === 0 ? 0 : number(HEADER + (first - 1) * 4);
    let high = number(HEADER + first * 4);
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const order = compare(read(bytes, HEADER + FANOUT + middle * bytes), wanted);
      if (order === 0) return true;
      if (order < 0) low = middle + 1;
      else high = middle;
    }
    return false;
  } catch {
    return false;
  } finally {
    closeSync(file);
  }
}

/** A sign, as `sort` wants it. */
function compare(one: Uint8Array, other: Uint8Array): number {
  for (const [index, byte] of other.entries()) {
    const difference = (one[index] ?? -1) - byte;
    if (difference !== 0) return difference;
  }
  return 0;
}
