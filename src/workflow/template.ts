/**
 * `{{name}}` placeholders in verification paths and commands.
 *
 * Only settings of the workflow (and those replaced at start) are substituted: task, notes and
 * session facts reach a command through environment variables, never through its text. A
 * substituted value is not scanned again.
 *
 * With `format: 2`, `{{{{` stands for two braces, so that the templates of other programs can be
 * written: `docker inspect -f '{{{{end}}'`. Older files have no such sign.
 * @module
 */
import type { WorkflowDefinition } from "./definition.ts";

/** A placeholder: a word in double braces, white space around it allowed. */
const PLACEHOLDER = /\{\{\s*([\p{L}\p{N}_]+)\s*\}\}/gu;

/** The same, or four braces, which stand for two. */
const PLACEHOLDER_OR_BRACES = /\{\{\{\{|\{\{\s*([\p{L}\p{N}_]+)\s*\}\}/gu;

/** What a text is filled in from. */
export interface TemplateSource {
  readonly format?: WorkflowDefinition["format"] | undefined;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** The names of the placeholders in `text`, each once, in order of appearance. */
export function placeholderNames(
  text: string,
  { format }: Pick<TemplateSource, "format"> = {},
): readonly string[] {
  const names = [...text.matchAll(patternOf(format))].map(([, name]) => name);
  return [...new Set(names.filter((name) => name !== undefined))];
}

function patternOf(format: TemplateSource["format"]): RegExp {
  return format === 2 ? PLACEHOLDER_OR_BRACES : PLACEHOLDER;
}

/** {@link substitute} in a text of a definition. */
export function fillIn(
  text: string,
  { format, settings }: TemplateSource,
): { readonly text: string; readonly missing: readonly string[] } {
  return substitute(text, settings, patternOf(format));
}

/**
 * Replaces each `{{name}}` by the setting of that name: text as it is, numbers and booleans as YAML
 * writes them.
 *
 * @returns `text` with every known placeholder replaced, and in `missing` the names that have no
 * setting, or one that is null, a list or a map; those placeholders stay as they are.
 * @param pattern finds placeholders, with the name as its first group, and four braces; global.
 */
export function substitute(
  text: string,
  settings: Readonly<Record<string, unknown>>,
  pattern = PLACEHOLDER,
): { readonly text: string; readonly missing: readonly string[] } {
  const missing = new Set<string>();
  const replaced = text.replace(pattern, (placeholder, name: string | undefined) => {
    if (name === undefined) return "{{";
    const value = Object.hasOwn(settings, name) ? settings[name] : undefined;
    if (typeof value === "string") return value;
    if (typeof value === "number" || typeof value === "boolean") return String(value);
    missing.add(name);
    return placeholder;
  });
  return { text: replaced, missing: [...missing] };
}
