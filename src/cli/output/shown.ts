/**
 * What may be printed: our own words, and text of others after {@link shown} has made it harmless.
 *
 * `Shown` is a string that only the functions of this folder make, so the type checker finds every
 * place that prints a text from elsewhere: a file's content, a name, an argument, a message.
 *
 * ```ts
 * say`Completed ${style.bold(shown(item))}: ${num(done)} of ${num(total)}`
 * ```
 * Nothing is trusted because of its type: what was read from a file may be anything, whatever its
 * type says. So numbers go through {@link num}, and only single literals count as own words.
 * @module
 */
import { spelled, TRICKY, UNUSUAL } from "./spelled.ts";

declare const SHOWN: unique symbol;

/** Text that may be printed as it is. */
export type Shown = string & { readonly [SHOWN]: true };

/**
 * Text of others as part of a line. What controls a terminal, turns the direction of reading or
 * cannot be seen is spelled out, e.g. `\n`, `\u{1b}`, `\u{202e}`; letters of all scripts, accents
 * and emoji stay.
 */
export function shown(text: string): Shown {
  return (UNUSUAL.test(text) && TRICKY.test(text) ? spelled(text) : text) as Shown;
}

/** Our own words, and what may stand between them. */
export function say(words: TemplateStringsArray, ...values: readonly Shown[]): Shown {
  let text = words[0] ?? "";
  for (let index = 0; index < values.length; index++) text += `${values[index]}${words[index + 1]}`;
  return text as Shown;
}

/** A literal; `never` for every other string, and for one of several literals: that may come from a file. */
type Literal<Text extends string, Whole = Text> = Text extends string
  ? Record<never, never> extends Record<Text, true> ? never : [Whole] extends [Text] ? Text : never
  : never;

/** A part of a line: our own words, or what may be printed. */
type Part<Text extends string> = Text extends Shown ? Text : Literal<Text>;

declare global {
  interface String {
    /** Our own words, and what may be printed, behind what may be printed: see {@link OWN}. */
    concat<
      First extends string,
      Second extends string = "",
      Third extends string = "",
      Fourth extends string = "",
      Fifth extends string = "",
      Sixth extends string = "",
      Seventh extends string = "",
    >(
      this: Shown,
      first: Part<First>,
      second?: Part<Second>,
      third?: Part<Third>,
      fourth?: Part<Fourth>,
      fifth?: Part<Fifth>,
      sixth?: Part<Sixth>,
      seventh?: Part<Seventh>,
    ): Shown;
  }
}

/**
 * Begins a line as {@link say} makes it, on the screen of `status` and what else is hot:
 * `` OWN.concat("session ", id) ``. An engine makes an object for each template that it meets and
 * compiles a function that is called 35 times; this is its own function, and only its type is ours.
 */
export const OWN = "" as Shown;

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
