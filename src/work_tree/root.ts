/**
 * Which directory a project's root is, so that two lines of a journal can be compared.
 * @module
 */
import { realpathSync, statSync } from "node:fs";
import process from "node:process";
import { gitDirectoryAbove, sharedDirectory } from "../platform/git_pointer.ts";
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
  const own = gitDirectoryAbove(root);
  return own === null ? null : sharedDirectory(own);
}
