/**
 * Lines from which texts were taken out, and lines from before audits: what they do not record is
 * replaced, before they are decided again, by something that every rule accepts.
 *
 * In lines from before audits secrets were removed after the rules had been applied, so that a text may have become too short or
 * too long; and the evidence of a failed attempt was not recorded, nor the basis of an outcome.
 * @module
 */
import { own } from "../record.ts";
import type { NewEvent, SessionEvent } from "../events.ts";
import { exampleEvidence } from "../evidence.ts";
import type { EvidenceSchemaName } from "../definition.ts";
import { isRedacted } from "../redacted.ts";
import { isRedactedText } from "../redacted_text.ts";
import type { SessionState } from "../state.ts";

/** Long enough for every rule, short enough for a name, on one line. */
const ANY_TEXT = "Secrets were removed from this text, so its length and words cannot be judged";

/** Fields with one text or a list of texts. */
const TEXTS = ["notes", "reason", "text", "name", "message", "decisions", "files"] as const;

/** An event that can be decided, and what in it is not what was recorded. */
export interface StoodIn {
  readonly event: NewEvent;
  /** Names of the fields of its data. */
  readonly fields: readonly string[];
}

/** The event with stand-ins where something is missing. @param state the state before it. */
export function withStandIns(event: SessionEvent, state: SessionState): StoodIn {
  const data = event.data as Readonly<Record<string, unknown>>;
  const older = event.rules === undefined;
  const isGone = (value: unknown) =>
    event.original !== undefined && hasMarker(value) || older && isRedacted(value);
  const outcome = older && (event.type === "item_completed" || event.type === "item_failed");
  if (!outcome && !isGone(data)) return { event, fields: [] };
  const replaced: Record<string, unknown> = {};
  for (const name of TEXTS) {
    const value = own(data, name);
    if (!isGone(value)) continue;
    replaced[name] = Array.isArray(value)
      ? value.map((entry) => isGone(entry) ? ANY_TEXT : entry)
      : ANY_TEXT;
  }
  const evidence = own(data, "evidence");
  const missing = older && event.type === "item_failed" && evidence === undefined;
  if (missing || isGone(evidence)) {
    const item = itemOf(state, data);
    if (!missing || item?.step_type === "documented") {
      replaced["evidence"] = anyEvidence(item?.evidence_schema);
    }
  }
  const fields = Object.keys(replaced);
  if (outcome && own(data, "basis") === undefined) fields.push("basis");
  if (Object.keys(replaced).length === 0) return { event, fields };
  return { event: { ...event, data: { ...data, ...replaced } } as NewEvent, fields };
}

/** Whether a value has a marker, at any depth. */
function hasMarker(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return isRedactedText(value);
  return Object.values(value).some(hasMarker);
}

function itemOf({ definition }: SessionState, data: Readonly<Record<string, unknown>>) {
  return definition.phases.find((phase) => phase.id === data["phase"])
    ?.items.find((item) => item.id === data["item"]);
}

/** What `decide()` made of a stand-in, with what was recorded in its place. */
export function withRecorded(
  decided: NewEvent,
  recorded: NewEvent,
  fields: readonly string[],
): Readonly<Record<string, unknown>> {
  if (fields.length === 0) return decided.data as unknown as Readonly<Record<string, unknown>>;
  const data: Record<string, unknown> = { ...decided.data };
  const known = recorded.data as Readonly<Record<string, unknown>>;
  for (const name of fields) {
    if (Object.hasOwn(known, name)) data[name] = known[name];
    else delete data[name];
  }
  return data;
}

/** Evidence that every rule accepts, in place of what cannot be judged. */
export function anyEvidence(schema: EvidenceSchemaName | undefined): unknown {
  return JSON.parse(
    exampleEvidence(schema),
    (_, value) => typeof value === "string" ? `${value}, or another` : value,
  );
}
