/**
 * Finds everything of the inventory that is there: names, sizes, modes and times, no content but
 * what tells whose a file is. Symbolic links are reported, never followed.
 * @module
 */
import { lstatSync, readdirSync, type Stats, statSync } from "node:fs";
import { systemErrorCode } from "../errors.ts";
import { ioError } from "../platform/io_error.ts";
import { INVENTORY_FOLDERS, type InventoryRow, inventoryRow } from "./inventory.ts";
import { type LinkSeen, seeLink } from "./links.ts";
import { foreignReason } from "./ownership.ts";

/** A regular file of an entry. */
export interface ScannedFile {
  /** Relative to the root, with `/`. */
  readonly path: string;
  readonly bytes: number;
  /** Permission bits. */
  readonly mode: number;
  /** Time of change in milliseconds since 1970. */
  readonly mtimeMs: number;
}

/** Something at a place of the inventory. */
export interface ScannedEntry {
  readonly path: string;
  readonly row: InventoryRow;
  readonly kind: "file" | "directory" | "link" | "other";
  /** The entry itself, or all files below it in the order of their names. */
  readonly files: readonly ScannedFile[];
  /** Folders below a directory, itself included, parents first. */
  readonly folders: readonly ScannedFile[];
  /** Links, pipes and sockets below a directory: they are left where they are. */
  readonly odd: readonly string[];
  /** Where a link leads; null for what is none. Its `files` are what its content is, if it is wanted. */
  readonly link: LinkSeen | null;
  /** Why it is not the old tool's although it has its name; null when it is. */
  readonly foreign: string | null;
}

/**
 * Looks at all places of the inventory.
 * @param root absolute path of the project root.
 * @throws OrchestratorError `io_failed` when a folder cannot be read.
 */
export function scanInventory(root: string): readonly ScannedEntry[] {
  const entries: ScannedEntry[] = [];
  for (const folder of ["", ...INVENTORY_FOLDERS, "docs"]) {
    if (folder !== "" && !isFolder(root, folder)) continue;
    for (const name of namesIn(root, folder)) {
      const path = folder === "" ? name : `${folder}/${name}`;
      if (INVENTORY_FOLDERS.includes(path)) {
        const stats = lstatSync(`${root}/${path}`, { throwIfNoEntry: false });
        if (stats?.isSymbolicLink() !== true) continue;
        entries.push(linkEntry(root, path, LINKED_FOLDER));
        continue;
      }
      const row = inventoryRow(path);
      if (row !== null) entries.push(scanEntry(root, path, row));
    }
  }
  return entries;
}

const LINKED_FOLDER: InventoryRow = {
  place: "",
  pattern: /^$/,
  kind: "any",
  decision: "stay",
  what: "a directory of old files",
  owned: "name",
};

function scanEntry(root: string, path: string, row: InventoryRow): ScannedEntry {
  const stats = lstat(root, path);
  if (stats.isSymbolicLink()) return linkEntry(root, path, row);
  const base = { path, row, odd: [], folders: [], link: null };
  if (stats.isFile()) {
    const files = [fileOf(path, stats)];
    const foreign = row.kind === "directory"
      ? "it is not a directory"
      : foreignReason(row.owned, { root, path, files });
    return { ...base, kind: "file", files, foreign };
  }
  if (!stats.isDirectory()) {
    return { ...base, kind: "other", files: [], foreign: "it is neither a file nor a directory" };
  }
  const below = { files: [] as ScannedFile[], folders: [] as ScannedFile[], odd: [] as string[] };
  // What stays is not looked into.
  if (row.decision !== "stay") walk(root, path, stats, below);
  const foreign = row.kind === "file"
    ? "it is a directory"
    : foreignReason(row.owned, { root, path, files: below.files });
  return { ...base, kind: "directory", ...below, foreign };
}

function linkEntry(root: string, path: string, row: InventoryRow): ScannedEntry {
  const link = seeLink(root, path);
  const below = { files: [] as ScannedFile[], folders: [] as ScannedFile[], odd: [] as string[] };
  const takeable = row.decision !== "stay" && link.where !== "broken" &&
    (row.kind === "any" || row.kind === link.kind) && !path.startsWith(`${OWN_FOLDER}/`);
  if (takeable && link.kind !== "nothing") {
    const stats = statSync(`${root}/${path}`);
    if (link.kind === "file") below.files.push(fileOf(path, stats));
    else if (link.kind === "directory") walk(root, path, stats, below);
  }
  return { path, row, kind: "link", ...below, foreign: null, link };
}

/** Where no link is followed. */
const OWN_FOLDER = ".orchestrator";

function walk(
  root: string,
  path: string,
  stats: Stats,
  below: { files: ScannedFile[]; folders: ScannedFile[]; odd: string[] },
): void {
  below.folders.push(fileOf(path, stats));
  for (const name of namesIn(root, path)) {
    const inner = `${path}/${name}`;
    const stats = lstat(root, inner);
    if (stats.isDirectory()) walk(root, inner, stats, below);
    else if (stats.isFile()) below.files.push(fileOf(inner, stats));
    else below.odd.push(inner);
  }
}

function fileOf(path: string, stats: Stats): ScannedFile {
  return {
    path,
    bytes: stats.isDirectory() ? 0 : stats.size,
    mode: stats.mode & 0o7777,
    mtimeMs: stats.mtimeMs,
  };
}

function lstat(root: string, path: string): Stats {
  try {
    return lstatSync(`${root}/${path}`);
  } catch (error) {
    throw ioError("read", path, error);
  }
}

function isFolder(root: string, path: string): boolean {
  return lstatSync(`${root}/${path}`, { throwIfNoEntry: false })?.isDirectory() === true;
}

function namesIn(root: string, path: string): readonly string[] {
  try {
    return readdirSync(path === "" ? root : `${root}/${path}`).sort();
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return [];
    throw ioError("read", path === "" ? root : path, error);
  }
}
