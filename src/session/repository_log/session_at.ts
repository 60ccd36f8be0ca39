/**
 * A session as the repository's journal names it.
 * @module
 */
import { ORIGIN_HASH, type StorageBackend } from "../../storage/backend.ts";
import type { SessionState } from "../../workflow/state.ts";
import { itemsDone } from "../items_done.ts";
import { loadSession } from "../load.ts";
import { readMeta } from "../session_meta.ts";
import type { ChainHead, SessionAt } from "./lines.ts";

/** A state at the end of a journal. */
export function sessionAt(state: SessionState, { hash }: Pick<ChainHead, "hash">): SessionAt {
  const { session, name, task, status, seq } = state;
  return { session, name, task, status, seq, hash, ...itemsDone(state) };
}

/** A session that is here; what cannot be read of it is left open. */
export async function readSessionAt(backend: StorageBackend, id: string): Promise<SessionAt> {
  try {
    const { state, head } = await loadSession(backend, id);
    return sessionAt(state, head);
  } catch {
    return await briefSessionAt(backend, id);
  }
}

/** The same without its journal. */
export async function briefSessionAt(backend: StorageBackend, id: string): Promise<SessionAt> {
  const meta = await readMeta(backend, id).catch(() => null);
  return {
    session: id,
    name: meta?.name ?? null,
    task: meta?.task ?? "",
    ...UNKNOWN_COPY,
  };
}

/** What stands for the end of a copy that was not read. */
export const UNKNOWN_COPY = {
  status: "unknown",
  seq: 0,
  hash: ORIGIN_HASH,
  done: 0,
  total: 0,
} as const;
