/**
 * Small pieces that several screens share: cut and wrapped text, times, progress bars.
 *
 * What takes a `string` takes any text and makes it harmless; what takes `Shown` lays out what is
 * harmless already, with its colours. Widths are columns of a terminal.
 * @module
 */
import { shellWord } from "../../workflow/shell_word.ts";
import { num, OWN, type Shown, shown } from "./shown.ts";
import { UNUSUAL } from "./spelled.ts";
import type { Style } from "./style.ts";
import { fitting, visibleLength } from "./width.ts";

/** Text with one space for every run of white space, and none around it. */
function folded(text: string): string {
  return UNUSUAL.test(text) || text.includes("  ") ? text.replace(/\s+/g, " ").trim() : text.trim();
}

/** A commit as people call it. */
export function shortCommit(commit: string): Shown {
  return shown(commit.slice(0, 12));
}

/** Text behind which spaces fill up to `width` columns. */
export function pad(text: Shown, width: number): Shown {
  if (!UNUSUAL.test(text)) return text.padEnd(width) as Shown;
  return text + " ".repeat(Math.max(0, width - visibleLength(text))) as Shown;
}

/** Text in front of which spaces fill up to `width` columns. */
export function padLeft(text: Shown, width: number): Shown {
  return text.padStart(width) as Shown;
}

/** All of a text in one line. */
export function flat(text: string): Shown {
  const line = folded(text);
  return UNUSUAL.test(line) ? shown(line) : line as Shown;
}

/** A text in one line, cut to `width` columns, where there is no screen to take a style from. */
export function brief(text: string, width = 60): Shown {
  const line = flat(text);
  if (visibleLength(line) <= width) return line;
  return `${fitting(line, width - 1).trimEnd()}…` as Shown;
}

/** A name at the beginning of a line: in quotes when it could be taken for more than one. */
export function lead(name: string): Shown {
  const text = shown(name);
  return /[\s"]/.test(text) ? OWN.concat('"', text, '"') : text;
}

/** A text in one line, on a terminal cut to `width` columns. */
export function oneLine(text: string, width: number, style: Style): Shown {
  const line = flat(text);
  if (!style.terminal) return line;
  if (line.length <= width && !UNUSUAL.test(line) || visibleLength(line) <= width) return line;
  const mark = style.symbols.ellipsis;
  return fitting(line, Math.max(1, width - mark.length)).trimEnd() + mark as Shown;
}

/**
 * A text as lines of at most `width` columns, broken at spaces, and inside a word only where the word
 * is too wide and not plain ASCII: a command or a path stays in one piece to be copied.
 * @param taken columns of the first line that are taken already.
 */
export function wrapLines(text: string, width: number, taken = 0): readonly Shown[] {
  if (UNUSUAL.test(text)) return wrapUnusual(text, width, taken);
  if (taken + text.length <= width && !text.includes("  ")) return [text.trim() as Shown];
  const lines: string[] = [];
  let line = "";
  let room = width - taken;
  for (const word of text.split(" ")) {
    if (word === "") continue;
    const longer = line === "" ? word : `${line} ${word}`;
    if (longer.length > room && (line !== "" || room < width && word.length <= width)) {
      lines.push(line);
      line = word;
      room = width;
    } else {
      line = longer;
    }
  }
  lines.push(line);
  return lines as Shown[];
}

function wrapUnusual(text: string, width: number, taken: number): readonly Shown[] {
  const lines: string[] = [];
  let room = width - taken;
  for (const paragraph of text.trim().replace(/\n(?:[^\S\n]*\n)+/g, "\n\n").split("\n")) {
    let line = "";
    let used = 0;
    for (let word of flat(paragraph).split(" ")) {
      if (word === "") continue;
      let size = visibleLength(word);
      const belongsBelow = used === 0 && size > room && size <= width;
      if (belongsBelow || used > 0 && used + 1 + size > room) {
        // What has no spaces at all goes on in the same line.
        const spare = room - used - 1;
        if (size <= width || spare < width / 2 || !UNUSUAL.test(word)) {
          lines.push(line);
          [line, used, room] = ["", 0, width];
        }
      }
      while (size > room - used && UNUSUAL.test(word)) {
        const gap = line === "" ? "" : " ";
        const piece = fitting(word, Math.max(2, room - used - gap.length));
        lines.push(line + gap + piece);
        [line, used, room] = ["", 0, width];
        word = word.slice(piece.length);
        size = visibleLength(word);
      }
      if (word === "") continue;
      used += size + (line === "" ? 0 : 1);
      line = line === "" ? word : `${line} ${word}`;
    }
    lines.push(line);
    room = width;
  }
  return lines as Shown[];
}

/**
 * A text as lines behind `indent` and a bar, wrapped to the screen: no text can contain a line that looks
 * like the program's own.
 */
export function wrap(text: string, style: Style, indent = ""): Shown {
  const lead = indent + style.symbols.gutter;
  return wrapLines(text, Math.max(20, style.width - lead.length))
    .map((line) => (lead + line).trimEnd()).join("\n") as Shown;
}

/**
 * As {@link wrap}, for text that begins behind `taken` columns of a line, a label for instance. The
 * lines below it are indented by `indent` columns, the last of which are for the bar.
 */
export function hang(text: string, style: Style, indent: number, taken = indent): Shown {
  const lines = wrapLines(text, Math.max(20, style.width - indent), taken - indent);
  if (lines.length === 1) return lines[0] ?? OWN;
  return barred(lines, style, indent);
}

/** Lines below each other, all but the first behind a bar that ends `indent` columns further right. */
export function barred(lines: readonly Shown[], style: Style, indent: number): Shown {
  const bar = `\n${" ".repeat(Math.max(0, indent - GUTTER_WIDTH))}${style.symbols.gutter}`;
  return lines.join(bar) as Shown;
}

/**
 * Our own words as lines behind `indent`, wrapped to the screen, without bars.
 * @param first stands in front of the first line instead.
 */
export function prose(text: Shown, style: Style, indent = "", first = indent): Shown {
  const lines = wrapLines(text, Math.max(20, style.width - indent.length));
  return lines.map((line, index) => ((index === 0 ? first : indent) + line).trimEnd())
    .join("\n") as Shown;
}

/** Columns of the bar in front of a line that goes on. */
export const GUTTER_WIDTH = 2;

/** A text whose last `part` is painted. */
export function painted(text: Shown, part: Shown, paint: (text: Shown) => Shown): Shown {
  const at = text.lastIndexOf(part);
  return at < 0 ? text : text.slice(0, at) + paint(part) + text.slice(at + part.length) as Shown;
}

/** A time span for people: `just now`, `5 min ago`, `3 h ago`, `12 days ago`. */
export function ago(time: string, now: Date): Shown {
  const seconds = Math.max(0, (now.getTime() - Date.parse(time)) / 1000);
  if (!Number.isFinite(seconds)) return OWN.concat("unknown");
  if (seconds < 60) return OWN.concat("just now");
  if (seconds < 3600) return OWN.concat(num(Math.floor(seconds / 60)), " min ago");
  if (seconds < 86_400) return OWN.concat(num(Math.floor(seconds / 3600)), " h ago");
  const days = Math.floor(seconds / 86_400);
  return days === 1 ? OWN.concat("1 day ago") : OWN.concat(num(days), " days ago");
}

/**
 * An RFC 3339 time without the letter and the fractions: `2026-03-01 12:30:00Z`; on a terminal that of
 * this machine's zone, `2026-03-01 13:30:00+01:00`. What is no such time stays as it is.
 */
export function clockTime(time: string, style: Style): Shown {
  const at = /(?:Z|[+-]\d\d:\d\d)$/.test(time) ? Date.parse(time) : NaN;
  const plain = time.replace("T", " ").replace(/\.\d+Z$/, "Z");
  return shown(style.terminal && Number.isFinite(at) ? localTime(new Date(at)) : plain);
}

function localTime(at: Date): string {
  const offset = -at.getTimezoneOffset();
  const there = new Date(at.getTime() + offset * 60_000);
  const clock = there.toISOString().slice(0, 19).replace("T", " ");
  if (offset === 0) return `${clock}Z`;
  const two = (number: number) => String(Math.trunc(number)).padStart(2, "0");
  const distance = Math.abs(offset);
  return `${clock}${offset < 0 ? "-" : "+"}${two(distance / 60)}:${two(distance % 60)}`;
}

/** A progress bar of `width` columns; full only when all is done, empty only when nothing is. */
export function bar(done: number, total: number, width: number, style: Style): Shown {
  const full = done >= total
    ? width
    : Math.min(width - 1, Math.max(done > 0 ? 1 : 0, Math.round((done / total) * width)));
  const { barFull, barEmpty } = style.symbols;
  return OWN.concat(
    style.green(repeated(barFull, full)),
    style.dim(repeated(barEmpty, width - full)),
  );
}

/** A text so many times. */
export function repeated(text: Shown, times: number): Shown {
  return text.repeat(times) as Shown;
}

/** Rows as columns: each as wide as its widest cell, the last one as it is. */
export function columns(rows: readonly (readonly Shown[])[], indent = ""): Shown {
  const widths = columnWidths(rows);
  return rows.map((row) =>
    indent +
    row.map((cell, index) =>
      index === row.length - 1 ? cell : pad(cell, (widths[index] ?? 0) + COLUMN_GAP)
    ).join("").trimEnd()
  ).join("\n") as Shown;
}

/** Spaces between two columns. */
const COLUMN_GAP = 2;

/** Columns of the widest cell of each column. */
export function columnWidths(rows: readonly (readonly Shown[])[]): readonly number[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [index, cell] of row.entries()) {
      widths[index] = Math.max(widths[index] ?? 0, visibleLength(cell));
    }
  }
  return widths;
}

/** `1 file`, `2 files`. */
export function count(number: number, what: Shown): Shown {
  return number === 1 ? OWN.concat("1 ", what) : OWN.concat(num(number), " ", what, "s");
}

/** Words as a command line that a shell reads back as the same words. */
export function commandLine(words: readonly string[]): string {
  return words.map(shellWord).join(" ");
}
