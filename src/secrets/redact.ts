/**
 * Takes secrets out of text before it is stored or shown.
 *
 * Knows the shapes of common keys, and in a {@link Redactor} the values of this run's secrets. A shape
 * counts only as a word of its own, so that ordinary words (`task-…`) and hashes stay as they are.
 * @module
 */

/** What stands where a secret was. */
export const REDACTED = "[redacted]";

const KEY_SHAPES: readonly RegExp[] = [
  // OpenAI, OpenRouter, Anthropic, Stripe
  /(?<![\w-])(?:sk|pk|rk)[-_](?:[a-z]+[-_]){0,3}[A-Za-z0-9_-]{20,}/g,
  // GitHub
  /(?<![\w-])gh[pousr]_[A-Za-z0-9]{30,}/g,
  /(?<![\w-])github_pat_[A-Za-z0-9_]{30,}/g,
  // GitLab, npm, Hugging Face, Slack, xAI, Google, AWS
  /(?<![\w-])glpat-[A-Za-z0-9_-]{20,}/g,
  /(?<![\w-])npm_[A-Za-z0-9]{30,}/g,
  /(?<![\w-])hf_[A-Za-z0-9]{30,}/g,
  /(?<![\w-])xox[abprs]-[A-Za-z0-9-]{10,}/g,
  /(?<![\w-])xai-[A-Za-z0-9]{20,}/g,
  /(?<![\w-])AIza[A-Za-z0-9_-]{35}/g,
  /(?<![\w-])(?:AKIA|ASIA)[A-Z0-9]{16}(?!\w)/g,
  // age identities, JSON web tokens, PEM private keys
  /AGE-SECRET-KEY-1[0-9A-Z]{20,}/g,
  /(?<![\w-])eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
];

const URL_CREDENTIALS = /(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@:]*:[^\s/@]+@/gi;
const BEARER = /(\bBearer\s+)[A-Za-z0-9._~+/=-]{16,}/g;
/** A name behind a quote has its value in quotes as well: `"API_KEY": it is …` is a sentence. */
const ASSIGNMENT =
  /(\b[\w-]*(?:password|passwd|secret|api[_-]?key|access[_-]?token|auth[_-]?token)(?:["']\s*[=:]\s*["']|\s*[=:]\s*["']?))([^\s"',;]{6,})/gi;

/** The text with every secret replaced by {@link REDACTED}. */
export function redact(text: string): string {
  let result = text.replace(URL_CREDENTIALS, `$1${REDACTED}@`).replace(BEARER, `$1${REDACTED}`);
  for (const shape of KEY_SHAPES) result = result.replace(shape, REDACTED);
  return result.replace(ASSIGNMENT, `$1${REDACTED}`);
}

/** Shorter values are words that occur anywhere: to take them out would take texts apart. */
export const SHORTEST_SECRET = 6;

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
      for (const form of formsOf(text)) this.#forms.add(form);
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
      for (let length = Math.min(form.length - 1, text.length); length > cut; length--) {
        if (length >= SHORTEST_REST && text.startsWith(form.slice(-length))) cut = length;
      }
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
      for (let length = Math.min(form.length - 1, text.length); length > held; length--) {
        if (text.endsWith(form.slice(0, length))) held = length;
      }
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

function formsOf(text: string): readonly string[] {
  const bytes = new TextEncoder().encode(text);
  const base64 = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  const bare = base64.replace(/=+$/, "");
  return [
    text,
    JSON.stringify(text).slice(1, -1),
    encodeURIComponent(text),
    bare,
    bare.replaceAll("+", "-").replaceAll("/", "_"),
    Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(""),
  ];
}
