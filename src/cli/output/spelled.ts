/**
 * Spelling out the characters that a reader does not see, or that do something to a terminal.
 *
 * Invisible characters have honest uses, and stay there: joiners in emoji and in scripts that join
 * letters, a variation selector behind what it selects a form of, accents behind a letter.
 * @module
 */

/**
 * Characters that are never drawn as themselves: controls (C0, C1, DEL), lone surrogates, whatever
 * Unicode says is ignored where it is not supported (joiners, direction marks and overrides,
 * isolates, variation selectors, tags, fillers), separators of lines and paragraphs, annotation
 * marks, what places hieroglyphs, non-characters, and the blank of Braille.
 */
const UNSEEN =
  "\\0-\\x1f\\x7f-\\x9f\\xad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200f" +
  "\\u2028-\\u202e\\u2060-\\u206f\\u2800\\u3164\\ud800-\\udfff\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\ufffb\\ufffe\\uffff" +
  "\\u{13430}-\\u{1343f}\\u{1bca0}-\\u{1bca3}\\u{1d173}-\\u{1d17a}\\u{e0000}-\\u{e0fff}";

/** Letters and marks of the scripts in which a joiner changes the form of its neighbours. */
const JOINING = "[" +
  [
    ..."Arabic Syriac Mandaic Nko Mongolian Phags_Pa Devanagari Bengali Gurmukhi Gujarati Oriya"
      .split(" "),
    ..."Tamil Telugu Kannada Malayalam Sinhala Khmer Myanmar Tibetan".split(" "),
  ].map((script) => `\\p{Script=${script}}`).join("") + "]";

/** More accents on one letter than any script has run over the lines around it. */
const MOST_MARKS = 8;

const PICTURE = "\\p{Extended_Pictographic}[\\ufe0e\\ufe0f]?\\p{Emoji_Modifier}?";

/** The tags behind a black flag that make it the flag of England, Scotland or Wales. */
const COUNTRIES = ["eng", "sct", "wls"].map((country) => `${tags(`gb${country}`)}\\u{e007f}`).join(
  "|",
);

/** Sequences with unseen characters that are drawn as one sign; the first that fits counts. */
const HONEST = [
  `\\u{1f3f4}(?:${COUNTRIES})`,
  `${PICTURE}(?:\\u200d${PICTURE})*`,
  // 1️⃣
  "[0-9#*]\\ufe0f?\\u20e3",
  "\\p{Script=Han}[\\ufe00-\\ufe02\\u{e0100}-\\u{e01ef}]",
  "[\\p{Script=Mongolian}&&\\p{L}][\\u180b-\\u180d\\u180f]",
  `(?<=${JOINING})[\\u200c\\u200d](?=${JOINING})`,
].join("|");

const MARK = `[\\p{M}--[${UNSEEN}]]`;

// Its tables are large: it is made where it is used, not at start.
let pattern: RegExp | undefined;

/** The text with everything spelled out that could not be seen or would do something. */
export function spelled(text: string): string {
  pattern ??= new RegExp(
    `(${HONEST})|[${UNSEEN}]|^${MARK}+|(?<=${MARK}{${MOST_MARKS}})${MARK}+`,
    "gv",
  );
  return text.replace(
    pattern,
    (found, honest: string | undefined) => honest ?? Array.from(found, spell).join(""),
  );
}

const SHORT: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function spell(character: string): string {
  return SHORT[character] ?? `\\u{${character.codePointAt(0)?.toString(16)}}`;
}

function tags(letters: string): string {
  return Array.from(letters, (letter) => `\\u{e00${letter.charCodeAt(0).toString(16)}}`).join("");
}
