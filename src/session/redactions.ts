/**
 * What a journal says of texts that were taken out of it, and whether its lines show that.
 *
 * A redacted line keeps the hash of the line as it was, so nothing behind it binds what it says now: the
 * event that records the redaction does, by the hash of the line as it is since. A redacted line that no
 * event names so was forged. An event whose line still has the text is the other way round: an older copy
 * came back, and the redaction is to be carried out here too.
 * @module
 */
import { sha256Hex } from "../platform/hash.ts";
import type { JournalLine } from "../storage/backend.ts";
import type { RedactedLine, SessionEvent } from "../workflow/events.ts";
import { isRecord } from "../workflow/record.ts";

/** A redaction that a line does not show. */
export interface UndoneRedaction {
  /** Number of the line. */
  readonly line: number;
  /** Number of the event that names it. */
  readonly by: number;
}

/** A misfit, as a clause behind "line N". */
interface Misfit {
  readonly reason: string;
  readonly tooNew: false;
}

/** A redacted line as it was read. */
interface Stub {
  readonly original: string;
  /** Of its bytes. */
  readonly hash: string;
}

/** Follows the redactions of one journal, line by line. */
export class Redactions {
  readonly #stubs = new Map<number, Stub>();
  /** The stubs that events name for a line, the newest last. */
  readonly #named = new Map<number, { readonly by: number; readonly stub: string }[]>();

  /** Takes the next line; says what is wrong with it, null when nothing is. */
  take(event: SessionEvent, line: JournalLine): Misfit | null {
    const { seq, original } = event;
    if (original !== undefined && typeof line === "string") {
      this.#stubs.set(seq, { original, hash: sha256Hex(line) });
    }
    return event.type === "text_redacted" ? this.#name(event) : null;
  }

  #name(event: Extract<SessionEvent, { readonly type: "text_redacted" }>): Misfit | null {
    if (!isRedaction(event)) return misfit(`has data that does not belong in "${event.type}"`);
    for (const { seq, original, stub } of event.data.lines) {
      const known = this.#stubs.get(seq);
      if (known !== undefined && known.original !== original) {
        return misfit(`names another line ${seq} than this journal has`);
      }
      const named = this.#named.get(seq);
      if (named === undefined) this.#named.set(seq, [{ by: event.seq, stub }]);
      else named.push({ by: event.seq, stub });
    }
    return null;
  }

  /** The first redacted line that no event names as it is; null when there is none. */
  get unnamed(): ({ readonly line: number } & Misfit) | null {
    for (const [line, { hash }] of this.#stubs) {
      if (this.#named.get(line)?.some(({ stub }) => stub === hash) === true) continue;
      const reason = this.#named.has(line)
        ? "is not what the redaction made of it: it was changed since"
        : "is a redacted line, and no event records its redaction";
      return { line, ...misfit(reason) };
    }
    return null;
  }

  /** Where an event names a line that does not show the last redaction. */
  get undone(): readonly UndoneRedaction[] {
    return [...this.#named].flatMap(([line, named]) => {
      const last = named.at(-1);
      const hash = this.#stubs.get(line)?.hash;
      return last === undefined || last.stub === hash ? [] : [{ line, by: last.by }];
    });
  }
}

function misfit(reason: string): Misfit {
  return { reason, tooNew: false };
}

const HASH = /^[0-9a-f]{64}$/;

/** Whether an event has what a redaction needs: it names lines before it, each once. */
function isRedaction(event: SessionEvent): boolean {
  const { line, field, reason, lines } = event.data as unknown as Readonly<Record<string, unknown>>;
  if (typeof field !== "string" || typeof reason !== "string" || !Array.isArray(lines)) {
    return false;
  }
  const isLine = (one: unknown): one is RedactedLine =>
    isRecord(one) && Number.isSafeInteger(one["seq"]) && Number(one["seq"]) > 0 &&
    Number(one["seq"]) < event.seq && HASH.test(String(one["original"])) &&
    HASH.test(String(one["stub"]));
  if (!lines.every(isLine)) return false;
  const numbers = new Set(lines.map(({ seq }: RedactedLine) => seq));
  return numbers.size === lines.length && typeof line === "number" && numbers.has(line);
}
