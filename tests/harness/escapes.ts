/**
 * A canary of escapes: text that holds whatever could act on a terminal, hide, or pass for a line of the
 * program's own. It may stand in any field, and what is printed must be as harmless as without it.
 * @module
 */

/** Begins each line that the canary would like to draw. */
const FORGED = "FORGED";

/** Whatever ends a line somewhere, each followed by a forged one. */
const BREAKS = ["\n", "\r", "\r\n", "\n\n", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"]
  .map((end) => `${end}${FORGED} by ${JSON.stringify(end).slice(1, -1)}`).join("");

/** Sequences and characters that do something, or are not seen. */
const ESCAPES = [
  // Colours, clearing, moving, modes; in 7 and 8 bits, and one that does not end.
  "\x1b[31m\x1b[2J\x1b[1;1H\x1b[?1049h\x1bc\x9b2J\x9b31m\x1b[",
  // Titles, links, the clipboard; a device control string, the other strings.
  "\x1b]0;title\x07\x1b]8;;http://example.com\x1b\\link\x1b]8;;\x1b\\\x1b]52;c;aGk=\x07",
  "\x1bPq#0;2;0;0;0\x1b\\\x1bXs\x1b\\\x1b^p\x1b\\\x1b_a\x1b\\\x90d\x9c\x9do\x9c\x98\x9e\x9f",
  "\x07\b\x7f\x0e\x0f\t",
  // Direction.
  "\u202eabc\u202c\u2066\u2067\u2068\u2069\u200e\u200f\u061c",
  // Not seen.
  "a\u200bb\u200cc\u200dd\u2060\ufeff\u00ad\u034f\u115f\u3164\uffa0\u2800\u180e",
  "x\ufe0f\ufe00\u{e0100}\u{e0001}\u{e0041}\u{e007f}",
  "z" + "\u0300".repeat(40),
  "👩‍👩‍👧 🏴󠁧󠁢󠁥󠁮󠁧󠁿 1️⃣ שלום می‌خواهم",
].join(" ");

/** Enough words that wherever a line is broken, a forged one begins. */
const LONG = ` ${FORGED}`.repeat(60);

/** The canary; it can stand in JSON, in YAML's double quotes and in an argument. */
export const CANARY: string = `${BREAKS} ${ESCAPES} ${LONG}`;

/** The same for what can hold one line only, e.g. a name of git's. */
export const ONE_LINE_CANARY: string = Array.from(`${ESCAPES}${LONG}`)
  .filter((character) => character >= " " && character !== "\x7f").join("");

/** A file's name may not be as long, and holds neither slashes nor, here, backslashes. */
export const NAME_CANARY: string = `n\nFORGED\r\x1b[31m\x9b2J\u202e\u200b\u2066\u{e0041}x\ufe0f`;

/** What the program itself sends to a terminal: its colours, and the end of a progress line. */
// deno-lint-ignore no-control-regex
const OURS = /\x1b\[(?:1|2|22|3[1236]|39)m|\r(?:[^\n\r]*)?\x1b\[K/g;

/** Of a command whose output is shown: its colours too, and their end. */
// deno-lint-ignore no-control-regex
const COLOURS = /\x1b\[[\d;:]*m|\r\x1b\[K/g;

const HARMFUL =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}\u2800\ufff9-\ufffb\ufffe\uffff]/v;

/** Sequences with unseen characters that are drawn as one sign. */
const HONEST =
  /\p{RGI_Emoji}|[\p{Script=Arabic}\p{Script=Devanagari}][\u200c\u200d](?=[\p{Script=Arabic}\p{Script=Devanagari}])/gv;

/**
 * What in printed text could do harm: characters by their code, and lines that are not ours; empty for
 * none.
 * @param options.colours whether a command's own colours may be in it.
 * @param options.tabs whether a program reads it that wants tabs.
 */
export function harmIn(
  printed: string,
  { colours = false, tabs = false }: { readonly colours?: boolean; readonly tabs?: boolean } = {},
): readonly string[] {
  const harm: string[] = [];
  const text = tabs ? printed.replaceAll("\t", " ") : printed;
  const bare = text.replace(colours ? COLOURS : OURS, "").replace(HONEST, "");
  for (const line of bare.split("\n")) {
    const [character] = HARMFUL.exec(line) ?? [];
    if (character !== undefined) {
      harm.push(`U+${character.codePointAt(0)?.toString(16)} in ${JSON.stringify(line)}`);
    }
    if (!line.startsWith("{") && /\p{M}{9}/u.test(line)) {
      harm.push(`a pile of marks in ${JSON.stringify(line)}`);
    }
    if (/^\s*FORGED/.test(line)) harm.push(`a forged line: ${line.slice(0, 60)}`);
  }
  return harm;
}

/**
 * Rows of a terminal that do not fit, so that it would begin rows itself: but for commands that are there
 * to be copied, and questions, which the library that asks them wraps.
 */
export function rowsWiderThan(
  printed: string,
  width: number,
  widthOf: (row: string) => number,
): readonly string[] {
  return printed.split("\n").filter((row) =>
    widthOf(row) > width && !row.startsWith("[asked]") &&
    !/^[ │]*(?:\w+: )?`?orchestrator /.test(row.replace(OURS, ""))
  );
}

/** A place in a JSON value. */
export type JsonPath = readonly (string | number)[];

/** The places of all values that are no objects and no lists. */
export function leavesOf(value: unknown, path: JsonPath = []): readonly JsonPath[] {
  if (typeof value !== "object" || value === null) return [path];
  const entries: readonly (readonly [string | number, unknown])[] = Array.isArray(value)
    ? value.map((entry, index) => [index, entry] as const)
    : Object.entries(value);
  return entries.flatMap(([key, entry]) => leavesOf(entry, [...path, key]));
}

/** The value with the canary behind the text at a place, or in place of what is no text. */
export function withCanary(value: unknown, path: JsonPath): unknown {
  const [key, ...rest] = path;
  // Prose is replaced, a word is gone on with: it may have to be one that is known.
  const word = typeof value === "string" && !value.includes(" ") ? value : "";
  // JSON can hold half a character, which no text of UTF-8 can.
  if (key === undefined) return `${word}${CANARY} \ud83d \0`;
  if (Array.isArray(value)) {
    return value.map((entry, index) => index === key ? withCanary(entry, rest) : entry);
  }
  return Object.fromEntries(
    Object.entries(value as Record<string, unknown>).map(([name, entry]) => [
      name,
      name === key ? withCanary(entry, rest) : entry,
    ]),
  );
}
