/**
 * Where events have texts that may be taken out of a journal: those that digests of states hold by
 * their hashes, and those that states do not hold. What was decided, by whom, and how it was approved
 * stays.
 * @module
 */
import type { EventType } from "./events.ts";
import { isRecord } from "./record.ts";
import { isRedactedText } from "./redacted_text.ts";

/** Names of fields from the event's data to a text; `*` is every entry of a list or map. */
type Pattern = readonly string[];

/** All texts at any depth below fields of these names: of lines that were recorded elsewhere. */
const ANY_DEPTH = "**";

const ITEM: readonly Pattern[] = [["notes"], ["evidence"], ["verification", "outputTail"]];

const PHASES: readonly Pattern[] = [
  ...[...ITEM, ["skipReason"], ["withdrawnReason"]].map((
    item,
  ) => ["phases", "*", "items", "*", ...item]),
  ["phases", "*", "approval", "notes"],
  ["phases", "*", "withdrawnReason"],
];

const EARLIER: readonly Pattern[] = ["task", "why"].map((name) => ["earlier", "recent", "*", name]);

const PLACES: Readonly<Record<EventType, readonly Pattern[]>> = {
  session_started: [["task"], ["constraints", "*"], ...EARLIER],
  session_imported: [
    ...[
      ["task"],
      ["constraints", "*"],
      ["endNotes"],
      ["abandonReason"],
      ["notes", "*", "text"],
      ["accepted", "recent", "*", "reason"],
      ...PHASES,
    ].map((path) => ["seed", ...path]),
    ["history", ANY_DEPTH],
    ...EARLIER,
  ],
  item_completed: ITEM,
  item_failed: ITEM,
  item_rechecked: [["verification", "outputTail"]],
  item_skipped: [["reason"], ["notes"], ["evidence"]],
  item_approved: [["notes"], ["evidence"], ["proofs", "*", "files", "*"]],
  phase_approved: [["notes"], ["proofs", "*", "files", "*"]],
  item_rejected: [["reason"]],
  item_claimed: [],
  claim_released: [],
  handoff_started: [],
  handoff_ended: [],
  item_reopened: [["reason"]],
  approval_revoked: [["reason"]],
  phase_advanced: [["proofs", "*", "files", "*"]],
  note_added: [["text"]],
  review_recorded: [["by"], ["findings"], ["evidence"]],
  checkpoint_created: [
    ["message"],
    ["decisions", "*"],
    ["files", "*"],
    ...PHASES.map((path) => ["snapshot", ...path]),
  ],
  checkpoint_restored: PHASES.map((path) => ["snapshot", ...path]),
  session_renamed: [],
  journal_accepted: [["reason"]],
  workflow_completed: [["notes"], ["reason"], ["proofs", "*", "files", "*"]],
  workflow_abandoned: [["reason"]],
  text_redacted: [["reason"]],
};

/** Names of fields with texts in lines that were recorded elsewhere. */
const TEXT_NAMES: ReadonlySet<string> = new Set([
  "task",
  "constraints",
  "notes",
  "evidence",
  "text",
  "reason",
  "skipReason",
  "withdrawnReason",
  "message",
  "decisions",
  "files",
  "outputTail",
  "endNotes",
  "abandonReason",
]);

/** An event as far as its texts are concerned. Its data may be of any shape. */
export interface HasTexts {
  readonly type: string;
  readonly data: object;
}

/** A text of an event. */
export interface TextField {
  /** Names and numbers (from 0) from the event's data, joined by dots. */
  readonly name: string;
  /** A text; of evidence, any JSON value. */
  readonly value: unknown;
}

/** Gives what is to stand in place of a value. */
type Replace = (field: TextField) => unknown;

/** The texts of an event, those that were taken out among them, as their markers. Never throws. */
export function textFields(event: HasTexts): readonly TextField[] {
  const fields: TextField[] = [];
  withTexts(event, (field) => {
    fields.push(field);
    return field.value;
  });
  return fields;
}

/** Names of the texts that were taken out of an event. */
export function redactedFields(event: HasTexts): readonly string[] {
  return textFields(event).filter(({ value }) => isRedactedText(value)).map(({ name }) => name);
}

/** The data of an event with its texts replaced; the same object where none is. Never throws. */
export function withTexts({ type, data }: HasTexts, replace: Replace): object {
  let changed = data;
  for (const pattern of patternsOf(type)) {
    changed = mapped(changed, { pattern, path: [], replace }) as object;
  }
  return changed;
}

/** Whether a name given by a person means a field: the field itself, or all below it. */
export function meansField(given: string, { name }: Pick<TextField, "name">): boolean {
  return name === given || name.startsWith(`${given}.`);
}

function patternsOf(type: string): readonly Pattern[] {
  return Object.hasOwn(PLACES, type) ? PLACES[type as EventType] : [];
}

interface Walk {
  readonly pattern: Pattern;
  readonly path: readonly string[];
  readonly replace: Replace;
}

function mapped(value: unknown, { pattern, path, replace }: Walk): unknown {
  const [name, ...rest] = pattern;
  if (name === undefined) return replaced(value, path, replace);
  if (name === ANY_DEPTH) return deeply(value, path, replace);
  const isWanted = (key: string) => name === "*" || key === name;
  // The output of another kind of check is no text.
  if (name === "verification" && !isCommand(value)) return value;
  return mapEntries(
    value,
    (key, entry) =>
      isWanted(key) ? mapped(entry, { pattern: rest, path: [...path, key], replace }) : entry,
  );
}

function isCommand(value: unknown): boolean {
  return isRecord(value) && isRecord(value["verification"]) &&
    value["verification"]["type"] === "command";
}

function replaced(value: unknown, path: readonly string[], replace: Replace): unknown {
  const isText = typeof value === "string" && value !== "" ||
    path.at(-1) === "evidence" && value !== null && value !== undefined;
  return isText ? replace({ name: path.join("."), value }) : value;
}

/** Texts in fields with one of the known names, and in lists there; evidence as a whole. */
function deeply(value: unknown, path: readonly string[], replace: Replace): unknown {
  return mapEntries(value, (key, entry) => {
    const below = [...path, key];
    const name = below.findLast((part) => !/^\d+$/.test(part)) ?? "";
    if (key === "evidence" || typeof entry === "string" && TEXT_NAMES.has(name)) {
      return replaced(entry, below, replace);
    }
    return deeply(entry, below, replace);
  });
}

/** A list or map with its entries replaced; the same object where none is. */
function mapEntries(value: unknown, map: (key: string, entry: unknown) => unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  let changed = false;
  const entries = Object.entries(value).map(([key, entry]): [string, unknown] => {
    const mappedEntry = map(key, entry);
    changed ||= mappedEntry !== entry;
    return [key, mappedEntry];
  });
  if (!changed) return value;
  return Array.isArray(value) ? entries.map(([, entry]) => entry) : Object.fromEntries(entries);
}
