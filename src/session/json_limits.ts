/**
 * Looking at JSON before it is parsed: text from elsewhere may be nested deeper than what walks over
 * values can stand.
 * @module
 */

/** Whether a JSON text is nested deeper than `depth` levels. What is no JSON may be called either. */
export function isNestedDeeper(text: string, depth: number): boolean {
  return opensMoreThan(text, depth) && depthOf(text, depth) > depth;
}

/** A quick look: most lines do not even have so many brackets, those in texts counted too. */
function opensMoreThan(text: string, most: number): boolean {
  let count = 0;
  for (const bracket of ["{", "["]) {
    for (let at = text.indexOf(bracket); at >= 0; at = text.indexOf(bracket, at + 1)) {
      count += 1;
      if (count > most) return true;
    }
  }
  return false;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING: ReadonlySet<number> = new Set([0x5b, 0x7b]);
const CLOSING: ReadonlySet<number> = new Set([0x5d, 0x7d]);

/**
 * Its nesting depth; stops as soon as it exceeds `enough`. Texts in it are jumped over: looking at each of
 * a few thousand characters takes longer than all else that is done with the line.
 */
function depthOf(text: string, enough: number): number {
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfText(text, at);
    } else if (OPENING.has(code)) {
      deepest = Math.max(deepest, ++depth);
      if (deepest > enough) return deepest;
    } else if (CLOSING.has(code)) {
      depth -= 1;
    }
  }
  return deepest;
}

/** Where the quote is that ends a text; the end of all where none does. */
function endOfText(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let before = at;
    while (text.charCodeAt(before - 1) === BACKSLASH) before -= 1;
    if ((at - before) % 2 === 0) return at;
  }
  return text.length;
}
