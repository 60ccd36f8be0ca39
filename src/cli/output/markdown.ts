/**
 * Texts from elsewhere in Markdown documents of this program.
 * @module
 */
import { joined, say, type Shown, shown } from "./shown.ts";
import { flat } from "./text.ts";

/** A text in backquotes, however many of them are in it. */
export function code(text: string): Shown {
  const inside = flat(text);
  if (!inside.includes("`")) return say`\`${inside}\``;
  const longest = Math.max(...(inside.match(/`+/g) ?? []).map((run) => run.length));
  const fence = shown("`".repeat(longest + 1));
  return say`${fence} ${inside} ${fence}`;
}

/** A text as a quotation: `> ` in front of each line. */
export function quotation(text: string): Shown {
  return say`> ${joined(linesOf(text), say`\n> `)}`;
}

/** A text behind a bullet, its second and later lines as a quotation below. */
export function quoted(text: string): Shown {
  return joined(linesOf(text), say`\n  > `);
}

/** A text in one line that Markdown takes for nothing but text, also at the beginning of a line. */
export function escaped(text: string): Shown {
  return shown(
    flat(text).replace(/([\\`*_<>|[\]])/g, "\\$1").replace(/^(\d*)([#+=~.)-])/, "$1\\$2"),
  );
}

/**
 * A text in a fenced block. The fence is longer than any run of backquotes in the text, so no line of it
 * ends the block.
 * @param indent stands in front of each line, e.g. that of a list's entry.
 */
export function fenced(text: Shown, indent: Shown = say``): Shown {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const fence = shown("`".repeat(longest + 1));
  const rows = text.split("\n").map((line) => shown(line));
  return joined(
    [say`${fence}text`, ...rows, fence].map((row) => shown(`${indent}${row}`.trimEnd())),
    say`\n`,
  );
}

function linesOf(text: string): readonly Shown[] {
  return text.trim().split(/\r?\n/).map((line) => shown(line.trimEnd()));
}
