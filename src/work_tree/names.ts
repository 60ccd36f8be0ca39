/**
 * Names of files as texts, and back as the bytes that the file system has: most are UTF-8, and git allows
 * any others.
 * @module
 */

/** Stands before the two hexadecimal digits of a byte that is no part of a character. */
const MARK = "\uFFFD";

/** One character a byte: those of a character in UTF-8 (RFC 3629, section 4), or one of no character. */
const PIECES = new RegExp(
  [
    "[\\x00-\\x7f]+",
    "[\\xc2-\\xdf][\\x80-\\xbf]",
    "\\xe0[\\xa0-\\xbf][\\x80-\\xbf]",
    "\\xed[\\x80-\\x9f][\\x80-\\xbf]",
    "[\\xe1-\\xec\\xee\\xef][\\x80-\\xbf]{2}",
    "\\xf0[\\x90-\\xbf][\\x80-\\xbf]{2}",
    "[\\xf1-\\xf3][\\x80-\\xbf]{3}",
    "\\xf4[\\x80-\\x8f][\\x80-\\xbf]{2}",
    "[\\x80-\\xff]",
  ].join("|"),
  "g",
);

const ESCAPED = /\uFFFD([0-9A-F]{2})/g;

/**
 * Names as a text. A byte that is no part of UTF-8 becomes `\uFFFD` and two digits, and the bytes of a
 * `\uFFFD` do too: two names never become one.
 */
export function namesAsText(bytes: Uint8Array): string {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    if (!text.includes(MARK)) return text;
  } catch {
    // Piece by piece.
  }
  return Buffer.from(bytes).toString("latin1").replace(PIECES, (piece) => {
    const text = Buffer.from(piece, "latin1").toString("utf8");
    return text.includes(MARK) ? [...piece].map(escaped).join("") : text;
  });
}

function escaped(byte: string): string {
  return `${MARK}${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
}

/** The bytes that {@link namesAsText} was given. */
export function textAsNames(text: string): Buffer {
  if (!hasOddBytes(text)) return Buffer.from(text, "utf8");
  const latin1 = text.split(ESCAPED).map((part, index) =>
    index % 2 === 1
      ? String.fromCharCode(Number.parseInt(part, 16))
      : Buffer.from(part, "utf8").toString("latin1")
  );
  return Buffer.from(latin1.join(""), "latin1");
}

/** Whether a name has bytes that only git can be given: the engines take paths in UTF-8. */
export function hasOddBytes(text: string): boolean {
  return text.includes(MARK);
}
