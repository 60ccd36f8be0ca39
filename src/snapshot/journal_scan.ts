/**
 * A journal looked at in pieces: how many lines it has, the first and the last.
 * @module
 */

const NEWLINE = 0x0a;

/** What is to be known of a journal, from pieces of whole lines. */
export class JournalScan {
  /** Lines. */
  count = 0;
  #first: Uint8Array | undefined;
  #last: Uint8Array | undefined;

  look(piece: Uint8Array): void {
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
}
