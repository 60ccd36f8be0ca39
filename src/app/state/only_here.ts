/**
 * How much of a session the server does not have, in words.
 * @module
 */

/** As in `3 events only on this machine`. */
export function onlyHere(events: number): string {
  return `${events === 1 ? "1 event" : `${events} events`} only on this machine`;
}
