/**
 * Ids of what is on disk, as git would write them, without a program of the repository's
 * configuration.
 * @module
 */
import { createHash } from "node:crypto";
import { closeSync, lstatSync, openSync, readFileSync, readlinkSync, readSync } from "node:fs";
import type { BigIntStats } from "node:fs";
import type { LookingGit } from "./git.ts";
import { hasOddBytes } from "./names.ts";
import { type HashedAs, LARGE_BYTES } from "../workflow/work_tree.ts";

/** Of objects. */
export type ObjectFormat = "sha1" | "sha256";

/** What is at a path. */
export interface Content {
  readonly mode: string;
  readonly blob: string;
  readonly as?: HashedAs;
}

/** What is asked for: a path, and the mode that git says it has there. */
export interface Wanted {
  readonly path: string;
  /** Undefined where git does not say. */
  readonly mode: string | undefined;
}

/** How the work tree at `root` is read. */
export interface ContentPlace {
  readonly git: LookingGit;
  readonly format: ObjectFormat;
  /** Drivers of filters that the configuration has. */
  readonly filters: ReadonlySet<string>;
}

const LFS = "version https://git-lfs.github.com/spec/v1\n";

/** A pointer is shorter (git-lfs, docs/spec.md). */
const LFS_POINTER_BYTES = 1024;

/** Id of a blob with this content (gitformat-loose: `blob <size>\0<content>`). */
function blobId(content: Uint8Array | string, format: ObjectFormat): string {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  return createHash(format).update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}

/** What is at each of the paths; those where no file and no link is are absent. */
export async function contentsOf(
  place: ContentPlace,
  wanted: readonly Wanted[],
): Promise<ReadonlyMap<string, Content>> {
  const found = new Map<string, Content>();
  const files: {
    readonly path: string;
    readonly mode: string;
    readonly stats: BigIntStats;
  }[] = [];
  const plain: { readonly path: string; readonly mode: string }[] = [];
  for (const { path, mode } of wanted) {
    if (hasOddBytes(path)) {
      plain.push({ path, mode: mode ?? "100644" });
      continue;
    }
    const stats = look(`${place.git.root}/${path}`);
    if (stats === null) continue;
    if (stats.isSymbolicLink()) found.set(path, linkAt(place, path));
    else if (stats.isFile()) files.push({ path, mode: mode ?? modeOf(stats), stats });
  }
  const filters = await filtersOf(place, files.map(({ path }) => path));
  for (const file of files) {
    const { path, mode, stats } = file;
    const filter = filters.get(path);
    if (stats.size > LARGE_BYTES) found.set(path, { mode, ...bySize(stats, place.format) });
    else if (filter === "lfs") found.set(path, { mode, blob: lfsId(place, path) });
    else if (filter !== undefined) {
      found.set(path, { mode, blob: rawId(place, path, stats.size), as: "raw" });
    } else if (mode === "120000") {
      found.set(path, { mode, blob: rawId(place, path, stats.size) });
    } else plain.push(file);
  }
  const ids = await hashed(place.git, plain.map(({ path }) => path));
  for (const [index, { path, mode }] of plain.entries()) {
    found.set(path, { mode, blob: ids[index] ?? "" });
  }
  return found;
}

/**
 * The id of a file that was hashed in another way than git would, as it is now.
 * @param path absolute.
 * @returns null where no file is.
 */
export function blobAs(path: string, as: HashedAs, isSha256: boolean): string | null {
  const stats = look(path);
  if (stats === null || !stats.isFile()) return null;
  const format = isSha256 ? "sha256" : "sha1";
  return as === "size" ? bySize(stats, format).blob : rawBlob(path, stats.size, format);
}

function look(path: string): BigIntStats | null {
  try {
    return lstatSync(path, { bigint: true });
  } catch {
    return null;
  }
}

function modeOf(stats: BigIntStats): string {
  return (stats.mode & 0o100n) === 0n ? "100644" : "100755";
}

function linkAt({ git, format }: ContentPlace, path: string): Content {
  const target = readlinkSync(`${git.root}/${path}`, { encoding: "buffer" });
  return { mode: "120000", blob: blobId(target, format) };
}

function bySize(stats: BigIntStats, format: ObjectFormat): Omit<Content, "mode"> {
  const text = `size ${stats.size}\nmtime ${stats.mtimeNs}\n`;
  return { blob: blobId(text, format), as: "size" };
}

/** `hash-object --stdin-paths` takes a line each, and unquotes one that begins with a quote. */
function asLine(path: string): string {
  if (!path.includes("\n") && !path.startsWith('"')) return path;
  return `"${path.replace(/["\\]/g, "\\$&").replaceAll("\n", "\\n")}"`;
}

async function hashed(git: LookingGit, paths: readonly string[]): Promise<readonly string[]> {
  if (paths.length === 0) return [];
  const output = await git.run(["hash-object", "--stdin-paths"], {
    input: paths.map((path) => `${asLine(path)}\n`).join(""),
  });
  return output.trimEnd().split("\n");
}

function rawId({ git, format }: ContentPlace, path: string, size: bigint): string {
  return rawBlob(`${git.root}/${path}`, size, format);
}

function rawBlob(path: string, size: bigint, format: ObjectFormat): string {
  const hash = createHash(format).update(`blob ${size}\0`);
  visitFile(path, (piece) => hash.update(piece));
  return hash.digest("hex");
}

/** What git-lfs would commit: a pointer to the content; a pointer, and an empty file, as they are. */
function lfsId(place: ContentPlace, path: string): string {
  const sha = createHash("sha256");
  let size = 0;
  let start = Buffer.alloc(0);
  visitFile(`${place.git.root}/${path}`, (piece) => {
    if (start.length < LFS_POINTER_BYTES) start = Buffer.concat([start, piece]);
    size += piece.length;
    sha.update(piece);
  });
  const isPointer = size < LFS_POINTER_BYTES && start.toString("latin1").startsWith(LFS);
  if (size === 0 || isPointer) {
    return blobId(readFileSync(`${place.git.root}/${path}`), place.format);
  }
  return blobId(`${LFS}oid sha256:${sha.digest("hex")}\nsize ${size}\n`, place.format);
}

function visitFile(path: string, take: (piece: Uint8Array) => void): void {
  const file = openSync(path, "r");
  try {
    const buffer = new Uint8Array(1024 * 1024);
    for (;;) {
      const length = readSync(file, buffer, 0, buffer.length, null);
      if (length === 0) return;
      take(buffer.slice(0, length));
    }
  } finally {
    closeSync(file);
  }
}

/** The filter of each path that has one which the configuration knows. */
async function filtersOf(
  { git, filters }: ContentPlace,
  paths: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (filters.size === 0 || paths.length === 0) return new Map();
  const output = await git.run(["check-attr", "-z", "--stdin", "filter"], {
    input: `${paths.join("\0")}\0`,
  });
  const found = new Map<string, string>();
  const fields = output.split("\0");
  for (let at = 0; at + 2 < fields.length; at += 3) {
    const [path = "", , filter = ""] = fields.slice(at, at + 3);
    if (filters.has(filter)) found.set(path, filter);
  }
  return found;
}
