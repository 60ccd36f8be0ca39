/**
 * Names of the state directory, made by the grammar that accepts them.
 * @module
 */
import fc from "fast-check";
import type { LayoutEntry } from "../../src/state_layout/entry.ts";
import { ANYWHERE, type Part, type PartName, PARTS } from "../../src/state_layout/grammar.ts";

/** Texts that a `<part>` accepts. */
export function partTexts(name: PartName): fc.Arbitrary<string> {
  const part: Part = PARTS[name];
  const pattern = new RegExp(`^(?:${part.pattern.source.replace(/^\^|\$$/g, "")})$`);
  const made = fc.stringMatching(pattern);
  // Names that people give have more in them than what a pattern shows most often.
  const texts = name === "name"
    ? fc.oneof(made, personNames())
    : name === "path"
    ? fc.oneof(made, fc.array(personNames(), { minLength: 1, maxLength: 4 }).map(joined))
    : made;
  return texts.filter((text) => part.accepts?.(text) ?? true);
}

/** Names that files have in real folders. */
function personNames(): fc.Arbitrary<string> {
  return fc.oneof(
    fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }),
    fc.constantFrom("Notes", "a b.md", ".hidden", "x.y.z", "ÄÖÜ", "日本.md", "-n", "~backup"),
    fc.string({ unit: fc.constantFrom("n"), minLength: 90, maxLength: 250 }),
  );
}

function joined(names: readonly string[]): string {
  return names.join("/");
}

/** Paths that fit a row. */
export function pathsOf(entry: LayoutEntry): fc.Arbitrary<string> {
  const pieces = entry.path.slice(entry.path.startsWith(ANYWHERE) ? ANYWHERE.length : 0)
    .split(/<([^>]+)>/);
  return fc.tuple(
    ...pieces.map((piece, index) =>
      index % 2 === 0 ? fc.constant(piece) : partTexts(piece as PartName)
    ),
  ).map((texts) => texts.join(""));
}
