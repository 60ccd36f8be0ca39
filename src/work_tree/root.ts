/**
 * Which directory a project's root is, so that two lines of a journal can be compared.
 * @module
 */
import { readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import process from "node:process";
import { sha256Hex } from "../platform/hash.ts";
import type { RootRecord } from "../workflow/work_record.ts";

/** Enough that two directories have the same by accident never. */
const DIGITS = 32;

/** Describes the directory. @param lineage of the session: other sessions have other hashes for it. */
export function rootRecord(root: string, lineage: string): RootRecord {
  const hashed = (what: string, value: string) =>
    sha256Hex(`${lineage}\0${what}\0${value}`).slice(0, DIGITS);
  const repository = commonDirectory(root);
  return {
    machine: hashed("machine", process.getBuiltinModule("node:os").hostname()),
    path: hashed("path", realpathSync.native(root)),
    directory: hashed("directory", identityOf(root)),
    ...(repository === null ? {} : { repository: hashed("directory", identityOf(repository)) }),
  };
}

function identityOf(path: string): string {
  const { dev, ino } = statSync(path, { bigint: true });
  return `${dev}:${ino}`;
}

/** What all work trees of the repository around `root` share, without starting git; null without one. */
function commonDirectory(root: string): string | null {
  let directory = resolve(root);
  for (;;) {
    const found = join(directory, ".git");
    if (statSync(found, { throwIfNoEntry: false }) !== undefined) return sharedBy(found);
    const parent = dirname(directory);
    if (parent === directory) return null;
    directory = parent;
  }
}

/** gitrepository-layout(5): `.git` is a file in a linked work tree, and `commondir` leads on. */
function sharedBy(found: string): string | null {
  try {
    const own = statSync(found).isFile() ? targetOf(found) : found;
    if (own === null) return null;
    const common = readSmall(join(own, "commondir"))?.trim();
    const shared = common === undefined ? own : resolve(own, common);
    return statSync(shared).isDirectory() ? shared : null;
  } catch {
    return null;
  }
}

function targetOf(file: string): string | null {
  const target = /^gitdir:\s*(.+?)\s*$/m.exec(readSmall(file) ?? "")?.[1];
  return target === undefined ? null : resolve(dirname(file), target);
}

/** A path and a line feed are shorter. */
const MOST_BYTES = 64 * 1024;

function readSmall(file: string): string | undefined {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats?.isFile() !== true || stats.size > MOST_BYTES) return undefined;
  return readFileSync(file, "utf8");
}
