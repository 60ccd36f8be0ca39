/**
 * `{{name}}` placeholders in verification paths and commands.
 *
 * Only settings of the workflow (and those replaced at start) are substituted: task, notes and
 * session facts reach a command through environment variables, never through its text. A
 * substituted value is not scanned again.
 * @module
 */

/** A placeholder: a word in double braces, white space around it allowed. */
const PLACEHOLDER = /\{\{\s*([\p{L}\p{N}_]+)\s*\}\}/gu;

/** The names of the placeholders in `text`, each once, in order of appearance. */
export function placeholderNames(text: string): readonly string[] {
  return [...new Set([...text.matchAll(PLACEHOLDER)].map((match) => match[1] ?? ""))];
}

/**
 * Replaces each `{{name}}` by the setting of that name: text as it is, numbers and booleans as YAML
 * writes them.
 *
 * @returns `text` with every known placeholder replaced, and in `missing` the names that have no
 * setting, or one that is null, a list or a map; those placeholders stay as they are.
 * @param pattern finds placeholders, with the name as its first group; global.
 */
export function substitute(
  text: string,
  settings: Readonly<Record<string, unknown>>,
  pattern = PLACEHOLDER,
): { readonly text: string; readonly missing: readonly string[] } {
  const missing = new Set<string>();
  const replaced = text.replace(pattern, (placeholder, name: string) => {
    const value = Object.hasOwn(settings, name) ? settings[name] : undefined;
    if (typeof value === "string") return value;
    if (typeof value === "number" || typeof value === "boolean") return String(value);
    missing.add(name);
    return placeholder;
  });
  return { text: replaced, missing: [...missing] };
}
