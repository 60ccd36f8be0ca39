/**
 * Events that were recorded once, in words.
 * @module
 */

/**
 * The events that a journal does not hold any more.
 * @param known number of the last one that was there.
 * @param found how many the journal holds.
 */
export function lostEvents(known: number, found: number): string {
  if (known <= found) return `event ${known} as it was`;
  return known === found + 1 ? `event ${known}` : `events ${found + 1} to ${known}`;
}
