/**
 * A snapshot without what redaction may change.
 * @module
 */
import { WORDS } from "../redacted.ts";
import type { Snapshot } from "../state.ts";

/** The JSON text of a snapshot without the texts of people and programs. */
export function structureOf({ status, phase, phases }: Snapshot): string {
  const parts = Object.entries(phases).map(([id, { items, ...state }]) => [
    id,
    withoutWords(state),
    Object.entries(items).map(([item, state]) => [item, withoutWords(state)]),
  ]);
  return JSON.stringify([status, phase, parts]);
}

function withoutWords(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutWords);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).filter(([key]) => !WORDS.has(key))
      .map(([key, inner]) => [key, withoutWords(inner)]),
  );
}
