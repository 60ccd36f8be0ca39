/**
 * Creates the file of a session with the history from before it began, one JSON value per line.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { exactByteSize } from "../platform/byte_size.ts";
import { runningSha256 } from "../platform/hash.ts";
import { LIMITS } from "../state_layout/limits.ts";
import { FOLDERS, KEYS } from "../state_layout/names.ts";
import type { NewEvent } from "../workflow/events.ts";
import { scrubWords } from "./scrub.ts";

/** Shows values, one after the other. */
export type VisitValues = (take: (value: unknown) => void) => void;

/** Bytes of lines that are encoded at once. */
const PIECE_BYTES = 256 * 1024;

/** A history's file, and the events that name it. */
export interface WrittenHistory {
  readonly events: readonly NewEvent[];
  /** By name in the session's folder; none without a value. */
  readonly blobs: Readonly<Record<string, readonly Uint8Array[]>>;
}

/**
 * Makes the file, and lets the events that begin a session name it.
 * @param clean takes known secrets out of a text.
 * @throws `too_long` when it would be larger than what is read.
 */
export function writeHistory(
  { id, events, history: visit }: {
    readonly id: string;
    readonly events: readonly NewEvent[];
    readonly history: VisitValues;
  },
  clean: (text: string) => string,
): WrittenHistory {
  const file = new LinesFile();
  visit((value) => file.add(JSON.stringify(scrubWords(value, clean))));
  const { pieces, lines, bytes } = file.end();
  if (lines === 0) return { events: withHistory(events, []), blobs: {} };
  const sha256 = file.sha256();
  return {
    events: withHistory(events, { sha256, lines, bytes }),
    blobs: { [KEYS.history(id, sha256).slice(`${FOLDERS.sessions}/${id}/`.length)]: pieces },
  };
}

function withHistory(
  events: readonly NewEvent[],
  history: Extract<NewEvent, { type: "session_imported" }>["data"]["history"],
): readonly NewEvent[] {
  return events.map((event) =>
    event.type === "session_imported" ? { ...event, data: { ...event.data, history } } : event
  );
}

/** Lines as bytes, in pieces. */
class LinesFile {
  readonly #pieces: Uint8Array[] = [];
  readonly #hash = runningSha256();
  readonly #encoder = new TextEncoder();
  #room = new Uint8Array(PIECE_BYTES);
  #used = 0;
  #lines = 0;
  #bytes = 0;

  add(line: string): void {
    this.#lines += 1;
    this.#put(line);
    this.#put("\n");
    if (this.#bytes + this.#used > LIMITS.history) {
      throw new OrchestratorError(
        "too_long",
        `Cannot keep the history: it is longer than ${exactByteSize(LIMITS.history)}`,
        { hint: "Move the older part of the old log to another file" },
      );
    }
  }

  #put(text: string): void {
    for (let rest = text; rest !== "";) {
      const { read, written } = this.#encoder.encodeInto(rest, this.#room.subarray(this.#used));
      this.#used += written;
      rest = rest.slice(read);
      if (rest !== "") this.#flush();
    }
  }

  /** Ends the piece. It may be a little shorter than the others: no character is cut. */
  #flush(): void {
    const piece = this.#room.subarray(0, this.#used);
    this.#hash.update(piece);
    this.#pieces.push(piece);
    this.#bytes += piece.length;
    this.#room = new Uint8Array(PIECE_BYTES);
    this.#used = 0;
  }

  end(): {
    readonly pieces: readonly Uint8Array[];
    readonly lines: number;
    readonly bytes: number;
  } {
    if (this.#used > 0) this.#flush();
    return { pieces: this.#pieces, lines: this.#lines, bytes: this.#bytes };
  }

  /** Once, at the end. */
  sha256(): string {
    return this.#hash.hex();
  }
}
