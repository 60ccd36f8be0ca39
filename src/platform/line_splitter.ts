/**
 * Lines out of bytes that come in pieces.
 * @module
 */

const NEWLINE = 0x0a;

/**
 * Cuts bytes into lines of UTF-8 text, of which it holds one at a time.
 *
 * ```ts
 * const lines = new LineSplitter((line) => …, 1024);
 * for (const piece of pieces) lines.push(piece);
 * lines.end();
 * ```
 */
export class LineSplitter {
  readonly #take: (line: string | null, ended: boolean) => void;
  readonly #limit: number;
  #parts: Uint8Array[] = [];
  #length = 0;

  /**
   * @param take is given each line without its line feed, and whether it had one; null for a line of
   * more than `limit` bytes.
   */
  constructor(take: (line: string | null, ended: boolean) => void, limit: number) {
    this.#take = take;
    this.#limit = limit;
  }

  /** The next bytes; they may change once it returns. */
  push(piece: Uint8Array): void {
    let begin = 0;
    for (;;) {
      const end = piece.indexOf(NEWLINE, begin);
      this.#keep(piece.subarray(begin, end < 0 ? piece.length : end));
      if (end < 0) return;
      this.#show(true);
      begin = end + 1;
    }
  }

  /** No more bytes follow: the text after the last line feed is a line too. */
  end(): void {
    if (this.#length > 0) this.#show(false);
  }

  #keep(bytes: Uint8Array): void {
    this.#length += bytes.length;
    if (this.#length > this.#limit) this.#parts = [];
    else if (bytes.length > 0) this.#parts.push(bytes.slice());
  }

  #show(ended: boolean): void {
    const line = this.#length > this.#limit ? null : this.#text();
    this.#parts = [];
    this.#length = 0;
    this.#take(line, ended);
  }

  #text(): string {
    const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
    const [first] = this.#parts;
    if (first !== undefined && this.#parts.length === 1) return decoder.decode(first);
    return this.#parts.map((part) => decoder.decode(part, { stream: true })).join("") +
      decoder.decode();
  }
}
