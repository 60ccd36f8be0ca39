/**
 * Lines of a journal from which texts are taken out, and whether one line is another one without texts.
 * @module
 */
import { sha256Hex } from "../platform/hash.ts";
import { LINE_LIMIT } from "../state_layout/limits.ts";
import { lineHash } from "../storage/line_hash.ts";
import type { RedactedLine, SessionEvent } from "../workflow/events.ts";
import { isRecord } from "../workflow/record.ts";
import { isRedactedText, redactedText, textHash } from "../workflow/redacted_text.ts";
import {
  type HasTexts,
  meansField,
  type TextField,
  textFields,
  withTexts,
} from "../workflow/text_fields.ts";
import { chainError, parseEvent, REDACTED_FORMAT } from "./journal.ts";
import type { UndoneRedaction } from "./redactions.ts";

/** Gives the hashes of texts, each made once. */
class TextHashes {
  readonly #known = new Map<string, string>();

  of(value: unknown): string {
    if (typeof value !== "string") return textHash(value, sha256Hex);
    const known = this.#known.get(value);
    if (known !== undefined) return known;
    const hash = textHash(value, sha256Hex);
    this.#known.set(value, hash);
    return hash;
  }
}

/** Lines without the texts that were to be taken out. */
export interface RedactedLines {
  readonly lines: readonly string[];
  /** Those that changed. */
  readonly changed: readonly RedactedLine[];
  /** Numbers of lines that are too long to be rewritten. */
  readonly tooLong: readonly number[];
}

/**
 * Takes texts out of lines, wherever they are.
 * @param lines a journal whose chain was checked.
 * @param hashes of the texts.
 */
export function redactLines(
  lines: readonly string[],
  hashes: ReadonlySet<string>,
): RedactedLines {
  const known = new TextHashes();
  const isWanted = ({ value }: TextField) => !isRedactedText(value) && hashes.has(known.of(value));
  const changed: RedactedLine[] = [];
  const tooLong: number[] = [];
  const redacted = lines.map((line, index) => {
    const seq = index + 1;
    if (line.length > LINE_LIMIT) {
      tooLong.push(seq);
      return line;
    }
    const stub = withMarkers(line, (field) => isWanted(field) ? known.of(field.value) : null);
    if (stub !== line) changed.push({ seq, original: lineHash(line), stub: sha256Hex(stub) });
    return stub;
  });
  return { lines: redacted, changed, tooLong };
}

/** The line with markers in place of the texts that `hashOf` gives hashes for; the line itself if none. */
function withMarkers(line: string, hashOf: (field: TextField) => string | null): string {
  const value: unknown = JSON.parse(line);
  if (!isRecord(value) || !hasTexts(value)) return line;
  const data = withTexts(value, (field) => {
    const hash = hashOf(field);
    return hash === null ? field.value : redactedText(hash);
  });
  if (data === value.data) return line;
  const { original: _, ...fields } = value as Readonly<Record<string, unknown>>;
  return JSON.stringify({ ...fields, v: REDACTED_FORMAT, data, original: lineHash(line) });
}

function hasTexts(
  value: Readonly<Record<string, unknown>>,
): value is Readonly<Record<string, unknown>> & HasTexts {
  return typeof value["type"] === "string" && typeof value["data"] === "object" &&
    value["data"] !== null;
}

/**
 * The hashes of the texts that a field of a line has, those that were taken out among them.
 * @returns none for a line that has no such text.
 */
function hashesIn(line: string, field: string): readonly string[] {
  const event = parseEvent(line);
  if (event === null) return [];
  return textFields(event).filter((text) => meansField(field, text))
    .map(({ value }) => textHash(value, sha256Hex));
}

/** The name of a field of a line that has one of some texts, or had it. */
export function fieldWith(line: string, hashes: readonly string[]): string | undefined {
  const event = parseEvent(line);
  if (event === null) return undefined;
  return textFields(event).find(({ value }) => hashes.includes(textHash(value, sha256Hex)))?.name;
}

/** A redaction that a line records, with the hashes of the texts. */
export interface RecordedRedaction {
  readonly event: Extract<SessionEvent, { readonly type: "text_redacted" }>;
  readonly hashes: readonly string[];
}

/** The redactions that lines record. */
export function redactionsIn(lines: readonly string[]): readonly RecordedRedaction[] {
  return lines.flatMap((line) => {
    if (!line.includes('"text_redacted"')) return [];
    const event = parseEvent(line);
    if (event?.type !== "text_redacted") return [];
    return [{ event, hashes: hashesIn(lines[event.data.line - 1] ?? "", event.data.field) }];
  });
}

/**
 * Does what the events of a journal record, where its lines still have the texts.
 * @param undone what was found undone.
 * @throws `journal_corrupt` for a line that is not the one that an event says it redacted.
 */
export function carryOut(
  session: string,
  lines: readonly string[],
  undone: readonly UndoneRedaction[],
): readonly string[] {
  const wanted = new Map<number, { readonly hashes: Set<string>; stub: string; by: number }>();
  const numbers = new Set(undone.map(({ line }) => line));
  for (const { event, hashes } of redactionsIn(lines)) {
    for (const { seq, stub } of event.data.lines) {
      if (!numbers.has(seq)) continue;
      const before = wanted.get(seq)?.hashes ?? [];
      wanted.set(seq, { hashes: new Set([...before, ...hashes]), stub, by: event.seq });
    }
  }
  return lines.map((line, index) => {
    const todo = wanted.get(index + 1);
    if (todo === undefined) return line;
    const [stub = line] = redactLines([line], todo.hashes).lines;
    if (sha256Hex(stub) === todo.stub) return stub;
    const reason = `is not the line from which line ${todo.by} took a text`;
    throw chainError(session, { line: index + 1, reason, tooNew: false });
  });
}

/**
 * Whether two lines with the same hash in the chain can be the same line, one or both of them redacted: they
 * are the same when what was taken out of one of them is taken out of both.
 */
export function agree(one: string, other: string): boolean {
  if (one === other) return true;
  if (lineHash(one) !== lineHash(other)) return false;
  return withMarkersOf(one, other) === withMarkersOf(other, one);
}

/** A line without the texts that were taken out of another one. */
export function withMarkersOf(line: string, other: string): string {
  const event = parseEvent(other);
  if (event === null) return line;
  const markers = new Map(textFields(event).map(({ name, value }) => [name, value]));
  return withMarkers(line, ({ name, value }) => {
    if (isRedactedText(value) || !isRedactedText(markers.get(name))) return null;
    const hash = textHash(value, sha256Hex);
    return redactedText(hash) === markers.get(name) ? hash : null;
  });
}
