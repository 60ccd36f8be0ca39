/**
 * Taking a text out of a session's journal, for ever and in sight of everyone.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { isThisProcess } from "../platform/this_process.ts";
import { sha256Hex } from "../platform/hash.ts";
import type { LockScope, StorageBackend } from "../storage/backend.ts";
import { lineHash } from "../storage/line_hash.ts";
import { asJournalLine } from "../storage/pieces.ts";
import { TEXT_LIMITS } from "../workflow/commands.ts";
import type { Decision } from "../workflow/decision.ts";
import type { Actor, NewEvent, RedactedLine, SessionEvent } from "../workflow/events.ts";
import { isRecord } from "../workflow/record.ts";
import { isRedactedText, textHash } from "../workflow/redacted_text.ts";
import type { SessionState } from "../workflow/state.ts";
import { meansField, type TextField, textFields } from "../workflow/text_fields.ts";
import { checkText, quoted } from "../workflow/texts.ts";
import { chainError, ChainReader, encodeEvents, requireEvent } from "./journal.ts";
import { readLines } from "./journal_end.ts";
import { type LoadedSession, loadSession } from "./load.ts";
import { lostError, movedError, newerError, replay } from "./rebuild.ts";
import { carryOut, type RedactedLines, redactLines } from "./redacted_lines.ts";
import { replaceJournal } from "./replace_journal.ts";
import { scrubEvents } from "./scrub.ts";

/** The command, as it names itself to processes that wait for its locks. */
const OPERATION = "log redact";

/** The text to take out, and why. */
export interface TextToRedact {
  /** Number of the line. */
  readonly seq: number;
  /** The name of a text in it, or of what has texts below it. */
  readonly field: string;
  readonly reason: string;
}

/** What was done. */
export interface RedactedText {
  readonly state: SessionState;
  /** Null when the text had been taken out before. */
  readonly event: SessionEvent | null;
  /** Lines that were rewritten. */
  readonly lines: readonly RedactedLine[];
  /** Numbers of lines that are too long to be rewritten, and may have the text too. */
  readonly tooLong: readonly number[];
  /** What was taken out, to look for it elsewhere. */
  readonly values: readonly unknown[];
}

/** Who redacts, and how what is recorded is cleaned. */
export interface Recording {
  readonly actor: Actor;
  /** RFC 3339 UTC. */
  readonly time: string;
  /** Removes known secrets from a text. */
  readonly clean: (text: string) => string;
}

/** What of a session manager is needed: see there. */
interface Manager {
  readonly backend: StorageBackend;
  change(id: string, operation: string, decide: () => Decision): Promise<unknown>;
  recording(): Promise<Recording>;
  withLock<Result>(
    scope: LockScope,
    operation: string,
    task: () => Promise<Result>,
  ): Promise<Result>;
  withRepositoryLock<Result>(operation: string, task: () => Promise<Result>): Promise<Result>;
}

/**
 * Replaces a text by a marker wherever it is in the journal, and records that.
 * @throws `event_unknown`, `invalid_argument` when there is no such text, `too_short`, `too_long`;
 * `journal_corrupt`, `format_too_new`, `lock_held`; then nothing changed.
 */
export async function redactText(
  manager: Manager,
  id: string,
  what: TextToRedact,
): Promise<RedactedText> {
  const { backend } = manager;
  // What was redacted before is carried out first, where an older copy came back.
  await manager.change(id, OPERATION, () => ({ value: { events: [] } }));
  return await underLocks(manager, id, OPERATION, async () => {
    const { lines, loaded } = await readToRewrite(backend, id);
    const made = redactJournal(id, lines, what, await manager.recording());
    if (made === null) {
      return { state: loaded.state, event: null, lines: [], tooLong: [], values: [] };
    }
    await replaceJournal(backend, id, { ...made, unknown: loaded.unknown });
    const { state, event, changed, tooLong, values } = made;
    return { state, event, lines: changed, tooLong, values };
  });
}

/**
 * Takes out the texts that a journal says were taken out, where its lines still have them, and does a
 * change again.
 * @param change gives null when the journal changed meanwhile.
 * @throws as {@link redactText}; `state_moved`; what `change` throws.
 */
export async function afterCarryingOut<Result>(
  manager: Manager,
  id: string,
  operation: string,
  change: () => Promise<Result | null>,
): Promise<Result> {
  await underLocks(manager, id, operation, async () => {
    const { lines, loaded } = await readToRewrite(manager.backend, id);
    if (loaded.undone.size === 0) return;
    await replaceJournal(manager.backend, id, { ...loaded, lines, hash: loaded.head.hash });
  });
  const changed = await change();
  if (changed === null) throw movedError(id);
  return changed;
}

/** Runs a task while the repository, which this process may hold already, and a session are locked. */
async function underLocks<Result>(
  manager: Manager,
  id: string,
  operation: string,
  task: () => Promise<Result>,
): Promise<Result> {
  const inner = () => manager.withLock({ session: id }, operation, task);
  const holder = await manager.backend.holder("repository");
  const isHere = holder.state === "held" && holder.by !== null && isThisProcess(holder.by);
  return await (isHere ? inner() : manager.withRepositoryLock(operation, inner));
}

/** A journal from which a text was taken out, with the event that says so at its end. */
interface RedactedJournal extends RedactedLines {
  readonly state: SessionState;
  /** Of the last line, in its chain. */
  readonly hash: string;
  readonly event: SessionEvent;
  /** What was taken out. */
  readonly values: readonly unknown[];
}

/**
 * The same of lines that were read, without writing anything.
 * @param before a whole journal whose chain was checked.
 * @returns null when the text was taken out before.
 * @throws as {@link redactText}
 */
export function redactJournal(
  id: string,
  before: readonly string[],
  { seq, field, reason }: TextToRedact,
  how: Recording,
): RedactedJournal | null {
  const fields = fieldsToRedact(before, { id, seq, field });
  const open = fields.filter(({ value }) => !isRedactedText(value));
  if (open.length === 0) return null;
  const hashes = new Set(fields.map(({ value }) => textHash(value, sha256Hex)));
  const [scrubbed] = scrubEvents(
    [{ type: "text_redacted", data: { line: seq, field, reason, lines: [] } }],
    how.clean,
  );
  const why = checkReason(scrubbed, { doing: `redact event ${seq}`, open });
  const { lines, changed, tooLong } = redactLines(before, hashes);
  const data = { ...scrubbed?.data, line: seq, field, reason: why, lines: changed };
  const head = { seq: before.length, hash: lineHash(before.at(-1) ?? ""), etag: "" };
  const encoded = encodeEvents(
    [{ type: "text_redacted", data }],
    { state: replay(id, eventsOf(id, lines)), head },
    how,
  );
  const [event] = encoded.events;
  if (event === undefined) throw new TypeError("an event was encoded");
  const all = [...lines, ...encoded.lines];
  return {
    lines: all,
    // What is written is read as any reader will read it.
    state: replay(id, eventsOf(id, all, true)),
    hash: encoded.head.hash,
    event,
    changed,
    tooLong,
    values: open.map(({ value }) => value),
  };
}

/** The lines of a journal that can be trusted, with the redactions that it records carried out. */
async function readToRewrite(
  backend: StorageBackend,
  id: string,
): Promise<{ readonly lines: readonly string[]; readonly loaded: LoadedSession }> {
  const loaded = await loadSession(backend, id, { replay: true, holding: true });
  if (loaded.newer !== null) throw newerError(id, loaded.newer);
  if (loaded.lost !== null) throw lostError(id, loaded);
  const { head, tornBytes: behindBytes } = loaded;
  // They are kept in a file, as any writer does.
  if (behindBytes > 0) await backend.append(id, head, [], { behindBytes });
  const lines = (await readLines(backend, id))?.all.slice(0, head.seq) ?? [];
  if (loaded.undone.size === 0) return { lines, loaded };
  const undone = [...loaded.undone.keys()].map((line) => ({ line, by: 0 }));
  return { lines: carryOut(id, lines, undone), loaded };
}

/** @param whole all lines are there, so that each redacted one must be named by an event. */
function* eventsOf(
  id: string,
  lines: readonly string[],
  whole = false,
): Iterable<SessionEvent> {
  const chain = new ChainReader();
  for (const line of lines) {
    const next = chain.next(asJournalLine(line));
    if ("bad" in next) throw chainError(id, next.bad);
    yield next.event;
  }
  const unnamed = whole ? chain.end() : null;
  if (unnamed !== null) throw chainError(id, unnamed);
}

/** The texts that are meant. @throws `event_unknown`, `invalid_argument` */
function fieldsToRedact(
  lines: readonly string[],
  { id, seq, field }: { readonly id: string; readonly seq: number; readonly field: string },
): readonly TextField[] {
  const doing = `redact event ${seq}`;
  const line = lines[seq - 1];
  if (line === undefined) {
    const count = lines.length === 1 ? "1 event" : `${lines.length} events`;
    throw new OrchestratorError("event_unknown", `Cannot ${doing}: the journal has ${count}`, {
      hint: "Run `orchestrator log` to see the numbers",
    });
  }
  if (typeof asJournalLine(line) !== "string") {
    throw new OrchestratorError("too_long", `Cannot ${doing}: it is too long to be rewritten`);
  }
  const event = requireEvent(id, seq, line);
  const all = textFields(event);
  const meant = all.filter((text) => meansField(field, text));
  if (meant.length > 0) return meant;
  const named = fieldAt(event.data, field);
  const problem = named === undefined
    ? `it has no field ${quoted(field)}`
    : `its field ${quoted(field)} is not a text that can be redacted`;
  throw new OrchestratorError("invalid_argument", `Cannot ${doing}: ${problem}`, {
    hint: all.length === 0
      ? "Run `orchestrator log` to find the line with the text"
      : `Run \`orchestrator log show ${seq}\` to see which fields can be redacted`,
    details: { session: id, seq, field, fields: all.map(({ name }) => name) },
  });
}

/** What a field of an event is, by its name in dots; undefined when there is none. */
function fieldAt(data: object, field: string): unknown {
  let value: unknown = data;
  for (const name of field.split(".")) {
    if (!isRecord(value) && !Array.isArray(value) || !Object.hasOwn(value, name)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[name];
  }
  return value;
}

/** Shorter texts are in many reasons by chance. */
const TELLING = 4;

/** The reason as it is recorded. @throws `too_short`, `too_long`, `invalid_argument` */
function checkReason(
  event: NewEvent | undefined,
  { doing, open }: { readonly doing: string; readonly open: readonly TextField[] },
): string {
  const given = event?.type === "text_redacted" ? event.data.reason : "";
  const reason = checkText(given, { doing, what: "reason", max: TEXT_LIMITS.reason });
  if (reason.error !== undefined) throw reason.error;
  const repeats = open.some(({ value }) =>
    typeof value === "string" && value.trim().length >= TELLING &&
    reason.value.includes(value.trim())
  );
  if (!repeats) return reason.value;
  throw new OrchestratorError(
    "invalid_argument",
    `Cannot ${doing}: the reason repeats the text that is to be redacted`,
    { hint: "Say why without the text itself: the reason stays visible" },
  );
}
