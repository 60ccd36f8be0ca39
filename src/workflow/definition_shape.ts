/**
 * Checks the shape of a definition: its keys, the kinds of its values, its words. Issues of the
 * schema are reported in terms of the file, with their position in the file.
 * @module
 */
import { KNOWN_KEYS, looseSchema, strictSchema } from "./definition_schema.ts";
import type { DefinitionInput, Level } from "./definition_schema.ts";
import { didYouMean, formatPath, quote } from "./finding.ts";
import type { FindingCollector, KeyPath } from "./finding.ts";
import { editDistance } from "./nearest.ts";
import { isRecord, own } from "./record.ts";
import { unsupportedKey } from "./unsupported_keys.ts";
import type { SourceTree } from "./source_tree.ts";

/** The part of a schema issue that is used here. */
type Issue = NonNullable<ReturnType<typeof strictSchema.safeParse>["error"]>["issues"][number];

/**
 * Keys that belong somewhere else, and words other tools use: level → key → hint. Those that would
 * change what runs or what is required are errors, see `unsupported_keys.ts`.
 */
const MISPLACED: Readonly<Record<Level, Readonly<Record<string, string>>>> = {
  workflow: {
    test_command: 'It belongs under "settings:"',
    build_command: 'It belongs under "settings:"',
    title: 'Did you mean "name"?',
  },
  phase: { title: 'Did you mean "name"?' },
  item: { title: 'Did you mean "name"?', optional: 'Did you mean "required: false"?' },
  step: { title: 'Did you mean "name"?', optional: 'Did you mean "required: false"?' },
  verification: {},
};

/** Synonyms of enumerated values that are too different for a comparison of letters. */
const OTHER_WORDS: Readonly<Record<string, string>> = {
  file: "file_exists",
  exists: "file_exists",
  shell: "command",
  script: "command",
  manual: "manual_gate",
  approval: "manual_gate",
  human: "supervised",
  autonomous: "zero_human",
  optional: "flexible",
  mandatory: "required",
};

/** Texts that are booleans in YAML 1.1, and were in the old tool. */
const TRUTH: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  on: true,
  y: true,
  t: true,
  "1": true,
  false: false,
  no: false,
  off: false,
  n: false,
  f: false,
  "0": false,
};

/** Compiling a schema costs more than checking one file with it. */
const ONE_SHOT = { jitless: true };

/** What {@link checkShape} found. */
export interface Shape {
  /** The data, with defaults or placeholders in place of broken values. Null: not a map at all. */
  readonly data: DefinitionInput | null;
  /** Paths, as {@link formatPath} writes them, of the values an error was reported for. */
  readonly broken: ReadonlySet<string>;
}

/** How a file is judged. */
export interface Judging {
  /** 2 where unknown keys can be errors. */
  readonly format: 1 | 2;
}

/**
 * Checks the tree's shape and reports problems. Unambiguous mistakes (a number instead of a text,
 * `yes` for `true`, an unknown key) cause a warning and are corrected in the tree; broken values
 * are replaced there, so that the rest can be checked as well.
 */
export function checkShape(
  tree: SourceTree,
  findings: FindingCollector,
  judging: Judging,
): Shape {
  const broken = new Set<string>();
  // A value corrected in one round may be out of range, which the next round reports.
  for (let round = 1; round <= 3; round++) {
    const checked = strictSchema.safeParse(tree.value, ONE_SHOT);
    if (checked.success) return { data: checked.data, broken };
    const { issues } = checked.error;
    for (const issue of round === 1 ? issues : []) {
      if (issue.code !== "unrecognized_keys") continue;
      for (const key of issue.keys) {
        reportUnknownKey([...keyPath(issue), key], tree, findings, judging);
      }
    }
    const wrong = issues.filter((issue) => issue.code !== "unrecognized_keys");
    if (wrong.length === 0) break;
    for (const issue of wrong) {
      const path = keyPath(issue);
      if (reportIssue(issue, tree, findings)) continue;
      broken.add(formatPath(path));
      tree.set(path, placeholder(path));
    }
  }
  const result = looseSchema.safeParse(tree.value, ONE_SHOT);
  return { data: result.success ? result.data : null, broken };
}

function keyPath(issue: Issue): (string | number)[] {
  return issue.path.filter((key) => typeof key !== "symbol");
}

/** The replacement of a broken value: nothing if there is a default. */
function placeholder(path: KeyPath): unknown {
  const [list, key] = [path.at(-2), path.at(-1)];
  if (typeof key === "number") {
    if (list === "phases") return { id: `PHASE_${key}`, name: "?" };
    if (list === "items" || list === "steps") return { id: `item_${key}`, name: "?" };
    return "";
  }
  if (key === "name" && path.length > 1) return "?";
  if (key === "id") return typeof list === "number" ? `ITEM_${list}` : null;
  return null;
}

/** Reports an issue. Returns true if it was a mistake that has been corrected. */
function reportIssue(issue: Issue, tree: SourceTree, findings: FindingCollector): boolean {
  const path = keyPath(issue);
  const value = tree.get(path);
  const name = describePath(path);
  if (value === undefined || value === null) {
    if (typeof path.at(-1) === "number") findings.error(path, `${name} is empty`);
    else findings.error(path, `${name} is missing`, hintWhenMissing(path, tree));
    return false;
  }
  if (issue.code === "too_small" && Array.isArray(value)) {
    findings.error(path, issue.message, { at: "key" });
    return false;
  }
  switch (issue.code) {
    case "invalid_value": {
      const words = issue.values.map(String);
      const other = typeof value === "string" ? own(OTHER_WORDS, value) : undefined;
      const hint = other !== undefined && words.includes(other)
        ? `Did you mean "${other}"?`
        : typeof value === "object"
        ? undefined
        : didYouMean(String(value), words);
      const list = `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
      findings.error(path, `${name} must be ${list}, not ${kindOf(value)}`, { hint });
      return false;
    }
    case "invalid_type":
      return reportKind(path, issue.expected, tree, findings);
    case "invalid_union":
      return reportKind(path, "string", tree, findings);
    default: {
      const blank = typeof value === "string" && value.trim() === "";
      findings.error(path, `${name} ${issue.message}${blank ? "" : `, not ${kindOf(value)}`}`, {
        hint: hintForText(path, value),
      });
      return false;
    }
  }
}

/** A value of the wrong kind: true if it was corrected because it is unambiguous, else an error. */
function reportKind(
  path: KeyPath,
  expected: string,
  tree: SourceTree,
  findings: FindingCollector,
): boolean {
  const value = tree.get(path);
  const name = describePath(path);
  const free = path[0] !== "settings";
  if (expected === "string" && (typeof value === "number" || typeof value === "boolean")) {
    const source = tree.sourceText(path) ?? String(value);
    tree.set(path, source);
    findings.warning(path, `${name} is interpreted as the text ${quote(source)}`, {
      hint: `Quote it: ${quote(source)}`,
    });
    return true;
  }
  if (expected === "boolean" && free && (typeof value === "string" || typeof value === "number")) {
    const truth = own(TRUTH, String(value).toLowerCase());
    if (truth !== undefined) {
      tree.set(path, truth);
      findings.warning(path, `${name} is interpreted as ${truth}`, { hint: `Write ${truth}` });
      return true;
    }
  }
  if ((expected === "number" || expected === "int") && typeof value === "string") {
    const number = /^\s*[+-]?\d+(\.\d+)?\s*$/.test(value) ? Number(value) : undefined;
    if (number !== undefined) {
      tree.set(path, number);
      findings.warning(path, `${name} is interpreted as the number ${number}`, {
        hint: "Write it without quotes",
      });
      return true;
    }
  }
  findings.error(path, `${name} must be ${kindName(expected)}, not ${kindOf(value)}`, {
    hint: hintForKind(expected, value, path),
  });
  return false;
}

function reportUnknownKey(
  path: KeyPath,
  tree: SourceTree,
  findings: FindingCollector,
  { format }: Judging,
): void {
  const key = String(path.at(-1));
  if (isOwnKey(key)) return;
  const container = path.slice(0, -1);
  const level = levelOf(container);
  const where = `in ${levelNames[level]}`;
  const known = KNOWN_KEYS[level];
  // A stored definition was judged when its session began.
  const unsupported = tree.hasText && saysSomething(tree.get(path))
    ? unsupportedKey(level, key)
    : undefined;
  if (unsupported !== undefined) {
    const message = `the key ${quote(key)} ${where} is not supported: ` +
      "it would change what runs or what is required";
    findings.error(path, message, { at: "key", hint: unsupported });
    return;
  }
  const present = tree.get(container);
  const absent = known.filter((name) => !isRecord(present) || !Object.hasOwn(present, name));
  const misspelt = known.find((name) => isOneEditAway(key, name));
  const hint = own(MISPLACED[level], key) ?? didYouMean(key, absent);
  const binds = level === "verification" || isGate(present);
  if (format === 1 || !binds && misspelt === undefined) {
    findings.warning(path, `unknown key ${quote(key)} ${where} (ignored)`, { at: "key", hint });
    return;
  }
  findings.error(path, `unknown key ${quote(key)} ${where}`, {
    at: "key",
    hint: hint ?? `Remove it, or rename it to ${quote(`x-${key}`)} if it is for your own use`,
  });
}

/** Whether a value is more than null, or an empty text, list or map. */
function saysSomething(value: unknown): boolean {
  if (value === undefined || value === null || value === "") return false;
  return typeof value !== "object" || Object.keys(value).length > 0;
}

/** Keys that are free in every map, for the author of the file. */
function isOwnKey(key: string): boolean {
  return key.startsWith("x-");
}

/** Whether an item or a step is a gate: what it says decides whether the workflow may go on. */
function isGate(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { step_type, verification } = value;
  return step_type === "gate" || isRecord(verification) && verification.type === "manual_gate";
}

/** Whether two keys differ by one letter at most; case and the separators `-` and `_` do not count. */
function isOneEditAway(key: string, known: string): boolean {
  const fold = (word: string) => word.toLowerCase().replace(/[\s_-]+/g, "");
  const [one, other] = [fold(key), fold(known)];
  return Math.abs(one.length - other.length) <= 1 && editDistance(one, other) <= 1;
}

const levelNames: Readonly<Record<Level, string>> = {
  workflow: "the workflow",
  phase: "a phase",
  item: "an item",
  step: "a step",
  verification: "a verification",
};

function levelOf(container: KeyPath): Level {
  if (container.at(-1) === "verification") return "verification";
  const lists = container.filter((key) => typeof key === "string").at(-1);
  if (lists === "phases") return "phase";
  if (lists === "items") return "item";
  return lists === "steps" ? "step" : "workflow";
}

/** `"step_type"`, `entry 2 of "notes"`, `the workflow`. */
function describePath(path: KeyPath): string {
  const key = path.at(-1);
  if (key === undefined) return "the workflow";
  if (typeof key === "string") {
    if (path[0] === "settings" && path.length > 1) return `setting ${quote(key)}`;
    return path.at(-2) === "verification" ? `"verification.${key}"` : quote(key);
  }
  return `entry ${key + 1} of "${path.at(-2) ?? ""}"`;
}

function hintWhenMissing(path: KeyPath, tree: SourceTree) {
  const container = tree.get(path.slice(0, -1));
  const key = String(path.at(-1));
  // A misspelled key causes a warning of its own; this hint shows how the two are related.
  const present = isRecord(container) ? Object.keys(container) : [];
  const known = KNOWN_KEYS[levelOf(path.slice(0, -1))];
  const near = present.find((name) =>
    !known.includes(name) && didYouMean(name, [key]) !== undefined
  );
  return near === undefined ? {} : { hint: `Rename ${quote(near)} to "${key}"` };
}

function hintForText(path: KeyPath, value: unknown): string | undefined {
  if (path.length === 1 && path[0] === "format" && typeof value === "number" && value >= 1) {
    return "Use a newer version of orchestrator, which knows this format";
  }
  if (typeof value !== "string" || path.at(-1) !== "id") return undefined;
  const suggestion = levelOf(path.slice(0, -1)) === "phase" ? value.toUpperCase() : slug(value);
  return suggestion === "" || suggestion === value ? undefined : `Write ${quote(suggestion)}`;
}

function hintForKind(expected: string, value: unknown, path: KeyPath): string | undefined {
  if (expected === "array" && typeof value === "string") {
    return `Write it as a list: [${quote(value)}]`;
  }
  if (expected === "string" && isRecord(value)) {
    const [[key, entry] = []] = Object.entries(value);
    if (Object.keys(value).length === 1 && typeof entry === "string") {
      return `Quote it: ${quote(`${key}: ${entry}`)}`;
    }
  }
  if (expected === "object" && path.at(-1) === "verification" && typeof value === "string") {
    return `Write verification: {type: ${own(OTHER_WORDS, value) ?? value.slice(0, 20)}}`;
  }
  if (expected === "array" && isRecord(value)) {
    return `Begin each entry of ${describePath(path)} with "- "`;
  }
  if (expected === "boolean") {
    const truth = own(TRUTH, String(value).toLowerCase());
    return truth === undefined ? undefined : `Write ${truth}`;
  }
  if (expected === "number" && path.at(-1) === "timeout") {
    return "Give a number of seconds, e.g. 300";
  }
  return undefined;
}

function kindName(expected: string): string {
  switch (expected) {
    case "string":
      return "a text";
    case "boolean":
      return "true or false";
    case "array":
      return "a list";
    case "object":
    case "record":
      return "a map";
    case "int":
      return "a whole number";
    default:
      return `a ${expected}`;
  }
}

/** What a value is, in the words of the file. */
export function kindOf(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (isRecord(value)) return "a map";
  return typeof value === "string" ? quote(value) : String(value);
}

/** A text as an item id: lower case, letters and digits, `_` for all else; may be empty. */
export function slug(text: string): string {
  return text.normalize("NFKC").toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "_")
    .replace(/^_+|_+$/g, "").slice(0, 60).replace(/_+$/, "");
}
