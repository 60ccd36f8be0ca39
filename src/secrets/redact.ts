/**
 * Takes secrets out of text before it is stored or shown.
 *
 * Knows the shapes of common keys (`shapes.ts`), what stands around secrets (`patterns.ts`), and in a
 * {@link Redactor} the values of this run's secrets.
 * @module
 */
import { formsOf } from "./known_forms.ts";
import {
  replaceAddresses,
  replaceAssigned,
  replaceHeaders,
  replacePrivateKeys,
} from "./patterns.ts";
import { replaceShapes } from "./shapes.ts";
import { REDACTED } from "../workflow/redacted.ts";

export { REDACTED } from "../workflow/redacted.ts";

/** The text with every secret replaced by {@link REDACTED}. The work grows with the text's length. */
export function redact(text: string): string {
  const outside = replaceHeaders(replaceAddresses(text, REDACTED), REDACTED);
  const keys = replacePrivateKeys(replaceShapes(outside, REDACTED), REDACTED);
  return replaceAssigned(keys, REDACTED);
}

/** Shorter values are words that occur anywhere: to take them out would take texts apart. */
const SHORTEST_SECRET = 6;

/** Knows the values of secrets, and takes them out of text. */
export class Redactor {
  readonly #forms = new Set<string>();
  #longestFirst: readonly string[] | undefined;

  /**
   * Learns a secret: its value, its lines when it has several, and the ways in which programs write
   * it down (JSON, URL, base64, hex).
   */
  add(value: string): void {
    const whole = value.trim();
    const lines = whole.split(/\r?\n/).map((line) => line.trim());
    for (const text of lines.length === 1 ? [whole] : [whole, ...lines.filter(isLong)]) {
      if (text.length < SHORTEST_SECRET) continue;
      for (const form of formsOf(text)) {
        // It would be found in what stands for every other secret.
        if (!REDACTED.includes(form)) this.#forms.add(form);
      }
    }
    this.#longestFirst = undefined;
  }

  /** True when there is nothing to look for. */
  get isEmpty(): boolean {
    return this.#forms.size === 0;
  }

  /** The text without the values of known secrets. */
  known(text: string): string {
    let result = text;
    for (const form of this.#sorted()) {
      if (result.includes(form)) result = result.replaceAll(form, REDACTED);
    }
    return result;
  }

  /** The text without known secrets and without all that looks like a key. */
  redact(text: string): string {
    return redact(this.known(text));
  }

  /**
   * {@link redact} for the end of a longer text, whose beginning may be the rest of a secret that the
   * cut went through.
   */
  redactTail(text: string): string {
    let cut = 0;
    for (const form of this.#sorted()) {
      const length = overlap(form.slice(1), text.slice(0, form.length - 1));
      if (length >= SHORTEST_REST && length > cut) cut = length;
    }
    return this.redact(cut === 0 ? text : REDACTED + text.slice(cut));
  }

  /** For text that comes in pieces: a secret may begin in one and end in the next. */
  stream(): RedactingStream {
    return new RedactingStream(this, this.#sorted());
  }

  #sorted(): readonly string[] {
    return this.#longestFirst ??= [...this.#forms].sort((one, other) => other.length - one.length);
  }
}

/** The least of a secret's end that is taken for one. */
const SHORTEST_REST = 4;

/** Text in pieces, without known secrets. Holds back what may be the beginning of one. */
export class RedactingStream {
  readonly #redactor: Redactor;
  readonly #forms: readonly string[];
  #held = "";

  constructor(redactor: Redactor, forms: readonly string[]) {
    this.#redactor = redactor;
    this.#forms = forms;
  }

  /** @returns what can be shown now. */
  push(piece: string): string {
    const text = this.#redactor.known(this.#held + piece);
    let held = 0;
    for (const form of this.#forms) {
      held = Math.max(held, overlap(text.slice(1 - form.length), form.slice(0, -1)));
    }
    this.#held = text.slice(text.length - held);
    return text.slice(0, text.length - held);
  }

  /** @returns what was held back: nothing comes any more. */
  end(): string {
    const rest = this.#held;
    this.#held = "";
    return rest;
  }
}

function isLong(line: string): boolean {
  // Lines that many texts have (`{`, `-----BEGIN …`) are no secrets.
  return line.length >= 12 && !line.startsWith("-----");
}

/**
 * How many characters of the end of one text are the beginning of another: the most there are. Each
 * character is looked at a few times at most (Knuth, Morris, Pratt).
 */
function overlap(ending: string, beginning: string): number {
  // Mostly not even one character is.
  if (ending === "" || beginning === "" || !ending.includes(beginning.charAt(0))) return 0;
  const shorter = new Int32Array(beginning.length);
  for (let at = 1, length = 0; at < beginning.length; at++) {
    while (length > 0 && beginning[at] !== beginning[length]) length = shorter[length - 1] ?? 0;
    if (beginning[at] === beginning[length]) length += 1;
    shorter[at] = length;
  }
  let length = 0;
  for (let at = 0; at < ending.length; at++) {
    if (length === beginning.length) length = shorter[length - 1] ?? 0;
    while (length > 0 && ending[at] !== beginning[length]) length = shorter[length - 1] ?? 0;
    if (ending[at] === beginning[length]) length += 1;
  }
  return length;
}
