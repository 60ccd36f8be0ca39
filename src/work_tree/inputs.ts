/**
 * Where there is no repository: the files that the `inputs` of an item match, by content.
 * @module
 */
import { lstatSync, readdirSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { sha256Hex } from "../platform/hash.ts";
import { inputMatcher } from "../workflow/inputs.ts";
import type { InputFiles } from "../workflow/work_record.ts";
import { MOST_CHANGED } from "../workflow/work_tree.ts";
import { fileFacts } from "./file_facts.ts";

/** What is looked at at most: enough for any project without what it has installed. */
export interface InputLimits {
  /** Files and folders that are walked. */
  readonly entries: number;
  /** Files that match. */
  readonly files: number;
  readonly bytes: number;
}

const LIMITS: InputLimits = { entries: 50_000, files: 5000, bytes: 256 * 1024 * 1024 };

/** Where, and what. */
export interface InputRequest {
  /** Absolute path of the project. */
  readonly root: string;
  /** Names below `root` that do not count: the state directory. */
  readonly without: readonly string[];
  readonly inputs: readonly string[];
  readonly limits?: InputLimits;
}

/** A file by its path, relative to the root, with `/`: the hash of its content, or of where a link leads. */
type Found = ReadonlyMap<string, string>;

/** Their digest, and each of them where they are few. Never throws. */
export function takeInputs(request: InputRequest): InputFiles {
  const found = filesOf(request);
  if (found === null) return { missing: "too many files" };
  const entries = [...found].sort(([one], [other]) => one < other ? -1 : 1);
  return {
    count: entries.length,
    sha256: sha256Hex(JSON.stringify(entries)),
    ...(entries.length > MOST_CHANGED ? {} : { files: Object.fromEntries(entries) }),
  };
}

/** Null where there are too many. */
function filesOf({ root, without, inputs, limits = LIMITS }: InputRequest): Found | null {
  const counts = inputMatcher(inputs);
  const left = new Set([...without, ".git"]);
  const found = new Map<string, string>();
  const folders = [""];
  let walked = 0;
  let bytes = 0;
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of namesIn(join(root, folder))) {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (left.has(path)) continue;
      walked += 1;
      if (walked > limits.entries) return null;
      if (entry.isDirectory()) folders.push(path);
      if (entry.isDirectory() || !counts(path)) continue;
      bytes += sizeOf(join(root, path));
      if (found.size >= limits.files || bytes > limits.bytes) return null;
      found.set(path, contentOf(root, path, entry.isSymbolicLink()));
    }
  }
  return found;
}

function namesIn(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

function sizeOf(path: string): number {
  return lstatSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** What cannot be read is the same as long as it cannot. */
function contentOf(root: string, path: string, isLink: boolean): string {
  try {
    if (isLink) return sha256Hex(readlinkSync(join(root, path)));
    const { kind, bytes, sha256 } = fileFacts(root, path);
    return sha256 ?? `${kind} ${bytes ?? ""}`;
  } catch {
    return "unreadable";
  }
}

/** Paths that differ; null where they cannot be named. */
export function changedInputs(then: InputFiles, now: InputFiles): readonly string[] | null {
  if ("missing" in then || "missing" in now) return null;
  if (then.files === undefined || now.files === undefined) return null;
  const [before, after] = [then.files, now.files];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((path) => before[path] !== after[path]).sort();
}
