/**
 * `sessions/<id>/meta.json`: who a session is. Only its name follows the journal.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { KEYS } from "../project/paths.ts";
import type { StorageBackend } from "../storage/backend.ts";
import type { Actor } from "../workflow/events.ts";
import type { SessionState } from "../workflow/state.ts";
import { isNestedDeeper } from "./json_limits.ts";

/** What meta.json says. Not derived from the journal. */
export interface SessionMeta {
  readonly id: string;
  readonly name: string | null;
  readonly task: string;
  /** RFC 3339 UTC. */
  readonly created: string;
  readonly actor: Actor;
  /** The git branch checked out when it began. */
  readonly branch: string | null;
  /** Id of the session it was split from. */
  readonly parent: string | null;
}

/** Reads it; null when it is missing or damaged. */
export async function readMeta(backend: StorageBackend, id: string): Promise<SessionMeta | null> {
  try {
    return parseMeta(await backend.readText(KEYS.sessionMeta(id)));
  } catch (error) {
    const damaged = error instanceof OrchestratorError &&
      (error.code === "io_failed" || error.code === "limit_exceeded");
    if (!damaged) throw error;
    return null;
  }
}

/**
 * Writes the session's name from the journal. Fields that this program does not know are kept, and
 * a damaged file is not changed. The session must be locked.
 * @throws when the file cannot be read: the name is written later.
 */
export async function writeName(
  backend: StorageBackend,
  id: string,
  state: SessionState,
): Promise<void> {
  const key = KEYS.sessionMeta(id);
  const text = await backend.readText(key);
  const meta = parseMeta(text);
  if (meta?.name === state.name) return;
  if (meta !== null) {
    await backend.writeBlob(key, metaText({ ...meta, name: state.name }));
  } else if (text === null) {
    const { name, task, createdAt: created, createdBy: actor } = state;
    await backend.writeBlob(
      key,
      metaText({ id, name, task, created, actor, branch: null, parent: null }),
    );
  }
}

/** The text of the file. */
export function metaText(meta: SessionMeta): string {
  return JSON.stringify(meta, null, 2) + "\n";
}

/** Deeper than this program has ever nested it. */
const META_DEPTH = 20;

/** Null for what is missing or damaged. */
function parseMeta(text: string | null): SessionMeta | null {
  // Parsing two million brackets takes 80 MB.
  if (text !== null && isNestedDeeper(text, META_DEPTH)) return null;
  try {
    const value: unknown = JSON.parse(text ?? "null");
    return typeof value === "object" ? value as SessionMeta | null : null;
  } catch {
    return null;
  }
}
