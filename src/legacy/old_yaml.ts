/**
 * What the old tool read otherwise in a definition: it took the text for YAML 1.1, as PyYAML does, where
 * this program reads YAML 1.2, and it opened the file in the system's encoding.
 * @module
 */
import { type Finding, type FindingCollector, type KeyPath, quote } from "../workflow/finding.ts";
import { readYaml } from "../workflow/read_yaml.ts";
import { isRecord } from "../workflow/record.ts";
import type { SourceTree } from "../workflow/source_tree.ts";

/** A plain value as YAML 1.1 has it; a date is none of JSON's kinds. */
type OldValue = string | number | boolean | { readonly date: string };

/** Texts for people: the old tool refused anything else there, and nothing depends on them. */
const FOR_PEOPLE: ReadonlySet<string> = new Set([
  "agent",
  "description",
  "evidence_prompt",
  "executor",
  "intended_tools",
  "name",
  "notes",
  "skip_conditions",
  "version",
]);

/** Keys that are true or false, whatever word says so. */
const TRUTHS: ReadonlySet<string> = new Set(["required", "skippable"]);

const TRUE = /^(?:true|yes|on|y|t|1)$/i;
const FALSE = /^(?:false|no|off|n|f|0)$/i;

/** The rules of PyYAML's resolver, in its order. */
const OLD_BOOLEAN =
  /^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$|^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/;
const OLD_FLOAT =
  /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
const OLD_INTEGER =
  /^(?:[-+]?0b[01_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)$/;
const OLD_DATE =
  /^(?:\d{4}-\d\d-\d\d|\d{4}-\d\d?-\d\d?(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d(?:\.\d*)?(?:[ \t]*(?:Z|[-+]\d\d?(?::\d\d)?))?)$/;

/** What cannot differ between the two versions is not looked at. */
const LONGEST = 64;

/** Every text with a word that may differ, and others: most files are not parsed once more. */
const MAY_DIFFER =
  /(?<!\w)(?:yes|no|on|off)(?!\w)|(?<![\w.])[-+]?0[\dbox_]|\d[_:]|\d\.?e[-+]?\d|\d{4}-\d|[-+]\.\d|\.(?:inf|nan)|\uFFFD/i;

/**
 * What the old tool read otherwise, in the order of the file. None for a definition of format 2, which
 * it never read, and for a text that is no YAML.
 * @param file name for the findings.
 */
export function oldYamlRemarks(text: string, file: string): readonly Finding[] {
  if (!MAY_DIFFER.test(text)) return [];
  const { tree, findings } = readYaml(text, file);
  if (tree === null || findings.failed || !isOldFormat(tree.value)) return [];
  const seen = new Set<string>();
  const look = (value: unknown, path: KeyPath): void => {
    const key = path.findLast((part) => typeof part === "string");
    if (typeof key === "string" && path[0] !== "settings" && FOR_PEOPLE.has(key)) return;
    if (Array.isArray(value)) value.forEach((part, index) => look(part, [...path, index]));
    else if (isRecord(value)) {
      for (const [name, part] of Object.entries(value)) look(part, [...path, name]);
    } else lookAt(tree, findings, { path, value, seen });
  };
  const before = new Set(findings.list());
  lookAtBytes(text, tree, findings);
  look(tree.value, []);
  return findings.list().filter((finding) => !before.has(finding));
}

/** Whether the old tool may have read it. */
function isOldFormat(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const format = value["format"] ?? 1;
  return Number(format) === 1;
}

/** A character that stands for bytes that are not UTF-8. */
const UNREADABLE = "\uFFFD";

function lookAtBytes(text: string, tree: SourceTree, findings: FindingCollector): void {
  const at = text.replace(/^\uFEFF/, "").indexOf(UNREADABLE);
  if (at < 0) return;
  const found = text.split(UNREADABLE).length - 1;
  findings.addAt(
    "warning",
    tree.placeOf(at),
    `not UTF-8: ${found === 1 ? "a byte is" : `${found} bytes are`} read as "${UNREADABLE}" now; ` +
      "the old tool read the file in the system's encoding, so it took Latin-1 where that was the " +
      "encoding and refused the file where that was UTF-8",
    "Save the file as UTF-8",
  );
}

/** Reports a plain scalar that YAML 1.1 reads as something else. */
function lookAt(
  tree: SourceTree,
  findings: FindingCollector,
  { path, value, seen }: {
    readonly path: KeyPath;
    readonly value: unknown;
    readonly seen: Set<string>;
  },
): void {
  const written = plainText(tree, path);
  if (written === null) return;
  const old = oldValueOf(written);
  if (isSame(old, value, String(path.at(-1)))) return;
  const { line, column } = tree.locate(path);
  // An anchor's value is in each of the places that use it.
  if (seen.has(`${line}:${column}`)) return;
  seen.add(`${line}:${column}`);
  findings.warning(
    path,
    `the old tool read ${written} as ${valueText(old)} (YAML 1.1); here it is ${
      valueText(typeof value === "number" || typeof value === "boolean" ? value : written)
    }`,
    { hint: hintFor(old) },
  );
}

/** The value as it is written; null for one that is quoted, tagged, long, or used through an alias. */
function plainText(tree: SourceTree, path: KeyPath): string | null {
  const key = path.at(-1);
  const container = tree.get(path.slice(0, -1));
  if (key === undefined || typeof container !== "object" || container === null) return null;
  const [start, end] = tree.markOf(container, key)?.value ?? [0, 0];
  if (end <= start || end - start > LONGEST) return null;
  const written = tree.slice(start, end);
  const line = tree.slice(Math.max(0, start - LONGEST), start);
  return /^[-+.\w][-+.:\w \t]*$/.test(written) && !/!\S*\s+$/.test(line) ? written : null;
}

function oldValueOf(text: string): OldValue {
  if (OLD_BOOLEAN.test(text)) return TRUE.test(text);
  if (OLD_FLOAT.test(text)) return oldNumber(text, Number);
  if (OLD_INTEGER.test(text)) return oldNumber(text, oldInteger);
  return OLD_DATE.test(text) ? { date: text } : text;
}

/** A number with its sign, its underscores and its base 60. */
function oldNumber(text: string, read: (digits: string) => number): number {
  const digits = text.replaceAll("_", "").toLowerCase();
  const sign = digits.startsWith("-") ? -1 : 1;
  const bare = digits.replace(/^[-+]/, "");
  if (bare === ".inf") return sign * Infinity;
  if (bare === ".nan") return NaN;
  if (!bare.includes(":")) return sign * read(bare);
  return sign * bare.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
}

function oldInteger(digits: string): number {
  return /^0[0-7]+$/.test(digits) ? parseInt(digits, 8) : Number(digits);
}

function isSame(old: OldValue, value: unknown, key: string): boolean {
  if (TRUTHS.has(key) && typeof old !== "object") {
    const [before, now] = [truthOf(String(old)), truthOf(String(value))];
    return before !== null && before === now;
  }
  // YAML 1.2 and 1.1 know the same words for nothing.
  return value === null || old === value;
}

function truthOf(word: string): boolean | null {
  return TRUE.test(word) ? true : FALSE.test(word) ? false : null;
}

function valueText(value: OldValue): string {
  if (typeof value === "object") return `the date ${value.date}`;
  if (typeof value === "string") return `the text ${quote(value)}`;
  return typeof value === "number" && Number.isNaN(value)
    ? "not a number"
    : value === Infinity
    ? "infinity"
    : value === -Infinity
    ? "minus infinity"
    : String(value);
}

function hintFor(old: OldValue): string {
  if (typeof old === "object") return `Quote it, "${old.date}", where the text is meant`;
  if (typeof old === "string") return `Write "${old}" to keep the old meaning`;
  return typeof old === "number" && !Number.isFinite(old)
    ? "Write a number"
    : `Write ${old} to keep the old meaning`;
}
