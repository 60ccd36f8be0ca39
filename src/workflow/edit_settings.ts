/**
 * Putting settings into the text of a workflow definition: characters are replaced or added, and all
 * else stays as it is, comments, quotes, order and line ends too.
 * @module
 */
import {
  type Document,
  isMap,
  isScalar,
  type Pair,
  parseDocument,
  type Scalar,
  stringify,
  type YAMLMap,
} from "yaml";

/** A value that stands on one line. */
type Value = string | number | boolean;

/** Where the text is changed. */
interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/**
 * The text with these settings in its `settings`.
 * @returns `unchanged` when they are there already; `impossible` when no change of characters is found
 * that sets them and nothing else, as in a file that is not a map or has its settings from an anchor.
 */
export function editSettings(
  text: string,
  settings: Readonly<Record<string, Value>>,
): { readonly kind: "edited"; readonly text: string } | {
  readonly kind: "unchanged" | "impossible";
} {
  let edited = text;
  for (const [name, value] of Object.entries(settings)) {
    const next = withSetting(edited, name, value);
    if (next === null) return { kind: "impossible" };
    edited = next;
  }
  return edited === text ? { kind: "unchanged" } : { kind: "edited", text: edited };
}

function withSetting(text: string, name: string, value: Value): string | null {
  const document = parse(text);
  if (document === null || !isMap(document.contents)) return null;
  const before = valueOf(document);
  if (before === null) return null;
  const settings = before["settings"] ?? {};
  if (typeof settings !== "object" || Array.isArray(settings)) return null;
  if (Object.hasOwn(settings, name) && own(settings, name) === value) return text;
  const edit = editOf(text, document, { name, value });
  if (edit === null) return null;
  const edited = text.slice(0, edit.from) + edit.text + text.slice(edit.to);
  const after = parse(edited);
  const wanted = { ...before, settings: { ...settings, [name]: value } };
  return after !== null && same(valueOf(after), wanted) ? edited : null;
}

function editOf(
  text: string,
  document: Document,
  { name, value }: { readonly name: string; readonly value: Value },
): Edit | null {
  const eol = text.includes("\r\n") ? "\r\n" : "\n";
  const top = document.contents;
  if (!isMap(top)) return null;
  const pair = pairOf(top, "settings");
  if (pair === undefined) return newGroup(text, top, { name, value, eol });
  const group = pair.value;
  if (isScalar(group) && group.value === null || group === null) {
    return intoEmpty(text, pair, { name, value, eol });
  }
  if (!isMap(group)) return null;
  const present = pairOf(group, name)?.value;
  if (isScalar(present)) return inPlace(text, present, group.flow === true, value);
  if (pairOf(group, name) !== undefined) return null;
  return group.flow === true
    ? intoFlow(text, group, name, value)
    : intoBlock(text, group, { name, value, eol });
}

/** Replaces a value where it stands, in the quotes that it has. */
function inPlace(text: string, node: Scalar, flow: boolean, value: Value): Edit | null {
  const [from, to] = node.range ?? [0, 0];
  // A key without a value has nothing to replace, and no space in front of it.
  if (from === to) return { from, to, text: ` ${word(value, flow)}` };
  const type = node.type;
  const quoted = type === "QUOTE_DOUBLE" || type === "QUOTE_SINGLE" ? type : undefined;
  // The value of a block of lines ends behind its last line end.
  const ending = /\r?\n$/.exec(text.slice(from, to))?.[0] ?? "";
  return { from, to, text: word(value, flow, quoted) + ending };
}

/** Adds an entry behind the others of a map in braces. */
function intoFlow(text: string, group: YAMLMap, name: string, value: Value): Edit | null {
  const entry = `${word(name, true)}: ${word(value, true)}`;
  const last = group.items.at(-1);
  if (last === undefined) {
    const [from] = group.range ?? [0];
    return { from, to: from + 1, text: `{ ${entry}${text[from + 1] === "}" ? " " : ""}` };
  }
  const at = endOf(last);
  return at === null ? null : { from: at, to: at, text: `, ${entry}` };
}

/** Adds a line behind the others of a map of lines. */
function intoBlock(
  text: string,
  group: YAMLMap,
  { name, value, eol }: { readonly name: string; readonly value: Value; readonly eol: string },
): Edit | null {
  const [first] = group.items;
  const last = group.items.at(-1);
  if (first === undefined || last === undefined || !isScalar(first.key)) return null;
  const [start] = first.key.range ?? [0];
  const indent = text.slice(text.lastIndexOf("\n", start - 1) + 1, start);
  const end = endOf(last);
  if (end === null || indent.trim() !== "") return null;
  return lineAfter(text, end, `${indent}${word(name, false)}: ${word(value, false)}`, eol);
}

/** Adds the first line of a map that is written as a key with nothing behind it. */
function intoEmpty(
  text: string,
  pair: Pair,
  { name, value, eol }: { readonly name: string; readonly value: Value; readonly eol: string },
): Edit | null {
  if (!isScalar(pair.key)) return null;
  const [start, end] = pair.key.range ?? [0, 0];
  const indent = text.slice(text.lastIndexOf("\n", start - 1) + 1, start);
  if (indent.trim() !== "") return null;
  // `settings: ~` has a value to take away.
  const node = pair.value;
  const [from, to] = isScalar(node) && node.range ? node.range : [end, end];
  const entry = `${indent}  ${word(name, false)}: ${word(value, false)}`;
  if (from === to) return lineAfter(text, end, entry, eol);
  const behindKey = text.slice(0, from).trimEnd().length;
  return { from: behindKey, to, text: `${eol}${entry}` };
}

/** Adds the settings behind everything else. */
function newGroup(
  text: string,
  top: YAMLMap,
  { name, value, eol }: { readonly name: string; readonly value: Value; readonly eol: string },
): Edit | null {
  const last = top.items.at(-1);
  if (top.flow === true || last === undefined) return null;
  const end = endOf(last);
  if (end === null) return null;
  const entry = `settings:${eol}  ${word(name, false)}: ${word(value, false)}`;
  return lineAfter(text, end, entry, eol);
}

/** A line behind the one that ends at or behind `end`. */
function lineAfter(text: string, end: number, line: string, eol: string): Edit {
  const feed = text[end - 1] === "\n" ? end - 1 : text.indexOf("\n", end);
  if (feed < 0) return { from: text.length, to: text.length, text: `${eol}${line}${eol}` };
  return { from: feed + 1, to: feed + 1, text: `${line}${eol}` };
}

function endOf(pair: Pair): number | null {
  for (const node of [pair.value, pair.key]) {
    if (typeof node !== "object" || node === null || !("range" in node)) continue;
    const { range } = node;
    if (Array.isArray(range) && typeof range[1] === "number") return range[1];
  }
  return null;
}

function pairOf(map: YAMLMap, name: string): Pair | undefined {
  return map.items.find(({ key }) => isScalar(key) && key.value === name);
}

/** A value on one line, as readers of YAML 1.1 understand it, too. */
function word(
  value: Value,
  flow: boolean,
  quoted?: "QUOTE_DOUBLE" | "QUOTE_SINGLE",
): string {
  if (typeof value !== "string") return String(value);
  if (/[\n\r\u0085\u2028\u2029]/.test(value)) return JSON.stringify(value);
  if (flow && quoted === undefined && !/^[\w./@+-]+$/.test(value)) return JSON.stringify(value);
  return stringify(value, {
    lineWidth: 0,
    compat: "yaml-1.1",
    defaultStringType: quoted ?? "PLAIN",
  }).trimEnd();
}

function parse(text: string): Document | null {
  const document = parseDocument(text, { logLevel: "error" });
  return document.errors.length > 0 ? null : document;
}

function valueOf(document: Document): Readonly<Record<string, unknown>> | null {
  let value: unknown;
  try {
    value = document.toJS();
  } catch {
    // Too many aliases.
    return null;
  }
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : null;
}

function own(record: object, name: string): unknown {
  return Object.getOwnPropertyDescriptor(record, name)?.value;
}

/** Equal as data; the order of keys does not count. */
function same(left: unknown, right: unknown): boolean {
  if (Object.is(left, right)) return true;
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null) {
    return false;
  }
  if (Array.isArray(left) !== Array.isArray(right)) return false;
  const names = Object.keys(left);
  return names.length === Object.keys(right).length &&
    names.every((name) => Object.hasOwn(right, name) && same(own(left, name), own(right, name)));
}
