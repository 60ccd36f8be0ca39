/**
 * Writing who a repository is.
 * @module
 */
import { replaceFile } from "../platform/atomic_file.ts";
import { parentOf } from "../platform/path.ts";
import type { RepositoryMeta } from "./identity.ts";

/**
 * Writes a repository's identity, whole or not at all.
 * @throws OrchestratorError `no_space`, `read_only`, `link_refused` or `io_failed`.
 */
export function writeRepositoryMeta(path: string, meta: RepositoryMeta): void {
  replaceFile(path, repositoryMetaText(meta), { within: parentOf(path) });
}

/** The text of a `meta.json`. */
export function repositoryMetaText(meta: RepositoryMeta): string {
  return JSON.stringify(meta, null, 2) + "\n";
}
