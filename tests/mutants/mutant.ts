/**
 * A fault that is put into the code on purpose, and the test that must see it.
 * @module
 */

/** Which test, and how it is run. */
export interface Killer {
  /** The test's file, from the root of the repository. */
  readonly file: string;
  /** Part of the test's name, or `/a pattern/`. Default: all tests of the file. */
  readonly filter?: string;
  /** Variables for it. */
  readonly env?: Readonly<Record<string, string>>;
}

/** One fault. */
export interface Mutant {
  /** What the code does not do any more. Unique. */
  readonly name: string;
  /** The file it is put into, from the root of the repository. */
  readonly file: string;
  /** Text of that file that is there exactly once. */
  readonly search: string;
  /** What stands there instead. */
  readonly replace: string;
  /** The test that must fail. */
  readonly killedBy: Killer;
}

/**
 * The text with a mutant in it.
 * @throws Error when the text to replace is not there exactly once: the mutant does not apply any more.
 */
export function mutated(text: string, { name, file, search, replace }: Mutant): string {
  const found = text.split(search).length - 1;
  if (found !== 1) {
    throw new Error(
      `The mutant "${name}" no longer applies: ${file} contains its text ${found} times; ` +
        "rewrite it for the current code",
    );
  }
  return text.replace(search, () => replace);
}
