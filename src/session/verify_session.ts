/**
 * Whether a session can be trusted: its whole chain, and its state.json against it.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import type { StorageBackend } from "../storage/backend.ts";
import { type BadLine, walkChain } from "./journal.ts";
import { loadSession, type Rebuilt } from "./load.ts";

/** What {@link verifySession} found. */
export interface Verification {
  readonly session: string;
  readonly lines: number;
  readonly bad: BadLine | null;
  readonly tornBytes: number;
  /** Whether state.json is what the journal adds up to; null when the journal is bad. */
  readonly rebuilt: Rebuilt | null;
}

/** Walks a session's whole chain and compares state.json with it. Never throws for bad content. */
export async function verifySession(backend: StorageBackend, id: string): Promise<Verification> {
  const read = await backend.readJournal(id);
  if (read.unchanged) throw new TypeError("a journal read from the beginning is never unchanged");
  const walk = walkChain(read.lines);
  const base = { session: id, lines: read.lines.length, tornBytes: read.tornBytes };
  if (walk.bad !== null) return { ...base, bad: walk.bad, rebuilt: null };
  try {
    const loaded = await loadSession(backend, id, { replay: true });
    return { ...base, bad: null, rebuilt: loaded.rebuilt };
  } catch (error) {
    if (!(error instanceof OrchestratorError) || error.kind !== "corrupt") throw error;
    const line = error.details?.["line"];
    return {
      ...base,
      bad: {
        line: typeof line === "number" ? line : read.lines.length + 1,
        reason: String(error.details?.["reason"] ?? error.message),
        tooNew: error.code === "format_too_new",
      },
      rebuilt: null,
    };
  }
}
