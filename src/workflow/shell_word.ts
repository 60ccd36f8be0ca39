/**
 * Words of command lines that are printed.
 * @module
 */

/** What needs no quotes. `=` at the beginning is a path to some shells. */
const PLAIN = /^[\w./:@%+,-][\w./:@%+=,-]*$/;

/** What a person has to fill in, e.g. `<json>`: in quotes, so that no shell takes it for a redirection. */
export const PLACEHOLDER = /^<[A-Za-z][\w -]*>$/;

/** A word as a POSIX shell takes it for one word: quoted where it needs to be. */
export function shellWord(word: string): string {
  if (PLAIN.test(word)) return word;
  return PLACEHOLDER.test(word) ? `"${word}"` : `'${word.replaceAll("'", `'\\''`)}'`;
}
