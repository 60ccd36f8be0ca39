/**
 * Copies of a session of which one has texts that were taken out of the other: none comes back by a merge.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { chainError, walkChain } from "../session/journal.ts";
import { type JournalLines, readLines } from "../session/journal_end.ts";
import { replay } from "../session/rebuild.ts";
import { type Recording, redactJournal, type TextToRedact } from "../session/redact.ts";
import {
  fieldWith,
  type RecordedRedaction,
  redactionsIn,
  redactLines,
} from "../session/redacted_lines.ts";
import { replaceJournal } from "../session/replace_journal.ts";
import type { StorageBackend } from "../storage/backend.ts";
import { lineHash } from "../storage/line_hash.ts";
import { asJournalLine } from "../storage/pieces.ts";
import { RECENT_LIMIT, type SessionState } from "../workflow/state.ts";
import type { SessionManager } from "../session/session_manager.ts";
import { encodeLines } from "./collect.ts";
import type { Differing, LocalEnd } from "./compare.ts";
import { type CheckedSession, checkSession, type Incoming } from "./incoming.ts";
import { extendBy, mergeFiles, replaceWith } from "./put_session.ts";
import { joinedLines, relate, type Relation } from "./relation.ts";

/**
 * Joins a copy that arrives with the one here where that changes lines that are here. The repository and
 * the session must be locked.
 * @returns false when no line that is here changes: then the rest can be appended.
 */
export async function joinCopies(
  backend: StorageBackend,
  incoming: Pick<CheckedSession, "id" | "files">,
  lines: readonly string[],
): Promise<boolean> {
  const { id } = incoming;
  const local = await readLines(backend, id);
  if (local === null || relate(lines, local.all).relation === "diverged") return false;
  const joined = joinedLines(lines, local.all);
  if (local.all.every((line, index) => line === joined[index])) return false;
  const whole = stateOf(id, joined);
  await keepBehind(backend, id, local);
  // Before the events that name them.
  await mergeFiles(backend, incoming);
  await replaceJournal(backend, id, { ...whole, lines: joined, unknown: {} });
  return true;
}

/** Bytes that were never acknowledged are kept in a file, as any writer does. */
async function keepBehind(
  backend: StorageBackend,
  id: string,
  { all, behindBytes = 0 }: JournalLines,
): Promise<void> {
  if (behindBytes === 0) return;
  const head = { seq: all.length, hash: lineHash(all.at(-1) ?? ""), etag: "" };
  await backend.append(id, head, [], { behindBytes });
}

function stateOf(
  id: string,
  lines: readonly string[],
): { readonly state: SessionState; readonly hash: string } {
  const { events, bad } = walkChain(lines.map(asJournalLine));
  if (bad !== null) throw chainError(id, bad);
  return { state: replay(id, events), hash: lineHash(lines.at(-1) ?? "") };
}

/**
 * A copy that takes the place of the one here, with the redactions of that one made in it, too: each is an
 * event at its end.
 * @param common how many lines both begin with.
 */
export function withRedactionsOf(
  local: readonly string[],
  common: number,
  incoming: Incoming,
  how: Recording,
): Incoming {
  let { lines } = incoming;
  for (const redaction of redactionsIn(local)) {
    const { seq, data: { reason } } = redaction.event;
    // What is recorded in both is redacted in both.
    const place = seq <= common ? null : placeIn(local.slice(0, common), redaction);
    if (place === null) continue;
    const made = redactJournal(incoming.id, lines, { ...place, reason }, how);
    if (made !== null) ({ lines } = made);
  }
  if (lines === incoming.lines) return incoming;
  return checkSession(incoming.id, encodeLines(lines), incoming.files);
}

type Redactions = NonNullable<SessionState["redactions"]>;

/** Where lines have a text that was taken out of them; null when they did not have it. */
function placeIn(
  lines: readonly string[],
  { event: { data }, hashes }: RecordedRedaction,
): Pick<TextToRedact, "seq" | "field"> | null {
  if (data.line <= lines.length) return { seq: data.line, field: data.field };
  for (const { seq } of data.lines) {
    const line = lines[seq - 1];
    const field = line === undefined ? undefined : fieldWith(line, hashes);
    if (field !== undefined) return { seq, field };
  }
  return null;
}

/**
 * A copy without the texts that another one records as taken out, to make another session of it. Its state
 * says that they were.
 */
export function withoutTextsOf(other: Incoming, copy: Incoming): Incoming {
  const hashes = new Set(redactionsIn(other.lines).flatMap(({ hashes }) => hashes));
  const { lines, changed } = redactLines(copy.lines, hashes);
  if (changed.length === 0) return copy;
  const { events } = walkChain(lines.map(asJournalLine));
  const state = replay(copy.id, events);
  const redactions = joinedRedactions(state.redactions, other.state.redactions);
  return { ...copy, lines, events, state: { ...state, redactions } };
}

const NONE: Redactions = { count: 0, recent: [] };

function joinedRedactions(own: Redactions = NONE, others: Redactions = NONE): Redactions {
  const keys = new Set(own.recent.map(({ seq, time }) => `${seq} ${time}`));
  const more = others.recent.filter(({ seq, time }) => !keys.has(`${seq} ${time}`));
  const recent = [...own.recent, ...more].slice(-RECENT_LIMIT);
  return { count: own.count + more.length, recent };
}

/**
 * Puts a session of a snapshot in its place where it or the copy here has redacted lines. The repository
 * and the session must be locked.
 * @returns false when nothing is to be done to the journal but what is done without redacted lines.
 */
export async function putRedacted(
  manager: SessionManager,
  session: CheckedSession,
  differing: Differing | undefined,
  { relation, local, replaceable }: {
    readonly relation: Relation;
    readonly local: LocalEnd;
    readonly replaceable: boolean;
  },
): Promise<boolean> {
  if (differing === undefined) return false;
  const { backend } = manager;
  const { incoming, here, common } = differing;
  if (replaceable) {
    const checked = checkSession(session.id, encodeLines(incoming), session.files);
    const how = await manager.recording();
    await replaceWith(backend, withRedactionsOf(here, common, checked, how));
    return true;
  }
  if (relation === "diverged") return false;
  if (await joinCopies(backend, session, incoming)) return true;
  if (relation !== "newer") return false;
  await extendBy(backend, session, local, incoming.slice(here.length));
  return true;
}

/** Whether an error is {@link forgedError}. */
export function isForged(error: unknown): error is OrchestratorError {
  return error instanceof OrchestratorError && error.details?.["forged"] === true;
}

/** The error of a copy with a line that was forged as a redacted one. */
export function forgedError(id: string, line: number): OrchestratorError {
  return new OrchestratorError(
    "session_diverged",
    `Cannot merge session "${id}": event ${line} differs in the two copies, and neither is the other one without a text`,
    {
      hint: `Run \`orchestrator log verify --session ${id}\``,
      details: { session: id, line, forged: true },
    },
  );
}
