/**
 * Changing one key in the text of a configuration file.
 *
 * What is there stays as it is, comments, order, blank lines and all: a value is replaced where it
 * stands, a new top-level key goes to the end. Only what cannot be done so goes through the YAML
 * library's own writing, which keeps comments and order too, but may change the layout of lines.
 * @module
 */
import { type Document, isMap, isScalar, isSeq, type Node, stringify, type YAMLMap } from "yaml";
import { exactByteSize } from "../platform/byte_size.ts";
import { configKey, type ConfigKeyName, type ConfigValue } from "./keys.ts";
import type { ConfigFile } from "./read_file.ts";
import { parseConfig, readConfigText, valuesOf } from "./read_file.ts";

/** How the library writes: no line is broken to make it shorter. */
const LAYOUT = { lineWidth: 0 } as const;

/**
 * The text with `key` set to `value`; without it when `value` is null.
 *
 * The text must be one that can be read (see `readConfigText`).
 * @throws Error when no way is found that changes this key and nothing else.
 */
export function editConfigText(
  text: string,
  file: ConfigFile,
  key: ConfigKeyName,
  value: ConfigValue,
): string {
  const present = readConfigText(text, file);
  const before = { ...valuesOf(present.layer) };
  const others = (read: typeof present) =>
    read.problems.filter((problem) => problem.key !== key).map((problem) => problem.message).sort();
  const wanted: Record<string, unknown> = { ...before, [key]: value };
  if (value === null) delete wanted[key];
  const { type } = configKey(key);
  const written = type.kind === "bytes" ? bytesWord(value) : value;
  for (const way of [inPlace, intoGroup, atTheEnd, cutOut, throughDocument]) {
    const edited = way(text, key, written);
    if (edited === null) continue;
    const read = readConfigText(edited, file);
    if (read.broken || !sameValues(valuesOf(read.layer), wanted)) continue;
    // What is wrong elsewhere in the file is not this command's to lose.
    if (others(read).join("\n") === others(present).join("\n")) return edited;
  }
  throw new Error(`cannot set ${key} in ${file.shown}`);
}

/** Replaces the characters of a value that is there. */
function inPlace(text: string, key: ConfigKeyName, value: ConfigValue): string | null {
  if (value === null) return null;
  const node = find(parseConfig(text), key);
  if (node === null || node.range === null || node.range === undefined) return null;
  if (!isScalar(node) && !(isSeq(node) && node.flow === true)) return null;
  const [start, end] = node.range;
  // A key without a value has nothing to replace, and no space in front of it.
  if (start === end) return null;
  return text.slice(0, start) + word(value) + text.slice(end);
}

/** Adds a line behind the others of the key's group. */
function intoGroup(text: string, key: ConfigKeyName, value: ConfigValue): string | null {
  const document = parseConfig(text);
  const path = key.split(".");
  if (value === null || path.length === 1 || find(document, key) !== null) return null;
  const group = document.getIn(path.slice(0, -1), true);
  if (!isMap(group) || group.flow === true) return null;
  const first = group.items[0]?.key;
  const last = group.items.at(-1)?.value ?? group.items.at(-1)?.key;
  if (!isScalar(first) || !(isScalar(last) || isSeq(last) || isMap(last))) return null;
  const start = first.range?.[0] ?? 0;
  const indent = text.slice(text.lastIndexOf("\n", start - 1) + 1, start);
  const end = last.range?.[1] ?? 0;
  // The value of a list of lines ends behind its last line end.
  const at = text[end - 1] === "\n" ? end : endOfLine(text, end);
  if (indent.trim() !== "" || at < 0) return null;
  const before = text.slice(0, at);
  const line = `${indent}${path.at(-1)}: ${word(value)}\n`;
  return before + (before.endsWith("\n") ? "" : "\n") + line + text.slice(at);
}

/** Takes out the lines of a key, with those of a group that it was alone in. */
function cutOut(text: string, key: ConfigKeyName, value: ConfigValue): string | null {
  const document = parseConfig(text);
  const node = find(document, key);
  if (value !== null || !(isScalar(node) || isSeq(node))) return null;
  const mapAt = (path: readonly string[]) =>
    path.length === 0 ? document.contents : document.getIn(path, true);
  let path = pathOf(document, key);
  for (;;) {
    const group = mapAt(path.slice(0, -1));
    if (!isMap(group) || group.flow === true) return null;
    if (path.length === 1 || group.items.length > 1) break;
    path = path.slice(0, -1);
  }
  const map = mapAt(path.slice(0, -1));
  const pair = isMap(map)
    ? map.items.find(({ key }) => isScalar(key) && key.value === path.at(-1))
    : undefined;
  const name = pair?.key;
  if (!isScalar(name)) return null;
  const start = text.lastIndexOf("\n", (name.range?.[0] ?? 0) - 1) + 1;
  const end = node.range?.[1] ?? 0;
  if (text.slice(start, name.range?.[0]).trim() !== "") return null;
  return text.slice(0, start) + text.slice(text[end - 1] === "\n" ? end : endOfLine(text, end));
}

/** Behind the line end that comes next. */
function endOfLine(text: string, from: number): number {
  const at = text.indexOf("\n", from);
  return at < 0 ? text.length : at + 1;
}

/** Adds a line, or a small map, behind everything else. */
function atTheEnd(text: string, key: ConfigKeyName, value: ConfigValue): string | null {
  const document = parseConfig(text);
  if (value === null || find(document, key) !== null) return null;
  const { contents } = document;
  if (contents !== null && !(isMap(contents) && contents.flow !== true)) return null;
  const path = key.split(".");
  if (path.length > 1 && isMap(contents) && contents.has(path[0])) return null;
  const end = text === "" || text.endsWith("\n") ? "" : "\n";
  const lines = path.map((name, depth) =>
    `${"  ".repeat(depth)}${name}:${depth === path.length - 1 ? ` ${word(value)}` : ""}\n`
  );
  return text + end + lines.join("");
}

/** The library's own way. */
function throughDocument(text: string, key: ConfigKeyName, value: ConfigValue): string | null {
  const document: Document = parseConfig(text);
  const path = pathOf(document, key);
  if (value === null) {
    document.deleteIn(path);
    const parent = path.slice(0, -1);
    const left = parent.length === 0 ? null : document.getIn(parent, true);
    if (isMap(left) && left.items.length === 0) document.deleteIn(parent);
    return document.toString(LAYOUT);
  }
  const node = document.createNode(value, { flow: true });
  const present = document.getIn(path, true);
  if (isScalar(present) || isSeq(present)) {
    node.comment = present.comment ?? null;
    node.commentBefore = present.commentBefore ?? null;
  }
  document.setIn(path, node);
  return document.toString(LAYOUT);
}

/** The value's node; the file may spell `a.b` in one word. */
function find(document: Document, key: ConfigKeyName): Node | null {
  const node = document.getIn(pathOf(document, key), true);
  return isScalar(node) || isSeq(node) || isMap(node) ? node : null;
}

function pathOf(document: Document, key: ConfigKeyName): readonly string[] {
  const { contents } = document;
  return isMap(contents) && (contents as YAMLMap).has(key) ? [key] : key.split(".");
}

/** A size as people write it, where that says the same. */
function bytesWord(value: ConfigValue): ConfigValue {
  if (typeof value !== "number") return value;
  const text = exactByteSize(value);
  return text.endsWith(" B") ? value : text;
}

/** A value on one line. */
function word(value: ConfigValue): string {
  if (typeof value === "object" && value !== null) {
    return `[${value.map((entry) => flowWord(entry)).join(", ")}]`;
  }
  return stringify(value, { ...LAYOUT, defaultStringType: "PLAIN" }).trimEnd();
}

/** A text inside a list in brackets, where more has to be quoted. */
function flowWord(text: string): string {
  return /^[\w./@+-]+$/.test(text) ? word(text) : JSON.stringify(text);
}

function sameValues(
  left: Readonly<Record<string, unknown>>,
  right: Readonly<Record<string, unknown>>,
): boolean {
  const sorted = (values: Readonly<Record<string, unknown>>) =>
    JSON.stringify(Object.entries(values).sort(([one], [other]) => one < other ? -1 : 1));
  return sorted(left) === sorted(right);
}
