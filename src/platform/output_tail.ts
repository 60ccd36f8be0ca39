/**
 * The end of a program's output.
 * @module
 */

/** Keeps the last bytes of what is pushed into it. */
export class OutputTail {
  readonly #limit: number;
  #bytes: Uint8Array = new Uint8Array(0);
  #cut = false;

  /** @param limit How many bytes to keep. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Adds output. */
  push(chunk: Uint8Array): void {
    const kept = Math.min(this.#bytes.length, Math.max(this.#limit - chunk.length, 0));
    const added = Math.min(chunk.length, this.#limit);
    this.#cut ||= kept < this.#bytes.length || added < chunk.length;
    const bytes = new Uint8Array(kept + added);
    bytes.set(this.#bytes.subarray(this.#bytes.length - kept));
    bytes.set(chunk.subarray(chunk.length - added), kept);
    this.#bytes = bytes;
  }

  /**
   * What is kept, as text. A character that the cut went through is left out; bytes that are no UTF-8
   * become U+FFFD.
   */
  text(): string {
    let start = 0;
    // At most three continuation bytes (10xxxxxx) can be left of a character.
    while (this.#cut && start < 3 && ((this.#bytes[start] ?? 0) & 0xc0) === 0x80) start++;
    return new TextDecoder().decode(this.#bytes.subarray(start));
  }
}
