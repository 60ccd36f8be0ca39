/**
 * The file that a gate approves.
 * @module
 */
import { createHash } from "node:crypto";
import { lstatSync, realpathSync } from "node:fs";
import { OrchestratorError } from "../errors.ts";
import { sha256Hex } from "../platform/hash.ts";
import { readWithin } from "../platform/within.ts";
import { askGit } from "../project/ask_git.ts";
import type { ApprovedFile } from "../workflow/recorded.ts";
import type { Project } from "./workspace.ts";
import { isInside } from "../project/inside.ts";

/** The largest file that can be approved. */
const MOST_BYTES = 64 * 1024 * 1024;

/** The largest file of which a difference is shown. */
const DIFF_BYTES = 256 * 1024;

const GIT_MS = 5000;

/** A file that was read to be approved. */
export interface ReadFile {
  readonly file: ApprovedFile;
  readonly bytes: Uint8Array;
}

/**
 * Reads the file.
 * @param path relative to the root. No link is followed below it.
 * @param doing what is refused, as it follows "Cannot".
 * @throws `file_unknown`, `link_refused`, `item_blocked` for a directory and the like, `io_failed`,
 * `limit_exceeded`
 */
export function readApproved(
  { paths }: Pick<Project, "paths">,
  path: string,
  doing: string,
): ReadFile {
  const root = realpathSync(paths.root);
  let bytes: Uint8Array | null;
  try {
    if (!isInside(paths.root, path)) {
      const where = isLink(paths.resolveFrom(root, path))
        ? "is a link that leads to no file in the project"
        : "is outside the project";
      throw new OrchestratorError("link_refused", `"${path}" ${where}`);
    }
    bytes = readWithin(root, paths.resolveFrom(root, path), MOST_BYTES);
  } catch (error) {
    if (!(error instanceof OrchestratorError)) throw error;
    const why = error.message.replace(/^Cannot read /, "").replace(`"${root}/`, '"')
      .replace(/^("[^"]*"): it is /, "$1 is ");
    const code = isNoFile(paths.resolveFrom(root, path)) ? "item_blocked" : error.code;
    throw new OrchestratorError(code, `Cannot ${doing}: ${why}`, {
      hint: error.hint ?? `Make "${path}" a file of the project: it is what is approved`,
      details: { path },
      cause: error,
    });
  }
  if (bytes === null) {
    throw new OrchestratorError("file_unknown", `Cannot ${doing}: "${path}" does not exist`, {
      hint: `Write "${path}" first: it is what is approved`,
      details: { path },
    });
  }
  const size = bytes.length;
  const blob = createHash("sha1").update(`blob ${size}\0`).update(bytes).digest("hex");
  return { file: { path, size, sha256: sha256Hex(bytes), blob }, bytes };
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}

/** Whether a directory, a pipe or the like is there. */
function isNoFile(path: string): boolean {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat !== undefined && !stat.isFile() && !stat.isSymbolicLink();
}

/** How the file differs from what was approved before. */
export type FileChange =
  | { readonly kind: "new" | "same" | "different" }
  | { readonly kind: "text"; readonly before: string; readonly after: string };

/**
 * Compares a file with what was approved before. Its content then is not kept: git has it where it was
 * committed.
 */
export async function changeOf(
  { paths, io }: Pick<Project, "paths"> & { readonly io: Pick<Project["io"], "env"> },
  { file, bytes }: ReadFile,
  before: ApprovedFile | undefined,
): Promise<FileChange> {
  if (before === undefined) return { kind: "new" };
  if (before.sha256 === file.sha256) return { kind: "same" };
  const after = textOf(bytes);
  if (after === null || before.size > DIFF_BYTES) return { kind: "different" };
  const answer = await askGit(paths.root, io.env, ["cat-file", "blob", before.blob], {
    timeoutMs: GIT_MS,
    binary: true,
    mostBytes: DIFF_BYTES,
  });
  const content = answer?.bytes;
  if (content === undefined || sha256Hex(content) !== before.sha256) return { kind: "different" };
  const text = textOf(content);
  return text === null ? { kind: "different" } : { kind: "text", before: text, after };
}

/** The text of bytes that are a text of a size that can be shown; else null. */
function textOf(bytes: Uint8Array): string | null {
  if (bytes.length > DIFF_BYTES || bytes.includes(0)) return null;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
