/**
 * Takes known secrets out of what people and programs say, before it becomes part of the journal.
 *
 * Only texts are touched: ids, hashes, times and the definition are what they are, or the journal
 * would not replay.
 * @module
 */
import type { NewEvent } from "../workflow/events.ts";
import { WORDS } from "../workflow/redacted.ts";

/** Fields that are taken as they are. */
const KEPT: ReadonlySet<string> = new Set(["definition"]);

/**
 * The events with `clean` applied to the texts in them; `redacted` of each names the fields in which
 * that changed something.
 */
export function scrubEvents(
  events: readonly NewEvent[],
  clean: (text: string) => string,
): readonly NewEvent[] {
  return events.map((event) => scrubEvent(event, clean));
}

function scrubEvent(event: NewEvent, clean: (text: string) => string): NewEvent {
  const redacted = new Set(event.data.redacted);
  const data = Object.entries(event.data).map(([name, value]) => {
    const scrubbed = scrub({ [name]: value }, (text) => {
      const cleaned = clean(text);
      if (cleaned !== text) redacted.add(name);
      return cleaned;
    }, false) as Readonly<Record<string, unknown>>;
    return [name, scrubbed[name]];
  });
  return {
    ...event,
    data: {
      ...Object.fromEntries(data),
      ...(redacted.size === 0 ? {} : { redacted: [...redacted] }),
    },
  } as NewEvent;
}

/** A value with `clean` applied to all texts in it. */
export function scrubWords(value: unknown, clean: (text: string) => string): unknown {
  return scrub(value, clean, true);
}

function scrub(value: unknown, clean: (text: string) => string, words: boolean): unknown {
  if (typeof value === "string") return words ? clean(value) : value;
  if (Array.isArray(value)) return value.map((entry) => scrub(entry, clean, words));
  if (typeof value !== "object" || value === null) return value;
  const entries = new Map<string, unknown>();
  for (const [key, entry] of Object.entries(value)) {
    const name = words ? freeName(clean(key), entries) : key;
    const kept = !words && KEPT.has(key);
    entries.set(name, kept ? entry : scrub(entry, clean, words || WORDS.has(key)));
  }
  return Object.fromEntries(entries);
}

/** Keys that differed in a secret only must not replace each other. */
function freeName(key: string, taken: ReadonlyMap<string, unknown>): string {
  let name = key;
  for (let number = 2; taken.has(name); number += 1) name = `${key} ${number}`;
  return name;
}
