/**
 * How far something is that takes a while: one line on a terminal, rewritten in place.
 * @module
 */
import type { Input } from "../command.ts";
import type { Io } from "../io.ts";
import { num, say, type Shown, words } from "./shown.ts";
import { sizeText } from "./size_text.ts";

/** Below this many bytes the wait is too short for a progress line. */
const SLOW_BYTES = 32 * 1024 * 1024;

/** And below this many files, however small they are. */
const SLOW_FILES = 500;

/** So many bytes lie between two looks of something whose end is not known. */
const STRIDE = 8 * 1024 * 1024;

const STEPS = words({
  read: "Reading",
  check: "Checking",
  put: "Importing",
  write: "Writing",
  copy: "Copying",
  verify: "Checking",
  remove: "Removing the copies",
});

/** What is being done. */
export type Step = keyof typeof STEPS;

/** So many of so many files, and bytes. */
export interface FilesDone {
  readonly files: number;
  readonly allFiles: number;
  /** Bytes. */
  readonly done: number;
  readonly total: number;
}

/** A line that says how far something is, rewritten in place on a terminal. */
export class ProgressLine implements Disposable {
  readonly #write: ((text: Shown) => void) | null;
  #last = say``;

  /** @param write writes to the terminal; null when there is none. */
  constructor(write: ((text: Shown) => void) | null) {
    this.#write = write;
  }

  /** The line of a command: on the terminal of stderr, and nowhere where less was asked for. */
  static of(io: Io, input: Input): ProgressLine {
    const seen = io.isTerminal("stderr") && !input.has("quiet") && !input.has("json");
    return new ProgressLine(seen ? (text) => void io.err(text) : null);
  }

  /**
   * Shows so many of so many bytes.
   * @param step what is being done.
   * @param total null when it is not known yet.
   */
  show(step: Step, done: number, total: number | null): void {
    if (this.#write === null || (total ?? done) < SLOW_BYTES) return;
    this.#rewrite(
      total === null
        ? say`${STEPS[step]} ${sizeText(done - done % STRIDE)}`
        : say`${STEPS[step]} ${percent(done, total)} of ${sizeText(total)}`,
    );
  }

  /** Shows how much of some files is done: by their size, or by their number where they are many. */
  showFiles(step: Step, { files, allFiles, done, total }: FilesDone): void {
    if (this.#write === null) return;
    if (total >= SLOW_BYTES) this.show(step, done, total);
    else if (allFiles >= SLOW_FILES) {
      this.#rewrite(say`${STEPS[step]} ${percent(files, allFiles)} of ${num(allFiles)} files`);
    }
  }

  #rewrite(text: Shown): void {
    if (text === this.#last) return;
    this.#last = text;
    this.#write?.(say`\r${text}\x1b[K`);
  }

  /** Takes the line away. */
  clear(): void {
    if (this.#write !== null && this.#last !== "") this.#write(say`\r\x1b[K`);
    this.#last = say``;
  }

  [Symbol.dispose](): void {
    this.clear();
  }
}

function percent(done: number, total: number): Shown {
  return say`${num(Math.floor(done / total * 100))} %`;
}
