/**
 * A session that arrives from elsewhere, checked as if it were hostile before anything of it is used.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { walkChain } from "../session/journal.ts";
import { replay } from "../session/rebuild.ts";
import type { SessionMeta } from "../session/session_manager.ts";
import { encodeState } from "../session/state_cache.ts";
import type { NewSession } from "../storage/backend.ts";
import type { SessionEvent } from "../workflow/events.ts";
import { describe } from "../workflow/progress.ts";
import type { SessionState } from "../workflow/state.ts";
import { invalid, type ManifestSession } from "./manifest.ts";

/** A checked session. */
export interface Incoming {
  readonly id: string;
  /** The journal's lines. */
  readonly lines: readonly string[];
  readonly events: readonly SessionEvent[];
  /** What they add up to. */
  readonly state: SessionState;
  /** SHA-256 of the last line. */
  readonly hash: string;
  /** The session's other files, by name in its folder. */
  readonly files: Readonly<Record<string, Uint8Array>>;
}

/**
 * Checks a session: encoding, chain of hashes, replay, and that it is the session it is said to be.
 * @param journal the bytes of its journal.
 * @param files its other files by name in its folder; `state.json` is not among them.
 * @param listed what the manifest says of it; absent where there is no manifest.
 * @throws `snapshot_invalid`; `format_too_new` when a newer program wrote it.
 */
export function checkSession(
  id: string,
  journal: Uint8Array,
  files: Readonly<Record<string, Uint8Array>>,
  listed?: ManifestSession,
): Incoming {
  const lines = journalLines(id, journal);
  const walk = walkChain(lines);
  if (walk.bad !== null) {
    if (walk.bad.tooNew) {
      throw new OrchestratorError(
        "format_too_new",
        `Cannot read session "${id}": line ${walk.bad.line} of its journal ${walk.bad.reason}`,
        { hint: "Use the newer orchestrator that wrote it" },
      );
    }
    throw invalid(`line ${walk.bad.line} of the journal of session "${id}" ${walk.bad.reason}`);
  }
  let state: SessionState;
  try {
    state = replay(id, walk.events);
    // What is shown of it is made now: a state that cannot be shown is refused too.
    describe(state);
  } catch (error) {
    throw invalid(`the journal of session "${id}" makes no sense`, error);
  }
  const { seq, hash } = walk.head;
  if (state.session !== id) {
    throw invalid(`the journal of session "${id}" is that of another session`);
  }
  if (typeof state.lineage !== "string" || state.lineage === "") {
    throw invalid(`the journal of session "${id}" has no lineage`);
  }
  if (
    listed !== undefined &&
    (listed.lineage !== state.lineage || listed.seq !== seq || listed.hash !== hash)
  ) {
    throw invalid(`the journal of session "${id}" does not end where it is said to`);
  }
  checkMeta(id, files["meta.json"]);
  return { id, lines, events: walk.events, state, hash, files };
}

/** The lines of a journal. @throws `snapshot_invalid` */
export function journalLines(id: string, journal: Uint8Array): readonly string[] {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(journal);
  } catch (error) {
    throw invalid(`the journal of session "${id}" is not UTF-8`, error);
  }
  if (!text.endsWith("\n")) throw invalid(`the journal of session "${id}" is cut off`);
  const lines = text.split("\n");
  lines.pop();
  if (lines.some((line) => line.includes("\r"))) {
    throw invalid(`the journal of session "${id}" has carriage returns`);
  }
  return lines;
}

function checkMeta(id: string, meta: Uint8Array | undefined): void {
  if (meta === undefined) return;
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(meta));
  } catch (error) {
    throw invalid(`the meta.json of session "${id}" is damaged`, error);
  }
  const matches = typeof value === "object" && value !== null && "id" in value && value.id === id;
  if (!matches) throw invalid(`the meta.json of session "${id}" is that of another session`);
}

/** Everything a new session of it consists of, its state included. */
export function toNewSession(incoming: Incoming): NewSession {
  const { lines, state, hash, files } = incoming;
  return {
    lines,
    blobs: { "meta.json": metaText(state), ...files },
    derived: (mark) => ({
      "state.json": stateText(state, { seq: lines.length, hash, mark }, {}),
    }),
  };
}

/** The text of state.json behind a head. */
export function stateText(
  state: SessionState,
  head: { readonly seq: number; readonly hash: string; readonly mark: string },
  unknown: Readonly<Record<string, unknown>>,
): string {
  return encodeState({ state, head, progress: describe(state), unknown });
}

/** The meta.json of a session that arrives without one. */
function metaText(state: SessionState): string {
  const meta: SessionMeta = {
    id: state.session,
    name: state.name,
    task: state.task,
    created: state.createdAt,
    actor: state.createdBy,
    branch: null,
    parent: null,
  };
  return JSON.stringify(meta, null, 2) + "\n";
}
