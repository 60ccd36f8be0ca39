/**
 * A session that arrives from elsewhere, checked as if it were hostile before anything of it is used.
 * @module
 */
import type { Arrived } from "../session/repository_log/ledger.ts";
import { OrchestratorError } from "../errors.ts";
import { type BadLine, ChainReader, unknownIn } from "../session/journal.ts";
import { replay } from "../session/rebuild.ts";
import type { SessionCopy } from "../session/removal.ts";
import type { SessionMeta } from "../session/session_manager.ts";
import { encodeState } from "../session/state_cache.ts";
import type { NewSession } from "../storage/backend.ts";
import { asJournalLine, plausiblePart } from "../storage/pieces.ts";
import type { SessionEvent } from "../workflow/events.ts";
import { describe } from "../workflow/progress.ts";
import type { SessionState } from "../workflow/state.ts";
import { contentOf } from "./contents.ts";
import { invalid, type ManifestSession } from "./manifest.ts";

/** A checked session, ready to be put in its place. */
export interface CheckedSession {
  readonly id: string;
  /** What the journal adds up to. */
  readonly state: SessionState;
  /** Lines of the journal. */
  readonly seq: number;
  /** SHA-256 of the last line. */
  readonly hash: string;
  readonly journal: NewSession["lines"];
  /** The session's other files, by name in its folder. */
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** What its state.json is to say of how it came here. */
  readonly arrived?: Arrived;
}

/** A checked session that is held in memory whole. */
export interface Incoming extends CheckedSession {
  /** The journal's lines. */
  readonly lines: readonly string[];
  readonly events: readonly SessionEvent[];
}

/** What the manifest says of a session. */
type Listed = Pick<ManifestSession, "lineage" | "seq" | "hash">;

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
  listed?: Listed,
): Incoming {
  const text = wholeJournal(id, plausiblePart(journal));
  const lines: string[] = [];
  const events: SessionEvent[] = [];
  const seen = (event: SessionEvent) => void events.push(event);
  const checked = checkLines(id, seenLines(text, lines), listed, seen);
  checkFiles(id, files);
  return { id, ...checked, journal: lines, lines, events, files };
}

/**
 * Puts a session together from its files, by their names in a snapshot, and checks it.
 * @throws as {@link checkSession}
 */
export function checkFromFiles(
  id: string,
  files: Iterable<readonly [name: string, bytes: Uint8Array]>,
): Incoming {
  const own: Record<string, Uint8Array> = {};
  let journal: Uint8Array = new Uint8Array();
  for (const [name, bytes] of files) {
    const content = contentOf(name);
    if (content?.kind === "journal") journal = bytes;
    else if (content?.kind === "session") own[content.name] = bytes;
  }
  return checkSession(id, journal, own);
}

/**
 * The same of a journal that comes in pieces of whole lines, and is not held.
 * @throws as {@link checkSession}, and what `pieces` throws.
 */
export function checkJournal(
  id: string,
  pieces: Iterable<Uint8Array>,
  listed: Listed,
): Pick<CheckedSession, "state" | "seq" | "hash"> {
  const lines = function* () {
    for (const piece of pieces) yield* journalLines(id, piece);
  };
  return checkLines(id, lines(), listed, () => {});
}

function checkLines(
  id: string,
  lines: Iterable<string>,
  listed: Listed | undefined,
  see: (event: SessionEvent) => void,
): Pick<CheckedSession, "state" | "seq" | "hash"> {
  const chain = new ChainReader();
  let refusal: unknown;
  const events = function* () {
    try {
      for (const line of lines) {
        const next = chain.next(asJournalLine(line));
        if ("bad" in next) throw badLine(id, next.bad);
        const reason = unknownIn(next.event);
        if (reason !== null) throw badLine(id, { line: next.event.seq, reason, tooNew: true });
        see(next.event);
        yield next.event;
      }
      const unnamed = chain.end();
      if (unnamed !== null) throw badLine(id, unnamed);
    } catch (error) {
      refusal = error;
      throw error;
    }
  };
  let state: SessionState;
  try {
    state = replay(id, events());
    // What is shown of it is made now: a state that cannot be shown is refused too.
    describe(state);
  } catch (error) {
    throw refusal ?? invalid(`the journal of session "${id}" is inconsistent`, error);
  }
  const { seq, hash } = chain.head;
  if (state.session !== id) {
    throw invalid(`the journal of session "${id}" belongs to another session`);
  }
  if (typeof state.lineage !== "string" || state.lineage === "") {
    throw invalid(`the journal of session "${id}" has no lineage`);
  }
  if (
    listed !== undefined &&
    (listed.lineage !== state.lineage || listed.seq !== seq || listed.hash !== hash)
  ) {
    throw invalid(`the journal of session "${id}" does not end at the listed event`);
  }
  return { state, seq, hash };
}

function badLine(id: string, bad: BadLine): OrchestratorError {
  if (bad.tooNew) {
    return new OrchestratorError(
      "format_too_new",
      `Cannot read session "${id}": line ${bad.line} of its journal ${bad.reason}`,
      { hint: "Use the newer version of orchestrator that wrote it" },
    );
  }
  return invalid(`line ${bad.line} of the journal of session "${id}" ${bad.reason}`);
}

/** A session that arrives as removals are compared with it. */
export function incomingCopy({ state, lines, files }: Incoming): SessionCopy {
  const feedback = Object.entries(files).filter(([name]) => name.startsWith("feedback/"))
    .flatMap(([, bytes]) => new TextDecoder().decode(bytes).split("\n").slice(0, -1));
  return { lineage: state.lineage, lines, feedback };
}

/** The lines of a journal. @throws `snapshot_invalid` */
export function journalLines(id: string, journal: Uint8Array): readonly string[] {
  const lines = wholeJournal(id, journal).split("\n");
  lines.pop();
  return lines;
}

/** The lines one by one, each added to `seen` as it is asked for: the first bad one ends the reading. */
function* seenLines(text: string, seen: string[]): Iterable<string> {
  for (let at = 0; at < text.length;) {
    const end = text.indexOf("\n", at);
    const line = text.slice(at, end);
    seen.push(line);
    yield line;
    at = end + 1;
  }
}

function wholeJournal(id: string, journal: Uint8Array): string {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(journal);
  } catch (error) {
    throw invalid(`the journal of session "${id}" is not UTF-8`, error);
  }
  if (!text.endsWith("\n")) throw invalid(`the journal of session "${id}" is incomplete`);
  if (text.includes("\r")) {
    throw invalid(`the journal of session "${id}" has carriage returns`);
  }
  return text;
}

/** Checks a session's files besides its journal. @throws `snapshot_invalid` */
export function checkFiles(id: string, files: Readonly<Record<string, Uint8Array>>): void {
  checkMeta(id, files["meta.json"]);
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
  if (!matches) throw invalid(`the meta.json of session "${id}" belongs to another session`);
}

/** Everything a new session of it consists of, its state included. */
export function toNewSession(session: CheckedSession): NewSession {
  const { journal, state, seq, hash, files, arrived } = session;
  const unknown = arrived === undefined ? {} : { arrived };
  return {
    lines: journal,
    blobs: { "meta.json": metaText(state), ...files },
    derived: (etag) => ({ "state.json": stateText(state, { seq, hash, etag }, unknown) }),
  };
}

/** The text of state.json behind a head. */
export function stateText(
  state: SessionState,
  head: { readonly seq: number; readonly hash: string; readonly etag: string },
  unknown: Readonly<Record<string, unknown>>,
): string {
  return encodeState({ state, head, unknown });
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
