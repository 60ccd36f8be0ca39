/**
 * Giving a new repository its identity.
 * @module
 */
import { randomBase32 } from "../platform/random.ts";
import { FIRST_FORMAT, type RepositoryMeta, type RepositoryMode } from "./identity.ts";

/** What a new repository's meta.json is made of. */
export interface NewRepositoryMeta {
  readonly mode: RepositoryMode;
  readonly remote: string | null;
  readonly rootCommit?: string | null | undefined;
  readonly now: Date;
  readonly toolVersion: string;
  /** Makes the id; random unless a test says otherwise. */
  readonly newId?: (() => string) | undefined;
}

/** A fresh identity. */
export function newRepositoryMeta(from: NewRepositoryMeta): RepositoryMeta {
  return {
    format: FIRST_FORMAT,
    id: from.newId?.() ?? randomBase32(130),
    created: from.now.toISOString(),
    mode: from.mode,
    remote: from.remote,
    rootCommit: from.rootCommit ?? null,
    tool: from.toolVersion,
  };
}
