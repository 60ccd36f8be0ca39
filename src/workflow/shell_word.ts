/**
 * Words of command lines that are printed.
 * @module
 */

/** A word as a POSIX shell takes it for one word: quoted where it needs to be. */
export function shellWord(word: string): string {
  if (/^[\w./:@%+,=-]+$/.test(word)) return word;
  return /^<[\w ]+>$/.test(word) ? `"${word}"` : `'${word.replaceAll("'", `'\\''`)}'`;
}
