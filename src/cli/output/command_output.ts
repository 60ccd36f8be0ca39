/**
 * What a verification command printed, as it is shown.
 *
 * Its colours stay. Whatever else it sends to the terminal is left out: it moves no cursor, sets no
 * title, makes no link and changes nothing that stays. Every row has a bar in front and each line ends
 * with its colours switched off, so that none of it can be taken for ours.
 * @module
 */
import type { RedactingStream } from "../../secrets/redact.ts";
import { joined, say, type Shown, shown } from "./shown.ts";
import type { Style } from "./style.ts";
import { GUTTER_WIDTH } from "./text.ts";
import { fitting, visibleLength } from "./width.ts";

/**
 * A sequence that begins with ESC: control sequences (CSI), strings (OSC, DCS, SOS, PM, APC) up to
 * their end or that of the line, everything else (ECMA-48, 5.3 to 5.6).
 */
const SEQUENCE =
  // deno-lint-ignore no-control-regex
  /\x1b(?:\[([0-?]*)[ -/]*(?:([@-~])|(?=[^ -~]))|[\]PX^_][^\x07\x1b\n]*(?:\x07|\x1b\\|(?=[\x1b\n]))|[ -/]*(?:[0-OQ-WYZ\\`-~]|(?=[^ -~])))/g;

/** The beginning of a sequence at the end of what has come so far. */
// deno-lint-ignore no-control-regex
const BEGUN = /\x1b(?:\[[0-?]*[ -/]*|[\]PX^_][^\x07\x1b\n]*\x1b?|[ -/]*)$/;

/** More than this of a sequence is not waited for. */
const LONGEST_SEQUENCE = 4096;

/** The two-character forms of the 8-bit controls that begin or end sequences. */
const SEVEN_BIT: Readonly<Record<string, string>> = {
  "\x90": "\x1bP",
  "\x98": "\x1bX",
  "\x9b": "\x1b[",
  "\x9c": "\x1b\\",
  "\x9d": "\x1b]",
  "\x9e": "\x1b^",
  "\x9f": "\x1b_",
};

/** Text with no controls but line feeds, carriage returns, tabs and sequences for which `keep` says so. */
function plain(text: string, keep: (parameters: string, final: string) => boolean): string {
  return text.replace(
    SEQUENCE,
    (_, parameters: string | undefined, final: string | undefined) =>
      final !== undefined && keep(parameters ?? "", final) ? `\x01[${parameters ?? ""}m` : "",
  )
    // deno-lint-ignore no-control-regex
    .replace(/[\0\x02-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/g, "");
}

const EIGHT_BIT = /[\x90\x98\x9b-\x9f]/g;

function sevenBit(text: string): string {
  return text.replaceAll("\x01", "").replace(EIGHT_BIT, (control) => SEVEN_BIT[control] ?? "");
}

/** Colours and weights; not hidden or blinking text. */
function isColour(parameters: string, final: string): boolean {
  if (final !== "m" || !/^[\d;:]*$/.test(parameters)) return false;
  const bare = parameters.replace(/[345]8[;:](?:5[;:]\d*|2(?:;\d*){3}|2(?::\d*){3,5})/g, "");
  return !bare.split(/[;:]/).some((code) => /^0*[568]$/.test(code));
}

/** The lines of what a command printed: as a terminal would have left them, without colours. */
export function outputLines(text: string): readonly Shown[] {
  const lines = plain(sevenBit(text), () => false).split(/\r?\n/);
  return lines.map((line) => shown(withoutTabs(line.slice(line.lastIndexOf("\r") + 1), 0)));
}

const TAB = 8;

function withoutTabs(text: string, column: number): string {
  let result = "";
  for (const [index, part] of text.split("\t").entries()) {
    if (index > 0) result += " ".repeat(TAB - (column + visibleLength(result)) % TAB);
    result += part;
  }
  return result;
}

/** A command's output as it comes. */
export class CommandOutput {
  readonly #decoder = new TextDecoder();
  readonly #redacting: RedactingStream;
  readonly #style: Style;
  readonly #room: number;
  /** What may be the beginning of a sequence or of a line end. */
  #held = "";
  /** Columns of the row that are filled; null where it has not begun. */
  #column: number | null = null;
  #colours = say``;

  /** @param width columns of the terminal. */
  constructor(redacting: RedactingStream, style: Style, width: number) {
    this.#redacting = redacting;
    this.#style = style;
    this.#room = Math.max(20, width - GUTTER_WIDTH);
  }

  /** @returns what can be shown now. */
  push(chunk: Uint8Array): Shown {
    const text = this.#held + sevenBit(this.#decoder.decode(chunk, { stream: true }));
    const begun = BEGUN.exec(text);
    const hold = begun === null || begun[0].length > LONGEST_SEQUENCE
      ? text.endsWith("\r") ? 1 : 0
      : begun[0].length;
    this.#held = text.slice(text.length - hold);
    // Without its controls first: they could part a secret.
    const clean = plain(text.slice(0, text.length - hold), isColour);
    return this.#laidOut(this.#redacting.push(clean));
  }

  /** @returns what was held back, and the end of its last line: nothing comes any more. */
  end(): Shown {
    const rest = this.#laidOut(
      this.#redacting.push(plain(this.#held.replace(BEGUN, ""), isColour)),
    );
    this.#held = "";
    const last = this.#laidOut(this.#redacting.end());
    return say`${rest}${last}${this.#column === null ? say`` : this.#lineEnd()}`;
  }

  #laidOut(text: string): Shown {
    const parts: Shown[] = [];
    // deno-lint-ignore no-control-regex
    for (const [token] of text.matchAll(/\x01\[[\d;:]*m|\r?\n|\r|[^\x01\r\n]+/g)) {
      if (token.endsWith("\n")) parts.push(this.#begin(), this.#lineEnd());
      else if (token === "\r") parts.push(this.#lineStart());
      else if (token.startsWith("\x01")) parts.push(this.#colour(token.slice(2, -1)));
      else parts.push(...this.#rows(token));
    }
    return joined(parts, say``);
  }

  #rows(text: string): readonly Shown[] {
    const parts = [this.#begin()];
    let rest: string = shown(withoutTabs(text, this.#column ?? 0));
    while (rest !== "") {
      const row = fitting(rest, this.#room - (this.#column ?? 0));
      if (row === "" && this.#column === 0) break;
      this.#column = (this.#column ?? 0) + visibleLength(row);
      rest = rest.slice(row.length);
      parts.push(shown(row));
      if (rest !== "") parts.push(this.#lineEnd(), this.#begin());
    }
    return parts;
  }

  /** The bar, where the row has not begun. */
  #begin(): Shown {
    if (this.#column !== null) return say``;
    this.#column = 0;
    return say`${this.#style.dim(this.#style.symbols.gutter)}${this.#colours}`;
  }

  #lineEnd(): Shown {
    this.#column = null;
    return say`${this.#off()}\n`;
  }

  /** Back to the row's beginning, as progress bars do; the row is drawn from new. */
  #lineStart(): Shown {
    if (this.#column === null) return say``;
    this.#column = null;
    return say`${this.#off()}\r\x1b[K`;
  }

  #colour(parameters: string): Shown {
    if (!this.#style.colour) return say``;
    const sequence = say`\x1b[${shown(parameters)}m`;
    const reset = /^0*(?:[;:]|$)/.test(parameters);
    this.#colours = reset || this.#colours.length > LONGEST_SEQUENCE
      ? sequence
      : say`${this.#colours}${sequence}`;
    if (/^0*$/.test(parameters)) this.#colours = say``;
    return this.#column === null ? say`` : sequence;
  }

  #off(): Shown {
    return this.#colours === "" ? say`` : say`\x1b[0m`;
  }
}
