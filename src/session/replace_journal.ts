/**
 * Replacing the journal of a session by one that says the same, with texts taken out.
 * @module
 */
import { FOLDERS, KEYS } from "../state_layout/names.ts";
import type { StorageBackend } from "../storage/backend.ts";
import type { SessionState } from "../workflow/state.ts";
import { metaText, readMeta } from "./session_meta.ts";
import { encodeState } from "./state_cache.ts";

/** A journal and what it adds up to. */
export interface WholeJournal {
  readonly lines: readonly string[];
  readonly state: SessionState;
  /** Of the last line, in its chain. */
  readonly hash: string;
  /** Fields of state.json to carry along. */
  readonly unknown: Readonly<Record<string, unknown>>;
}

/** Characters of lines that are encoded at once. */
const PIECE = 512 * 1024;

/**
 * Replaces a session's journal, state.json, and the task in meta.json in one step; its other files stay.
 * The repository and the session must be locked.
 * @returns the etag behind the last line.
 * @throws as `replaceSession`; then the old copy is unchanged.
 */
export async function replaceJournal(
  backend: StorageBackend,
  id: string,
  { lines, state, hash, unknown }: WholeJournal,
): Promise<string> {
  const folder = `${FOLDERS.sessions}/${id}/`;
  const blobs: Record<string, Uint8Array | string> = {};
  for (const key of await backend.listBlobs(folder)) {
    if (key === KEYS.sessionState(id)) continue;
    const data = await backend.readBlob(key);
    if (data !== null) blobs[key.slice(folder.length)] = data;
  }
  const meta = await readMeta(backend, id);
  if (meta !== null && meta.task !== state.task) {
    blobs["meta.json"] = metaText({ ...meta, task: state.task });
  }
  const { etag } = await backend.replaceSession(id, {
    lines: { pieces: piecesOf(lines) },
    blobs,
    derived: (etag) => ({
      "state.json": encodeState({ state, head: { seq: lines.length, hash, etag }, unknown }),
    }),
  });
  return etag;
}

function* piecesOf(lines: readonly string[]): Iterable<Uint8Array> {
  const encoder = new TextEncoder();
  let piece = "";
  for (const line of lines) {
    piece += `${line}\n`;
    if (piece.length < PIECE) continue;
    yield encoder.encode(piece);
    piece = "";
  }
  if (piece !== "") yield encoder.encode(piece);
}
