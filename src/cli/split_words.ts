/**
 * Splits the words of a command line into options, their values and the other words, by the usual
 * rules: `-q`, `-qs NAME`, `-sNAME`, `--session NAME`, `--session=NAME`, and `--`, behind which nothing
 * is an option. The answer is that of `node:util`'s `parseArgs`, without the time that loading that
 * module takes; `tests/property/split_words_test.ts` compares the two.
 * @module
 */
import type { OptionSpec } from "./command.ts";

/** An option as it was written. */
export interface WrittenOption {
  readonly kind: "option";
  /** Its long name; where no option is called so, what was written without its dashes. */
  readonly name: string;
  /** With its dashes. */
  readonly written: string;
  /** Absent when none was given. */
  readonly value?: string;
  /** Whether the value is a word of its own: `--session NAME`. */
  readonly apart: boolean;
}

/** A part of a command line. */
export type Part = WrittenOption | { readonly kind: "positional"; readonly value: string };

/** What is known of an option. */
export type KnownOption = Pick<OptionSpec, "name" | "short" | "value">;

/** The parts of `words`, in their order. An option that is not among `known` is a switch. */
export function splitWords(
  words: readonly string[],
  known: readonly KnownOption[],
): readonly Part[] {
  const parts: Part[] = [];
  const rest = [...words];
  const takesValue = (name: string) => known.find((row) => row.name === name)?.value !== undefined;
  const nameOf = (letter: string) => known.find((row) => row.short === letter)?.name ?? letter;
  const inline = (name: string, written: string, value: string) =>
    parts.push({ kind: "option", name, written, value, apart: false });
  const alone = (name: string, written: string) => {
    const value = takesValue(name) ? rest.shift() : undefined;
    const given = value === undefined ? { apart: false } : { value, apart: true };
    parts.push({ kind: "option", name, written, ...given });
  };
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const letter = word.charAt(1);
    if (word === "--") {
      for (const value of rest) parts.push({ kind: "positional", value });
      break;
    } else if (word === "-" || !word.startsWith("-")) {
      parts.push({ kind: "positional", value: word });
    } else if (letter === "-") {
      const equals = word.indexOf("=");
      if (!word.includes("=", 3)) alone(word.slice(2), word);
      else inline(word.slice(2, equals), word.slice(0, equals), word.slice(equals + 1));
    } else if (word.length === 2) {
      alone(nameOf(letter), word);
    } else if (takesValue(nameOf(letter))) {
      inline(nameOf(letter), word.slice(0, 2), word.slice(2));
    } else {
      // `-qvsNAME` is `-q -v -sNAME`.
      const letters = word.slice(1).split("");
      const last = letters.findIndex((one) => takesValue(nameOf(one)));
      const switches = last < 0 ? letters : letters.slice(0, last);
      rest.unshift(...switches.map((one) => `-${one}`));
      if (last >= 0) rest.splice(switches.length, 0, `-${word.slice(last + 1)}`);
    }
  }
  return parts;
}

/** Whether a whole word is this option: `--json`, `-q`. */
export function isSpelling(word: string, { name, short }: KnownOption): boolean {
  return word === `--${name}` || word === `-${short}`;
}
