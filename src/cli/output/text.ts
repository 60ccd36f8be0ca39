/**
 * Small pieces that several screens share: safe text, cut text, times, progress bars.
 * @module
 */
import type { Style } from "./style.ts";

/** Control characters, and the direction marks that can make text read as something else. */
// deno-lint-ignore no-control-regex
const UNPRINTABLE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** Text from a file or a person, made safe for a terminal: no escape sequences, no tricks. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, "\ufffd");
}

/** One line of safe text, cut to `width` columns. */
export function oneLine(text: string, width: number, style: Style): string {
  const line = printable(text).replace(/\s+/g, " ").trim();
  const characters = [...line];
  if (characters.length <= width) return line;
  const mark = style.symbols.ellipsis;
  return characters.slice(0, Math.max(1, width - mark.length)).join("").trimEnd() + mark;
}

/** Safe text wrapped at words to `width`, each line behind `indent`. */
export function wrap(text: string, width: number, indent = ""): string {
  const room = Math.max(20, width - indent.length);
  const lines: string[] = [];
  for (const paragraph of printable(text).split("\n")) {
    let line = "";
    for (const word of paragraph.split(/\s+/).filter((part) => part !== "")) {
      if (line !== "" && line.length + 1 + word.length > room) {
        lines.push(line);
        line = word;
      } else {
        line = line === "" ? word : `${line} ${word}`;
      }
    }
    lines.push(line);
  }
  return lines.map((line) => (indent + line).trimEnd()).join("\n");
}

/** A time span for people: `just now`, `5 min`, `3 h`, `12 days`. */
export function ago(time: string, now: Date): string {
  const seconds = Math.max(0, (now.getTime() - Date.parse(time)) / 1000);
  if (!Number.isFinite(seconds)) return "unknown";
  if (seconds < 60) return "just now";
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  const days = Math.floor(seconds / 86_400);
  return days === 1 ? "1 day ago" : `${days} days ago`;
}

/** A progress bar of `width` columns. */
export function bar(done: number, total: number, width: number, style: Style): string {
  const full = total === 0 ? width : Math.round((done / total) * width);
  const { barFull, barEmpty } = style.symbols;
  return style.green(barFull.repeat(full)) + style.dim(barEmpty.repeat(width - full));
}

/** Rows as columns: each as wide as its widest cell, the last one as it is. */
export function columns(rows: readonly (readonly string[])[], gap = 2): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [index, cell] of row.entries()) {
      widths[index] = Math.max(widths[index] ?? 0, visibleLength(cell));
    }
  }
  return rows.map((row) =>
    row.map((cell, index) =>
      index === row.length - 1
        ? cell
        : cell + " ".repeat((widths[index] ?? 0) - visibleLength(cell) + gap)
    ).join("").trimEnd()
  ).join("\n");
}

/** Length without colour codes. */
export function visibleLength(text: string): number {
  // deno-lint-ignore no-control-regex
  return [...text.replace(/\x1b\[\d+m/g, "")].length;
}

/** Words as a command line that a shell reads back as the same words. */
export function commandLine(words: readonly string[]): string {
  return words.map((word) =>
    /^[\w./:@%+=,<>-]+$/.test(word) && !word.includes("<")
      ? word
      : /^<[^<>]*>$/.test(word)
      ? `"${word}"`
      : `'${word.replaceAll("'", `'\\''`)}'`
  ).join(" ");
}
