/**
 * Spelling out the characters that a reader does not see, or that do something to a terminal.
 *
 * Invisible characters have honest uses, and stay there: joiners in emoji and in scripts that join
 * letters, a variation selector behind what it selects a form of, accents behind a letter.
 * @module
 */

/** Anything but plain ASCII: only then is a look at each character worth its time. */
export const UNUSUAL = /[^\x20-\x7e]/;

/**
 * Any character that is not known to be harmless wherever it stands: whole blocks of letters, signs,
 * ideographs and pictures without a control, an invisible or a combining one are left out.
 */
export const TRICKY =
  /[^\x20-\x7e\xa0-\xac\xae-\u02ff\u0370-\u0482\u048a-\u0556\u1e00-\u1fff\u2010-\u2027\u2030-\u205f\u20a0-\u20cf\u2100-\u27ff\u2900-\u2bff\u3000-\u3029\u3030-\u3098\u309b-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff9f\ufffd\u{1f000}-\u{1faff}]/u;

/** More accents on one letter than any script has run over the lines around it. */
const MOST_MARKS = 8;

let pattern: RegExp | undefined;

/** The text with everything spelled out that could not be seen or would do something. */
export function spelled(text: string): string {
  // Its tables are large: it is made where it is used, not at start.
  pattern ??= makePattern();
  return text.replace(
    pattern,
    (found, honest: string | undefined) => honest ?? Array.from(found, spell).join(""),
  );
}

const SHORT: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function spell(character: string): string {
  return SHORT[character] ?? `\\u{${character.codePointAt(0)?.toString(16)}}`;
}

/** Finds honest sequences, in its first group, and what is to be spelled out. */
function makePattern(): RegExp {
  // Never drawn as themselves: controls (C0, C1, DEL), lone surrogates, whatever Unicode says is
  // ignored where it is not supported (joiners, direction marks and overrides, isolates, variation
  // selectors, tags, fillers), separators of lines and paragraphs, annotation marks, what places
  // hieroglyphs, non-characters, and the blank of Braille.
  const unseen =
    "\\0-\\x1f\\x7f-\\x9f\\xad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u200b-\\u200f" +
    "\\u2028-\\u202e\\u2060-\\u206f\\u2800\\u3164\\ud800-\\udfff\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\ufffb\\ufffe\\uffff" +
    "\\u{13430}-\\u{1343f}\\u{1bca0}-\\u{1bca3}\\u{1d173}-\\u{1d17a}\\u{e0000}-\\u{e0fff}";
  // Scripts in which a joiner changes the form of its neighbours.
  const scripts = "Arabic Syriac Mandaic Nko Mongolian Phags_Pa Devanagari Bengali Gurmukhi " +
    "Gujarati Oriya Tamil Telugu Kannada Malayalam Sinhala Khmer Myanmar Tibetan";
  const joining = `[${scripts.split(" ").map((script) => `\\p{Script=${script}}`).join("")}]`;
  const picture = "\\p{Extended_Pictographic}[\\ufe0e\\ufe0f]?\\p{Emoji_Modifier}?";
  const honest = [
    // The flags of England, Scotland and Wales.
    `\\u{1f3f4}(?:${["gbeng", "gbsct", "gbwls"].map(tags).join("|")})`,
    `${picture}(?:\\u200d${picture})*`,
    // 1️⃣
    "[0-9#*]\\ufe0f?\\u20e3",
    "\\p{Script=Han}[\\ufe00-\\ufe02\\u{e0100}-\\u{e01ef}]",
    "[\\p{Script=Mongolian}&&\\p{L}][\\u180b-\\u180d\\u180f]",
    `(?<=${joining})[\\u200c\\u200d](?=${joining})`,
  ].join("|");
  const mark = `[\\p{M}--[${unseen}]]`;
  return new RegExp(
    `(${honest})|[${unseen}]|^${mark}+|(?<=${mark}{${MOST_MARKS}})${mark}+`,
    "gv",
  );
}

/** Letters as the tags behind a flag. */
function tags(letters: string): string {
  const codes = Array.from(letters, (letter) => letter.charCodeAt(0).toString(16));
  return `${codes.map((code) => `\\u{e00${code}}`).join("")}\\u{e007f}`;
}
