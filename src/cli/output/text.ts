/**
 * Small pieces that several screens share: safe text, cut text, times, progress bars.
 *
 * Widths are columns of a terminal: a wide character takes two, a combining one none.
 * @module
 */
import type { Style } from "./style.ts";

/** Anything but plain ASCII: only then is a look at each character worth its time. */
const UNUSUAL = /[^\x20-\x7e]/;

/** Control characters, and the direction marks that can make text read as something else. */
// deno-lint-ignore no-control-regex
const UNPRINTABLE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** Text from a file or a person, made safe for a terminal: no escape sequences, no tricks. */
export function printable(text: string): string {
  return UNUSUAL.test(text) ? text.replace(UNPRINTABLE, "\ufffd") : text;
}

/** Text with one space for every run of white space. */
export function withoutBreaks(text: string): string {
  return UNUSUAL.test(text) || text.includes("  ") ? text.replace(/\s+/g, " ") : text;
}

/** A commit as people call it. */
export function shortCommit(commit: string): string {
  return commit.slice(0, 12);
}

const JOINER = "\u200d";

/** Columns that printable text takes; colour codes take none. */
export function visibleLength(text: string): number {
  return UNUSUAL.test(text) ? unusualLength(text) : text.length;
}

function unusualLength(text: string): number {
  // deno-lint-ignore no-control-regex
  const bare = text.replace(/\x1b\[\d+m/g, "");
  let width = 0;
  let joined = false;
  for (const character of bare) {
    if (!joined) width += widthOf(character);
    joined = character === JOINER;
  }
  return width;
}

// The tables behind these classes are large: they are made where they are used, not at start.

/** Whether it is drawn over the character before, or not at all: accents, joiners, marks. */
function hasNoWidth(character: string): boolean {
  return /[\p{Mn}\p{Me}\p{Cf}\u{1f3fb}-\u{1f3ff}]/u.test(character);
}

/** Whether it is two columns wide: the blocks of UAX #11 classes W and F, and emoji. */
function isWide(character: string): boolean {
  return /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}\p{Emoji_Presentation}]/u
    .test(character);
}

function widthOf(character: string): 0 | 1 | 2 {
  if (!UNUSUAL.test(character)) return 1;
  if (hasNoWidth(character)) return 0;
  return isWide(character) ? 2 : 1;
}

/** The longest beginning of `text` that fits into `width` columns. */
function fitting(text: string, width: number): string {
  if (!UNUSUAL.test(text)) return text.slice(0, width);
  let used = 0;
  let end = 0;
  let joined = false;
  for (const character of text) {
    if (!joined) used += widthOf(character);
    if (used > width) break;
    joined = character === JOINER;
    end += character.length;
  }
  return text.slice(0, end);
}

/** Text behind which spaces fill up to `width` columns. */
export function pad(text: string, width: number): string {
  if (!UNUSUAL.test(text)) return text.padEnd(width);
  return text + " ".repeat(Math.max(0, width - visibleLength(text)));
}

/** One line of safe text, cut to `width` columns. */
export function oneLine(text: string, width: number, style: Style): string {
  const line = withoutBreaks(printable(text)).trim();
  if (line.length <= width && !UNUSUAL.test(line) || visibleLength(line) <= width) return line;
  const mark = style.symbols.ellipsis;
  return fitting(line, Math.max(1, width - mark.length)).trimEnd() + mark;
}

/**
 * Safe text as lines of at most `width` columns, broken at spaces, and inside a word only where the
 * word is too wide and not plain ASCII: a command or a path stays in one piece to be copied.
 */
export function wrapLines(text: string, width: number): readonly string[] {
  const plain = !UNUSUAL.test(text);
  if (plain && text.length <= width && !text.includes("  ")) return [text.trim()];
  const lines: string[] = [];
  for (const paragraph of printable(text).split("\n")) {
    let line = "";
    let used = 0;
    for (let word of paragraph.split(/\s+/)) {
      if (word === "") continue;
      let size = plain ? word.length : visibleLength(word);
      if (line !== "" && used + 1 + size > width) {
        // What has no spaces at all goes on in the same line.
        const spare = width - used - 1;
        if (size <= width || spare < width / 2 || !UNUSUAL.test(word)) {
          lines.push(line);
          [line, used] = ["", 0];
        }
      }
      while (size > width - used && UNUSUAL.test(word)) {
        const gap = line === "" ? "" : " ";
        const piece = fitting(word, Math.max(2, width - used - gap.length));
        lines.push(line + gap + piece);
        [line, used] = ["", 0];
        word = word.slice(piece.length);
        size = plain ? word.length : visibleLength(word);
      }
      if (word === "") continue;
      used += size + (line === "" ? 0 : 1);
      line = line === "" ? word : `${line} ${word}`;
    }
    lines.push(line);
  }
  return lines;
}

/** Safe text wrapped at words to `width`, each line behind `indent`. */
export function wrap(text: string, width: number, indent = ""): string {
  return wrapLines(text, Math.max(20, width - indent.length))
    .map((line) => (indent + line).trimEnd()).join("\n");
}

/** As {@link wrap}, for text that begins in a line where `indent.length` columns are taken. */
export function hang(text: string, width: number, indent: string): string {
  return wrap(text, width, indent).trimStart();
}

/** A time span for people: `just now`, `5 min ago`, `3 h ago`, `12 days ago`. */
export function ago(time: string, now: Date): string {
  const seconds = Math.max(0, (now.getTime() - Date.parse(time)) / 1000);
  if (!Number.isFinite(seconds)) return "unknown";
  if (seconds < 60) return "just now";
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  const days = Math.floor(seconds / 86_400);
  return days === 1 ? "1 day ago" : `${days} days ago`;
}

/** An RFC 3339 time without the letter and the fractions: `2026-03-01 12:30:00Z`. */
export function clockTime(time: string): string {
  return printable(time).replace("T", " ").replace(/\.\d+Z$/, "Z");
}

/** A progress bar of `width` columns; full only when all is done, empty only when nothing is. */
export function bar(done: number, total: number, width: number, style: Style): string {
  const full = done >= total
    ? width
    : Math.min(width - 1, Math.max(done > 0 ? 1 : 0, Math.round((done / total) * width)));
  const { barFull, barEmpty } = style.symbols;
  return style.green(barFull.repeat(full)) + style.dim(barEmpty.repeat(width - full));
}

/** Rows as columns: each as wide as its widest cell, the last one as it is. */
export function columns(rows: readonly (readonly string[])[], gap = 2): string {
  const widths = columnWidths(rows);
  return rows.map((row) =>
    row.map((cell, index) =>
      index === row.length - 1 ? cell : pad(cell, (widths[index] ?? 0) + gap)
    ).join("").trimEnd()
  ).join("\n");
}

/** Columns of the widest cell of each column. */
export function columnWidths(rows: readonly (readonly string[])[]): readonly number[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [index, cell] of row.entries()) {
      widths[index] = Math.max(widths[index] ?? 0, visibleLength(cell));
    }
  }
  return widths;
}

/** What a person has to fill in, e.g. `<json>`: quoted so that no shell takes it for a redirection. */
const PLACEHOLDER = /^<[A-Za-z][\w -]*>$/;

/** Words as a command line that a shell reads back as the same words. */
export function commandLine(words: readonly string[]): string {
  return words.map((word) =>
    /^[\w./:@%+,-][\w./:@%+=,-]*$/.test(word)
      ? word
      : PLACEHOLDER.test(word)
      ? `"${word}"`
      : `'${word.replaceAll("'", `'\\''`)}'`
  ).join(" ");
}
