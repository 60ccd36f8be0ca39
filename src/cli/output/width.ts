/**
 * How many columns of a terminal text takes: a wide character two, a combining one none, a sequence
 * that is drawn as one sign (a flag, a keycap, a family) two.
 * @module
 */
import { TRICKY, UNUSUAL } from "./spelled.ts";

/** Columns that text takes; colour codes take none. */
export function visibleLength(text: string): number {
  return UNUSUAL.test(text) ? unusualLength(text) : text.length;
}

function unusualLength(text: string): number {
  // deno-lint-ignore no-control-regex
  const bare = text.replace(/\x1b\[[\d;]*m/g, "");
  let width = 0;
  for (const sign of signs(bare)) width += widthOf(sign);
  return width;
}

/** The longest beginning of `text`, which holds no colour codes, that fits into `width` columns. */
export function fitting(text: string, width: number): string {
  if (!UNUSUAL.test(text)) return text.slice(0, width);
  let used = 0;
  let end = 0;
  for (const sign of signs(text)) {
    used += widthOf(sign);
    if (used > width) break;
    end += sign.length;
  }
  return text.slice(0, end);
}

/** What is drawn as one: characters, or clusters of them where some may combine. */
function signs(text: string): Iterable<string> {
  return TRICKY.test(text) || PARTS.test(text) ? clusters(text) : text;
}

/** Letters of flags and colours of skin. */
const PARTS = /[\u{1f1e6}-\u{1f1ff}\u{1f3fb}-\u{1f3ff}]/u;

let segmenter: Intl.Segmenter | undefined;

function* clusters(text: string): Generator<string> {
  segmenter ??= new Intl.Segmenter("en", { granularity: "grapheme" });
  for (const { segment } of segmenter.segment(text)) yield segment;
}

function widthOf(sign: string): number {
  if (!UNUSUAL.test(sign)) return sign.length;
  const [first = ""] = sign;
  if (first !== sign && isEmoji(sign)) return 2;
  if (hasNoWidth(first)) return 0;
  return (isWide(first) ? 2 : 1) + (first === sign ? 0 : voicings(sign));
}

/** Half-width voicing marks have a column of their own, although they belong to the letter before. */
function voicings(sign: string): number {
  return sign.match(/[\uff9e\uff9f]/g)?.length ?? 0;
}

// The tables behind these classes are large: they are made where they are used, not at start. The next
// one must not be a literal, either: with it in this module, every command takes 2.5 ms longer to start.

let withoutWidth: RegExp | undefined;

/**
 * Whether a cluster is drawn as an emoji although its first character alone is not: by the selector
 * behind it, or with a colour of skin. `\p{RGI_Emoji}` knows every sequence, and its first use takes 13 ms
 * of the processor.
 */
function isEmoji(sign: string): boolean {
  return /^(?:\p{Emoji}\ufe0f|\p{Emoji_Modifier_Base}\p{Emoji_Modifier})/u.test(sign);
}

/**
 * Whether it is drawn over the character before, or not at all: accents, joiners, fillers. Signs that
 * enclose the number behind them are format characters that can be seen.
 */
function hasNoWidth(character: string): boolean {
  withoutWidth ??= new RegExp(
    String
      .raw`[\p{Mn}\p{Me}\p{DI}[\p{Cf}--[\u0600-\u0605\u06dd\u0890\u0891\u08e2\u{110bd}\u{110cd}]]]`,
    "v",
  );
  return withoutWidth.test(character);
}

/** Whether it is two columns wide: classes W and F of UAX #11, with what is not assigned between. */
function isWide(character: string): boolean {
  return /[\u1100-\u115e\u2329\u232a\u2630-\u2637\u268a-\u268f\u2e80-\u303e\u3041-\u3247\u3250-\ua4c6\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe6b\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{1b2fb}\u{1d300}-\u{1d376}\u{1f200}-\u{1f265}\u{20000}-\u{3fffd}\p{Emoji_Presentation}]/u
    .test(character);
}
