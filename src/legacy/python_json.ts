/**
 * JSON as Python's `json` module reads and writes it.
 *
 * The old tool's checksums are hashes of `json.dumps(value, sort_keys=True)`. To compute them again,
 * numbers must keep what `JSON.parse` loses (`1.0` is not `1`, `1e-07` is not `1e-7`, integers have
 * no upper bound), keys sort by code point and not by UTF-16 unit, and `NaN` and `Infinity` are
 * values. No reader of the platform keeps them, hence this one.
 * @module
 */

/** A parsed value. Numbers keep their lexeme; objects keep their order, of equal keys the last value wins. */
export type JsonNode =
  | { readonly kind: "object"; readonly entries: ReadonlyMap<string, JsonNode> }
  | { readonly kind: "array"; readonly elements: readonly JsonNode[] }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "number"; readonly lexeme: string }
  | { readonly kind: "literal"; readonly value: boolean | null };

/** Where reading failed and why. Offsets count UTF-16 units, UTF-8 bytes, and lines and columns from 1. */
export class JsonSyntaxError extends Error {
  readonly offset: number;
  readonly byte: number;
  readonly line: number;
  readonly column: number;
  /** The text ended too early: nothing in it is wrong, something is missing. */
  readonly truncated: boolean;

  constructor(text: string, offset: number, reason: string) {
    super(reason);
    this.name = "JsonSyntaxError";
    const before = text.slice(0, offset);
    this.offset = offset;
    this.byte = new TextEncoder().encode(before).length;
    this.line = before.split("\n").length;
    this.column = offset - (before.lastIndexOf("\n") + 1) + 1;
    this.truncated = offset >= text.length;
  }
}

/** Deeper nesting than any state file has; Python's own reader gives up at about 1000. */
export const DEPTH_LIMIT = 500;

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const WORDS: Readonly<Record<string, JsonNode>> = {
  null: { kind: "literal", value: null },
  true: { kind: "literal", value: true },
  false: { kind: "literal", value: false },
  NaN: { kind: "number", lexeme: "NaN" },
  Infinity: { kind: "number", lexeme: "Infinity" },
  "-Infinity": { kind: "number", lexeme: "-Infinity" },
};
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): JsonNode {
    const value = this.#value(0);
    this.#space();
    if (this.#at < this.#text.length) throw this.#error("text after the end of the value");
    return value;
  }

  #error(reason: string): JsonSyntaxError {
    return new JsonSyntaxError(this.#text, this.#at, reason);
  }

  #space(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#at++;
    }
  }

  #value(depth: number): JsonNode {
    if (depth > DEPTH_LIMIT) throw this.#error("nested too deeply");
    this.#space();
    const character = this.#text.charAt(this.#at);
    switch (character) {
      case "{":
        return this.#object(depth);
      case "[":
        return this.#array(depth);
      case '"':
        return { kind: "string", value: this.#string() };
      case "":
        throw this.#error("the text ends where a value is expected");
    }
    NUMBER.lastIndex = this.#at;
    const lexeme = NUMBER.exec(this.#text)?.[0];
    if (lexeme !== undefined) {
      this.#at += lexeme.length;
      if (/^(?:\.|[eE][+-]?)$/.test(this.#text.slice(this.#at, this.#at + 3))) {
        this.#at = this.#text.length;
        throw this.#error("the text ends inside a number");
      }
      return { kind: "number", lexeme };
    }
    for (const [word, node] of Object.entries(WORDS)) {
      if (this.#text.startsWith(word, this.#at)) {
        this.#at += word.length;
        return node;
      }
    }
    if (this.#isCutWord()) {
      this.#at = this.#text.length;
      throw this.#error("the text ends inside a value");
    }
    throw this.#error(`unexpected character "${printable(character)}"`);
  }

  /** Whether all that is left is the beginning of a literal or a number. */
  #isCutWord(): boolean {
    const rest = this.#text.slice(this.#at);
    return rest.length < 10 &&
      (rest === "-" || Object.keys(WORDS).some((word) => word.startsWith(rest)));
  }

  #object(depth: number): JsonNode {
    const entries = new Map<string, JsonNode>();
    this.#at++;
    this.#space();
    if (this.#text.charAt(this.#at) === "}") {
      this.#at++;
      return { kind: "object", entries };
    }
    for (;;) {
      this.#space();
      this.#expect('"', "a key", false);
      const key = this.#string();
      this.#space();
      this.#expect(":", '":"', true);
      const value = this.#value(depth + 1);
      entries.set(key, value);
      this.#space();
      if (this.#text.charAt(this.#at) === "}") {
        this.#at++;
        return { kind: "object", entries };
      }
      this.#expect(",", '"," or "}"', true);
    }
  }

  #array(depth: number): JsonNode {
    const elements: JsonNode[] = [];
    this.#at++;
    this.#space();
    if (this.#text.charAt(this.#at) === "]") {
      this.#at++;
      return { kind: "array", elements };
    }
    for (;;) {
      elements.push(this.#value(depth + 1));
      this.#space();
      if (this.#text.charAt(this.#at) === "]") {
        this.#at++;
        return { kind: "array", elements };
      }
      this.#expect(",", '"," or "]"', true);
    }
  }

  #expect(character: string, what: string, consume: boolean): void {
    const found = this.#text.charAt(this.#at);
    if (found === "") throw this.#error(`the text ends where ${what} is expected`);
    if (found !== character) throw this.#error(`"${printable(found)}" where ${what} is expected`);
    if (consume) this.#at++;
  }

  #string(): string {
    let value = "";
    this.#at++;
    for (let start = this.#at;;) {
      const character = this.#text.charAt(this.#at);
      if (character === "") throw this.#error("the text ends inside a string");
      if (character === '"') {
        value += this.#text.slice(start, this.#at++);
        return value;
      }
      if (character === "\\") {
        value += this.#text.slice(start, this.#at) + this.#escape();
        start = this.#at;
      } else if (character < " ") {
        throw this.#error(`control character "${printable(character)}" inside a string`);
      } else this.#at++;
    }
  }

  /** Reads one escape sequence; `#at` is on its backslash before and behind it after. */
  #escape(): string {
    const letter = this.#text.charAt(this.#at + 1);
    if (letter === "u") {
      const digits = this.#text.slice(this.#at + 2, this.#at + 6);
      if (/^[0-9a-fA-F]{4}$/.test(digits)) {
        this.#at += 6;
        return String.fromCharCode(parseInt(digits, 16));
      }
      if (digits.length < 4 && /^[0-9a-fA-F]*$/.test(digits)) this.#at = this.#text.length;
    } else if (letter === "") this.#at = this.#text.length;
    else if (Object.hasOwn(ESCAPES, letter)) {
      this.#at += 2;
      return ESCAPES[letter] ?? "";
    }
    throw this.#error(
      this.#at === this.#text.length ? "the text ends inside a string" : "invalid escape sequence",
    );
  }
}

function printable(character: string): string {
  const code = character.charCodeAt(0);
  return code < 0x20 || code === 0x7f ? `\\u${code.toString(16).padStart(4, "0")}` : character;
}

/**
 * Reads one JSON value as Python's `json.loads` would.
 * @throws {JsonSyntaxError} when the text is not JSON.
 */
export function parseJson(text: string): JsonNode {
  return new Reader(text).document();
}

/**
 * Writes a value as Python's `json.dumps(value, sort_keys=True)` would: `", "` and `": "` between,
 * keys by code point, every character outside the printable ASCII range as `\uXXXX`.
 * @param omit Keys to leave out at the top level.
 */
export function pythonDumps(node: JsonNode, omit: ReadonlySet<string> = new Set()): string {
  switch (node.kind) {
    case "literal":
      return String(node.value);
    case "number":
      return pythonNumber(node.lexeme);
    case "string":
      return asciiString(node.value);
    case "array":
      return `[${node.elements.map((element) => pythonDumps(element)).join(", ")}]`;
    case "object":
      return `{${
        [...node.entries]
          .filter(([key]) => !omit.has(key))
          .sort(([left], [right]) => compareCodePoints(left, right))
          .map(([key, value]) => `${asciiString(key)}: ${pythonDumps(value)}`)
          .join(", ")
      }}`;
  }
}

/** Orders strings by code point, as Python does; UTF-16 units would put U+1F600 before U+FF5E. */
export function compareCodePoints(left: string, right: string): number {
  const others = right[Symbol.iterator]();
  for (const character of left) {
    const other = others.next();
    if (other.done === true) return 1;
    if (character !== other.value) return codePoint(character) - codePoint(other.value);
  }
  return others.next().done === true ? 0 : -1;
}

function codePoint(character: string): number {
  return character.codePointAt(0) ?? 0;
}

const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

function asciiString(value: string): string {
  const escaped = value.replace(
    /["\\]|[^\x20-\x7e]/g,
    (unit) => SHORT_ESCAPES[unit] ?? `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `"${escaped}"`;
}

/** What Python prints for a number read from `lexeme`: `int` without, `float` with a fraction or exponent. */
function pythonNumber(lexeme: string): string {
  if (/^-?[0-9]+$/.test(lexeme)) return lexeme === "-0" ? "0" : lexeme;
  const value = Number(lexeme);
  if (!Number.isFinite(value)) return String(value);
  // Both engines print the shortest digits that read back as the same double, as Python does;
  // only the notation differs: Python turns to exponents below 1e-4 and from 1e16 on.
  const [mantissa = "0", exponentText = "0"] = value.toExponential().split("e");
  const exponent = Number(exponentText);
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  const digits = mantissa.replace(/[-.]/g, "");
  if (exponent < -4 || exponent >= 16) {
    const fraction = digits.length > 1 ? `.${digits.slice(1)}` : "";
    const size = String(Math.abs(exponent)).padStart(2, "0");
    return `${sign}${digits.charAt(0)}${fraction}e${exponent < 0 ? "-" : "+"}${size}`;
  }
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, "0");
  return `${sign}${whole}.${digits.slice(exponent + 1) || "0"}`;
}

/**
 * The plain value of a node, which `JSON.stringify` writes without loss: a number that a double
 * cannot give back (an integer beyond 2^53, NaN, an infinity) becomes a string of its digits.
 */
export function toPlain(node: JsonNode): unknown {
  switch (node.kind) {
    case "literal":
    case "string":
      return node.value;
    case "number": {
      const value = Number(node.lexeme);
      const holds = /^-?[0-9]+$/.test(node.lexeme)
        ? String(value) === node.lexeme || value === 0
        : Number.isFinite(value);
      // Adding 0 turns -0, which JSON.stringify cannot write, into 0.
      return holds ? value + 0 : node.lexeme;
    }
    case "array":
      return node.elements.map(toPlain);
    case "object":
      // fromEntries defines own properties, also for a key called "__proto__".
      return Object.fromEntries([...node.entries].map(([key, value]) => [key, toPlain(value)]));
  }
}
