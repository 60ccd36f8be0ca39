/**
 * Putting a checked session in its place: as a new one, as the continuation of the one here, or
 * instead of it.
 * @module
 */
import { Buffer } from "node:buffer";
import { KEYS } from "../project/paths.ts";
import type { JournalLines } from "../session/journal_end.ts";
import { raiseFormat } from "../session/removed_sessions.ts";
import { readCache } from "../session/state_cache.ts";
import { readLimit } from "../state_layout/limits.ts";
import { meaningOf } from "../state_layout/lookup.ts";
import { type JournalHead, ORIGIN_HASH, type StorageBackend } from "../storage/backend.ts";
import { lineHash } from "../storage/line_hash.ts";
import { contentOf } from "./contents.ts";
import { type CheckedSession, type Incoming, stateText, toNewSession } from "./incoming.ts";
import { mergeLines } from "./relation.ts";

/** Makes the session appear. The repository must be held. */
export async function createIncoming(
  backend: StorageBackend,
  session: CheckedSession,
): Promise<void> {
  await raiseFormatFor(backend, session);
  await backend.createSession(session.id, toNewSession(session));
}

/**
 * Appends the lines that the local copy lacks, and updates the files next to the journal. The
 * session must be locked, and the incoming journal must begin with the local one.
 * @throws `state_moved` when the local copy is no longer a beginning of it.
 */
export async function extendWith(
  backend: StorageBackend,
  incoming: Incoming,
  local: JournalLines,
): Promise<void> {
  const { all, behindBytes } = local;
  const last = all.at(-1);
  const hash = last === undefined ? ORIGIN_HASH : lineHash(last);
  const more = incoming.lines.slice(all.length);
  await extendBy(backend, incoming, { seq: all.length, hash, behindBytes }, more);
}

/** Programs of the first format know no file of a history. */
async function raiseFormatFor(backend: StorageBackend, { state }: CheckedSession): Promise<void> {
  if (state.history !== undefined) await raiseFormat(backend);
}

/** Where the copy here ends. */
export interface LocalHead extends Omit<JournalHead, "etag"> {
  /** Bytes behind it that were never acknowledged; undefined when that is not known. */
  readonly behindBytes: number | undefined;
}

/** The same, given where the copy here ends, and the lines that it lacks. */
export async function extendBy(
  backend: StorageBackend,
  session: CheckedSession,
  { seq: from, hash: last, behindBytes }: LocalHead,
  more: readonly string[],
): Promise<void> {
  const { id, seq, state, hash } = session;
  // Before the events that name them.
  await addFiles(backend, session, { lines: false });
  if (more.length > 0) {
    const head = { seq: from, hash: last, etag: "" };
    const options = behindBytes === undefined ? {} : { behindBytes };
    const { etag } = await backend.append(id, head, more, options);
    const { entry } = await readCache(backend, id);
    const text = stateText(state, { seq, hash, etag }, entry?.unknown ?? {});
    await backend.writeBlob(KEYS.sessionState(id), text, { durable: false });
    const meta = session.files["meta.json"];
    if (meta !== undefined) await backend.writeBlob(KEYS.sessionMeta(id), meta);
    await addMissing(backend, session);
  }
  await addFiles(backend, session, { lines: true });
}

/** Writes files that the journal may name, and that are not here. */
async function addMissing(
  backend: StorageBackend,
  { id, files }: Pick<CheckedSession, "id" | "files">,
): Promise<void> {
  const present = new Set(await backend.listBlobs(`sessions/${id}/`));
  for (const [name, data] of Object.entries(files)) {
    const key = `sessions/${id}/${name}`;
    if (!present.has(key)) await backend.writeBlob(key, data);
  }
}

/** Writes state.json where it is not what the journal says: a copy that was cut off here before. */
export async function refreshState(
  backend: StorageBackend,
  session: CheckedSession,
): Promise<void> {
  const { id, state, hash, seq } = session;
  if (await isFresh(backend, session)) return;
  const read = await backend.readJournal(id);
  if (read.unchanged || read.lines.length !== seq) return;
  const text = stateText(state, { seq, hash, etag: read.etag }, {});
  await backend.writeBlob(KEYS.sessionState(id), text, { durable: false });
}

async function isFresh(
  backend: StorageBackend,
  { id, seq, hash }: CheckedSession,
): Promise<boolean> {
  const { entry } = await readCache(backend, id);
  return entry !== null && entry.head.seq === seq && entry.head.hash === hash;
}

/** Whether a session with the same journal has no other changes. */
export async function isHereAlready(
  backend: StorageBackend,
  session: CheckedSession,
): Promise<boolean> {
  return await isFresh(backend, session) && (await lackingFiles(backend, session)).size === 0;
}

/**
 * Adds what the copy here lacks beside its journal: lines of feedback, files that were made once. The
 * session must be held.
 */
export async function mergeFiles(
  backend: StorageBackend,
  session: Pick<CheckedSession, "id" | "files">,
): Promise<boolean> {
  const made = await addFiles(backend, session, { lines: false });
  return await addFiles(backend, session, { lines: true }) || made;
}

async function addFiles(
  backend: StorageBackend,
  session: Pick<CheckedSession, "id" | "files">,
  { lines }: { readonly lines: boolean },
): Promise<boolean> {
  let added = false;
  for (const [key, lacking] of await lackingFiles(backend, session)) {
    if (lacking.lines !== lines) continue;
    await backend.writeBlob(key, lacking.data);
    added = true;
  }
  return added;
}

/** A file as it is to be. */
interface Lacking {
  /** Whether it only ever grows by lines. */
  readonly lines: boolean;
  readonly data: string | Uint8Array;
}

/** Files by key that are not what they are to be: `meta.json` goes with the journal instead. */
async function lackingFiles(
  backend: StorageBackend,
  session: Pick<CheckedSession, "id" | "files">,
): Promise<ReadonlyMap<string, Lacking>> {
  const lacking = new Map<string, Lacking>();
  for (const [name, data] of Object.entries(session.files)) {
    const key = `sessions/${session.id}/${name}`;
    const merge = meaningOf(key)?.entry.merge;
    if (merge === "union") {
      const before = await backend.readText(key) ?? "";
      const merged = mergeLines(before, new TextDecoder().decode(data));
      // What would be larger than it may be read stays as it is here.
      const fits = Buffer.byteLength(merged) <= readLimit(key);
      if (merged !== before && fits) lacking.set(key, { lines: true, data: merged });
    } else if (merge === "first" && await backend.readBlob(key) === null) {
      lacking.set(key, { lines: false, data });
    }
  }
  return lacking;
}

/**
 * Replaces the local copy. Files that are never imported, such as the old tool's files, stay with
 * the session. The repository and the session must be locked.
 */
export async function replaceWith(
  backend: StorageBackend,
  session: CheckedSession,
): Promise<void> {
  const { id } = session;
  const content = toNewSession(session);
  const kept: Record<string, Uint8Array> = {};
  for (const key of await backend.listBlobs(`sessions/${id}/`)) {
    if (contentOf(key, "branch") !== null || key === KEYS.sessionState(id)) continue;
    const data = await backend.readBlob(key);
    if (data !== null) kept[key.slice(`sessions/${id}/`.length)] = data;
  }
  await raiseFormatFor(backend, session);
  await backend.replaceSession(id, { ...content, blobs: { ...kept, ...content.blobs } });
}
