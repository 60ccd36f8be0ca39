/**
 * Takes known secrets out of what people and programs say, before it becomes part of the journal.
 *
 * Only texts are touched: ids, hashes, times and the definition are what they are, or the journal
 * would not replay.
 * @module
 */
import type { NewEvent } from "../workflow/events.ts";

/** Fields with texts, at any depth, that come from people or from a program's output. */
const WORDS: ReadonlySet<string> = new Set([
  "task",
  "name",
  "project",
  "constraints",
  "notes",
  "text",
  "reason",
  "skipReason",
  "abandonReason",
  "endNotes",
  "message",
  "decisions",
  "files",
  "evidence",
  "outputTail",
  "history",
  "legacy",
]);

/** Fields that are taken as they are. */
const KEPT: ReadonlySet<string> = new Set(["definition"]);

/** The events with `clean` applied to the texts in them. */
export function scrubEvents(
  events: readonly NewEvent[],
  clean: (text: string) => string,
): readonly NewEvent[] {
  return events.map((event) => ({ ...event, data: scrub(event.data, clean, false) }) as NewEvent);
}

/** A value with `clean` applied to all texts in it. */
export function scrubWords(value: unknown, clean: (text: string) => string): unknown {
  return scrub(value, clean, true);
}

function scrub(value: unknown, clean: (text: string) => string, words: boolean): unknown {
  if (typeof value === "string") return words ? clean(value) : value;
  if (Array.isArray(value)) return value.map((entry) => scrub(entry, clean, words));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [
      key,
      !words && KEPT.has(key) ? entry : scrub(entry, clean, words || WORDS.has(key)),
    ]),
  );
}
