/**
 * `state.json`: the newest state of a session, kept so that reading it needs no replay.
 *
 * ```json
 * {"checksum":"<sha-256 of all that follows this field>","format":2,"lineage":…,"seq":…,"hash":…,"mark":…,"tool":…,"state":{…}}
 * ```
 * It is derived from the journal and never more than a cache: it says behind which line it stands,
 * carries a checksum of itself, and is thrown away when either does not fit. The checksum tells of
 * damage, not of forgery: see `load.ts`.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { sha256Hex } from "../platform/hash.ts";
import { KEYS } from "../project/paths.ts";
import type { JournalHead, StorageBackend } from "../storage/backend.ts";
import { VERSION } from "../version.ts";
import type { SessionState } from "../workflow/state.ts";

/**
 * The newest state.json format this program knows, and the one that it writes. Programs of format 1
 * append to a session without reading its journal where its state is fresh, and their lines have no
 * place behind lines of this program.
 */
export const STATE_FORMAT = 2;

/** A state and its position in the journal. */
export interface CachedState {
  readonly state: SessionState;
  readonly head: JournalHead;
  /** Top-level fields this program does not know; written back. */
  readonly unknown: Readonly<Record<string, unknown>>;
}

const CHECKSUM = /^\{"checksum":"([0-9a-f]{64})",/;

/** The text of state.json. */
export function encodeState(cached: CachedState): string {
  const content = JSON.stringify({
    ...cached.unknown,
    format: STATE_FORMAT,
    lineage: cached.state.lineage,
    seq: cached.head.seq,
    hash: cached.head.hash,
    // The name on disk is older than the one in the program.
    mark: cached.head.etag,
    tool: VERSION,
    state: cached.state,
  });
  const rest = content.slice(1) + "\n";
  return `{"checksum":"${sha256Hex(rest)}",${rest}`;
}

/**
 * Reads state.json. Line endings changed by a checkout are not damage.
 * @returns the cached state, or null when it is damaged in any way.
 * @throws `format_too_new` when a newer program wrote it.
 */
export function decodeState(text: string, session: string): CachedState | null {
  const head = CHECKSUM.exec(text);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null) return null;
  // Earlier programs kept `progress`, which is read off a state that is known to be right instead.
  const { format, lineage, seq, hash, mark, state, ...rest } = value as Record<string, unknown>;
  const { checksum: _, tool: _tool, progress: _progress, ...unknown } = rest;
  if (typeof format === "number" && format > STATE_FORMAT) {
    throw new OrchestratorError(
      "format_too_new",
      `Cannot read session "${session}": its state.json has format ${format}, and this program supports formats up to ${STATE_FORMAT}`,
      { hint: "Use the newer version of orchestrator that wrote it" },
    );
  }
  if (
    head === null || sha256Hex(text.slice(head[0].length).replace(/\r\n$/, "\n")) !== head[1] ||
    (format !== 1 && format !== STATE_FORMAT) || typeof seq !== "number" || seq < 1 ||
    typeof hash !== "string" ||
    typeof mark !== "string" || typeof state !== "object" || state === null
  ) {
    return null;
  }
  const known = state as SessionState;
  if (known.session !== session || known.lineage !== lineage || known.seq !== seq) return null;
  return {
    state: known,
    head: { seq, hash, etag: mark },
    unknown,
  };
}

/** state.json as found. */
export interface CacheRead {
  /** Null when it is missing or damaged. */
  readonly entry: CachedState | null;
  readonly present: boolean;
}

/**
 * Reads the state.json of a session. One that cannot be read is damaged: the journal says it all.
 * @param strict then it is an error instead.
 * @throws `format_too_new`, `link_refused`; with `strict`, `io_failed` and `limit_exceeded`
 */
export async function readCache(
  backend: StorageBackend,
  id: string,
  strict = false,
): Promise<CacheRead> {
  let text: string | null;
  try {
    text = await backend.readText(KEYS.sessionState(id));
  } catch (error) {
    const damaged = !strict && error instanceof OrchestratorError &&
      (error.code === "io_failed" || error.code === "limit_exceeded");
    if (!damaged) throw error;
    return { entry: null, present: true };
  }
  return text === null
    ? { entry: null, present: false }
    : { entry: decodeState(text, id), present: true };
}
