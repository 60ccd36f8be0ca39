/**
 * Whether the entries of an item's `inputs` are globs.
 * @module
 */

/** Longer globs are none that a person wrote. */
const MOST_CHARACTERS = 1000;

/** Of `*` in one name, of `**`, and of `{`: with many of them, one comparison takes hours. */
const MOST_WILDCARDS = 4;

/** Why an entry of `inputs` is no glob, as a clause behind its name; undefined for one that is. */
export function inputProblem(glob: string): string | undefined {
  const text = inputPath(glob);
  if (text === "") return "is empty";
  if (glob.length > MOST_CHARACTERS) {
    return `is ${glob.length} characters long (limit ${MOST_CHARACTERS})`;
  }
  if (/^([/\\~]|[A-Za-z]:)/.test(text)) return "is not relative to the project root";
  if (text.includes("{{")) return "has a {{setting}}, which is not substituted in inputs";
  if (text.includes("\\")) return 'has a "\\": folders are separated by "/"';
  const names = text.split("/");
  const counts = [
    ...names.map((name) => name === "**" ? 0 : name.match(/\*+|\?/g)?.length ?? 0),
    names.filter((name) => name === "**").length,
    text.match(/\{/g)?.length ?? 0,
  ];
  if (Math.max(...counts) > MOST_WILDCARDS) return `has more than ${MOST_WILDCARDS} wildcards`;
  return undefined;
}

/** Without `!`, a leading `./` and a trailing `/`. */
export function inputPath(glob: string): string {
  return glob.replace(/^!/, "").replace(/^(\.\/)+/, "").replace(/\/+$/, "");
}
