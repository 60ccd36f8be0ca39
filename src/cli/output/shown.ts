/**
 * What may be printed: our own words, and text of others after {@link shown} has made it harmless.
 *
 * `Shown` is a string that only the functions of this folder make, so the type checker finds every
 * place that prints what somebody else wrote: a file's content, a name, an argument, a message.
 *
 * ```ts
 * say`Completed ${style.bold(shown(item))}: ${num(done)} of ${num(total)}`
 * ```
 * Nothing is trusted because of its type: what was read from a file may be anything, whatever its
 * type says. So numbers go through {@link num}, and only single literals count as own words.
 * @module
 */
import { spelled } from "./spelled.ts";

declare const SHOWN: unique symbol;

/** Text that may be printed as it is. */
export type Shown = string & { readonly [SHOWN]: true };

/**
 * Any character that is not known to be harmless wherever it stands: whole blocks of letters, signs,
 * ideographs and pictures without a control, an invisible or a combining one are left out.
 */
export const TRICKY =
  /[^\x20-\x7e\xa0-\xac\xae-\u02ff\u0370-\u0482\u048a-\u0556\u1e00-\u1fff\u2010-\u2027\u2030-\u205f\u20a0-\u20cf\u2100-\u27ff\u2900-\u2bff\u3000-\u3029\u3030-\u3098\u309b-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff9f\ufffd\u{1f000}-\u{1faff}]/u;

/**
 * Text of others as part of a line. What controls a terminal, turns the direction of reading or
 * cannot be seen is spelled out, e.g. `\n`, `\u{1b}`, `\u{202e}`; letters of all scripts, accents
 * and emoji stay.
 */
export function shown(text: string): Shown {
  return (TRICKY.test(text) ? spelled(text) : text) as Shown;
}

/** Our own words, and what may stand between them. */
export function say(words: TemplateStringsArray, ...values: readonly Shown[]): Shown {
  let text = words[0] ?? "";
  for (let index = 0; index < values.length; index++) text += `${values[index]}${words[index + 1]}`;
  return text as Shown;
}

/** A number; `?` for what is none, whatever its type says. */
export function num(value: number): Shown {
  return (typeof value === "number" ? String(value) : "?") as Shown;
}

/** Parts with the same words between them. */
export function joined(parts: readonly Shown[], between: Shown): Shown {
  return parts.join(between) as Shown;
}

/** Parts below each other. */
export function lines(parts: readonly Shown[]): Shown {
  return parts.join("\n") as Shown;
}

/** A literal; `never` for every other string, and for one of several literals: that may come from a file. */
type Literal<Text extends string, Whole = Text> = Text extends string
  ? Record<never, never> extends Record<Text, true> ? never : [Whole] extends [Text] ? Text : never
  : never;

/** A table of our own words: each value must be a literal. */
export function words<const Table extends Readonly<Record<string, string>>>(
  table:
    & Table
    & { readonly [Key in keyof Table]: Table[Key] extends string ? Literal<Table[Key]> : never },
): { readonly [Key in keyof Table]: Shown };
export function words(table: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return table;
}

/**
 * What a program on the other side of a pipe must get byte for byte, e.g. a secret that a script asks
 * for. Never for a person: a terminal gets {@link shown}.
 */
export function exact(text: string): Shown {
  return text as Shown;
}
