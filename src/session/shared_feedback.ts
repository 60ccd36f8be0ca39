/**
 * What leaves this machine of a feedback record: what a list of allowed fields names, and nothing else.
 *
 * A record is built from known fields of known forms: an unknown field stays here. Its id is a hash over
 * the session's lineage and the whole entry: the same on every machine that has the session, and without
 * the session no way to guess what was left out.
 * @module
 */
import { sha256Hex } from "../platform/hash.ts";
import { isRecord } from "../workflow/record.ts";
import type { FeedbackKind } from "./feedback.ts";

/** A part of a record that may be allowed. */
export type SharedField = "day" | "author" | "numbers" | "text";

/** A record as it is sent. */
export interface SharedRecord {
  readonly v: 1;
  /** 32 hex digits. */
  readonly id: string;
  readonly kind: FeedbackKind;
  /** `2026-11-27`. */
  readonly day?: string;
  /** `person`, `ci`, or the product name of the agent. */
  readonly author?: string;
  /** What the old tool counted. */
  readonly numbers?: Readonly<Record<string, number>>;
  readonly text?: string;
}

/** What decides what is sent of a record. */
export interface Sharing {
  /** Of the session. */
  readonly lineage: string;
  readonly kind: FeedbackKind;
  readonly fields: readonly SharedField[];
  /** The product names that may be said; a name that a person has made up is `agent`. */
  readonly agents: readonly string[];
  /** Takes secrets and what names this machine out of a text. */
  readonly clean: (text: string) => string;
}

/** Fields of the old tool's records that are numbers, or yes and no. */
const NUMBERS = [
  "duration_seconds",
  "errors_count",
  "items_skipped_count",
  "parallel_agents_used",
  "reviews_performed",
] as const;

/** Fields of the old tool's records that people and agents have written. */
const TEXTS = ["learnings", "challenges", "what_went_well", "improvements"] as const;

/** Enough that no two records have the same by accident. */
const DIGITS = 32;

/** What is sent of an entry. */
export function sharedRecord(
  entry: Readonly<Record<string, unknown>>,
  { lineage, kind, fields, agents, clean }: Sharing,
): SharedRecord {
  const id = sha256Hex(`feedback\0${lineage}\0${kind}\0${JSON.stringify(entry)}`).slice(0, DIGITS);
  const allowed = <Value>(field: SharedField, value: Value | undefined) =>
    value !== undefined && fields.includes(field) ? { [field]: value } : {};
  const text = textOf(entry);
  return {
    v: 1,
    id,
    kind,
    ...allowed("day", dayOf(entry)),
    ...allowed("author", authorOf(entry, agents)),
    ...allowed("numbers", numbersOf(entry)),
    ...allowed("text", text === undefined ? undefined : clean(text)),
  };
}

function dayOf(entry: Readonly<Record<string, unknown>>): string | undefined {
  const stamp = String(entry["time"] ?? entry["timestamp"] ?? "");
  // The old tool's times have no zone, or `+00:00`.
  const time = /^\d{4}-\d{2}-\d{2}T/.test(stamp) ? Date.parse(stamp) : NaN;
  return Number.isNaN(time) ? undefined : new Date(time).toISOString().slice(0, 10);
}

function authorOf(
  { actor }: Readonly<Record<string, unknown>>,
  agents: readonly string[],
): string | undefined {
  if (!isRecord(actor)) return undefined;
  const { kind, agent } = actor;
  if (kind === "person" || kind === "ci") return kind;
  if (kind !== "agent") return undefined;
  return agents.find((name) => name === agent) ?? "agent";
}

function numbersOf(
  entry: Readonly<Record<string, unknown>>,
): Readonly<Record<string, number>> | undefined {
  const found = NUMBERS.flatMap((name): [string, number][] => {
    const value = entry[name];
    const number = typeof value === "boolean" ? Number(value) : value;
    return typeof number === "number" && Number.isFinite(number) ? [[name, number]] : [];
  });
  return found.length === 0 ? undefined : Object.fromEntries(found);
}

function textOf(entry: Readonly<Record<string, unknown>>): string | undefined {
  const { text } = entry;
  if (typeof text === "string") return text;
  const said = TEXTS.flatMap((name) => {
    const value = entry[name];
    return typeof value === "string" && value.trim() !== "" ? [`${name}: ${value}`] : [];
  });
  return said.length === 0 ? undefined : said.join("\n");
}
