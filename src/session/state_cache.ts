/**
 * `state.json`: the newest state of a session, kept so that reading it needs no replay.
 *
 * It is derived from the journal and never more than a cache: it says behind which line it stands,
 * carries a checksum of itself, and is thrown away when either does not fit.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { sha256Hex } from "../platform/hash.ts";
import type { JournalHead } from "../storage/backend.ts";
import type { SessionState } from "../workflow/state.ts";

/** The state.json format this program writes, and the newest it reads. */
export const STATE_FORMAT = 1;

/** A state and the journal position it stands for. */
export interface CachedState {
  readonly state: SessionState;
  readonly head: JournalHead;
  /** Top-level fields this program does not know; written back. */
  readonly unknown: Readonly<Record<string, unknown>>;
}

/** The text of state.json. */
export function encodeState(cached: CachedState): string {
  const content = {
    ...cached.unknown,
    format: STATE_FORMAT,
    lineage: cached.state.lineage,
    seq: cached.head.seq,
    hash: cached.head.hash,
    mark: cached.head.mark,
    state: cached.state,
  };
  const text = JSON.stringify(content);
  return `{"checksum":"${sha256Hex(text)}",${text.slice(1)}\n`;
}

/**
 * Reads state.json.
 * @returns the cached state, or null when it is damaged in any way.
 * @throws `format_too_new` when a newer program wrote it.
 */
export function decodeState(text: string, session: string): CachedState | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null) return null;
  const { checksum, ...content } = value as Record<string, unknown>;
  const { format, lineage, seq, hash, mark, state, ...unknown } = content;
  if (typeof format === "number" && format > STATE_FORMAT) {
    throw new OrchestratorError(
      "format_too_new",
      `Cannot read session "${session}": its state.json has format ${format}, newer than ${STATE_FORMAT}, the newest this program knows`,
      { hint: "Use the newer orchestrator that wrote it" },
    );
  }
  if (
    format !== STATE_FORMAT || typeof seq !== "number" || typeof hash !== "string" ||
    typeof mark !== "string" || typeof state !== "object" || state === null ||
    checksum !== sha256Hex(JSON.stringify(content))
  ) {
    return null;
  }
  const known = state as SessionState;
  if (known.session !== session || known.lineage !== lineage || known.seq !== seq) return null;
  return { state: known, head: { seq, hash, mark }, unknown };
}
