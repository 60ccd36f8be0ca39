/**
 * A JSON value as text for people: names and values below each other, lists behind bullets. Nothing is
 * left out and nothing is cut.
 * @module
 */
import { isRecord } from "../../workflow/record.ts";
import { joined, num, say, type Shown, shown } from "./shown.ts";
import type { Style } from "./style.ts";
import { hang, lead, wrap } from "./text.ts";
import { visibleLength } from "./width.ts";

/** Columns that what belongs to a name is indented. */
const STEP = "  ";

/** Deeper than this a value is written as JSON. */
const DEEPEST = 12;

/**
 * A named value: behind its name where it is one line, else below it.
 * @param name our own word, or one that was shown already.
 * @param indent stands in front of each of our lines; texts of several lines are behind a bar besides.
 */
export function fieldText(name: Shown, value: unknown, style: Style, indent = ""): Shown {
  return joined(fieldLines(name, value, style, indent), say`\n`);
}

function valueLines(value: unknown, style: Style, indent: string): readonly Shown[] {
  const inside = shown(indent);
  if (indent.length > DEEPEST * STEP.length) {
    return textLines(JSON.stringify(value) ?? "", style, indent);
  }
  if (Array.isArray(value)) {
    if (value.length === 0) return [say`${inside}(none)`];
    return value.flatMap((entry: unknown) => entryLines(entry, style, indent));
  }
  if (isRecord(value)) {
    const fields = Object.entries(value);
    if (fields.length === 0) return [say`${inside}(none)`];
    return fields.flatMap(([key, field]) => fieldLines(lead(key), field, style, indent));
  }
  if (typeof value === "string") return textLines(value, style, indent);
  return [say`${inside}${scalar(value)}`];
}

function fieldLines(
  name: Shown,
  value: unknown,
  style: Style,
  indent: string,
): readonly Shown[] {
  const head = say`${shown(indent)}${style.dim(say`${name}:`)}`;
  const taken = indent.length + visibleLength(name) + 2;
  const line = inOneLine(value, style, indent.length + STEP.length + 2, taken);
  if (line !== null) return [say`${head} ${line}`];
  return [head, ...valueLines(value, style, indent + STEP)];
}

function entryLines(value: unknown, style: Style, indent: string): readonly Shown[] {
  const mark = say`${shown(indent)}${style.symbols.bullet}`;
  const column = indent.length + style.symbols.bullet.length + 1;
  const line = inOneLine(value, style, column + 2, column);
  if (line !== null) return [say`${mark} ${line}`];
  return [mark, ...valueLines(value, style, indent + STEP)];
}

/** What stands behind a name or a bullet; null for what belongs below it. */
function inOneLine(value: unknown, style: Style, indent: number, taken: number): Shown | null {
  if (Array.isArray(value)) return value.length === 0 ? say`(none)` : null;
  if (isRecord(value)) return Object.keys(value).length === 0 ? say`(none)` : null;
  if (typeof value !== "string") return scalar(value);
  if (value.trim() === "") return say`(empty)`;
  if (/[\r\n]/.test(value.trim())) return null;
  return style.terminal ? hang(value, style, indent, taken) : shown(value.trim());
}

/** Behind bars: on a terminal wrapped to it, elsewhere each line as it is. */
function textLines(text: string, style: Style, indent: string): readonly Shown[] {
  if (style.terminal) return [wrap(text, style, indent)];
  const bar = say`${shown(indent)}${style.symbols.gutter}`;
  return text.trimEnd().split(/\r?\n/).map((line) => say`${bar}${shown(line)}`.trimEnd())
    .map(shown);
}

function scalar(value: unknown): Shown {
  if (typeof value === "number") return num(value);
  if (value === true) return say`yes`;
  if (value === false) return say`no`;
  return value === null || value === undefined ? say`-` : shown(String(value));
}
