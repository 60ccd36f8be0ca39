/**
 * A journal looked at in pieces: how many lines it has, the first and the last.
 * @module
 */
import { Buffer } from "node:buffer";
import { sha256Hex } from "../platform/hash.ts";
import { originalHash } from "../storage/line_hash.ts";

const NEWLINE = 0x0a;

/** How such a line begins. */
const REDACTED = '{"v":3,';

/** What is to be known of a journal, from pieces of whole lines. */
export class JournalScan {
  /** Lines. */
  count = 0;
  /** Whether texts were taken out of any. */
  redacted = false;
  #first: Uint8Array | undefined;
  #last: Uint8Array | undefined;

  look(piece: Uint8Array): void {
    this.redacted ||= Buffer.from(piece.buffer, piece.byteOffset, piece.length).includes(REDACTED);
    this.#first ??= piece.slice(0, piece.indexOf(NEWLINE));
    this.#last = piece.slice(piece.lastIndexOf(NEWLINE, piece.length - 2) + 1, -1);
    for (let at = piece.indexOf(NEWLINE); at >= 0; at = piece.indexOf(NEWLINE, at + 1)) {
      this.count++;
    }
  }

  get first(): string {
    return new TextDecoder().decode(this.#first);
  }

  get last(): Uint8Array {
    return this.#last ?? new Uint8Array();
  }

  /** Of the last line, in its chain. */
  get hash(): string {
    return originalHash(new TextDecoder().decode(this.last)) ?? sha256Hex(this.last);
  }
}
