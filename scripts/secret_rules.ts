/**
 * `deno run -A scripts/secret_rules.ts <gitleaks.toml>`: takes the rules of gitleaks that know a secret
 * by its own shape, bounds each of them, and writes them to `src/secrets/key_shapes.ts`.
 *
 * A rule that needs a word around the secret (`adobe … = <32 hex digits>`) is left out: names in front
 * of values are judged by `src/secrets/assignments.ts`, for all of them.
 * @module
 */
import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";

/** The most characters that an open-ended part of a rule takes. */
export const MOST = 1000;

/** The fewest characters that a rule's fixed beginning has: less would look at every word. */
const SHORTEST_PREFIX = 2;

/** A rule, ready to be used. */
export interface Converted {
  readonly id: string;
  /** The fixed beginnings, in lower case. */
  readonly prefixes: readonly string[];
  /** What the whole secret is like. */
  readonly source: string;
}

/** The rules of a file that can be used, and the ids of the others. */
export function convertRules(toml: string): {
  readonly used: readonly Converted[];
  readonly left: readonly string[];
} {
  const used: Converted[] = [];
  const left: string[] = [];
  for (const rule of toml.split(/^\[\[rules\]\]$/m).slice(1)) {
    const id = /^id = "([^"]+)"/m.exec(rule)?.[1] ?? "";
    const regex = /^regex = '''(.*)'''$/m.exec(rule)?.[1];
    const converted = regex === undefined ? null : convert(id, regex);
    if (converted === null) left.push(id);
    else used.push(converted);
  }
  return { used, left };
}

/** What gitleaks puts behind a secret: it is context, and may be missing at a cut. */
const CONTEXT = String.raw`(?:[\x60'"\s;]|\\[nr]|$)`;

function convert(id: string, regex: string): Converted | null {
  let body = regex.endsWith(CONTEXT) ? regex.slice(0, -CONTEXT.length) : regex;
  body = body.replace(/^\(\?i\)/, "(?i)").replace(/^((?:\(\?i\))?)\\b/, "$1").replace(/\\b$/, "");
  if (/^\(\?i\)\[\\w\.-\]\{0,50\}|BEGIN|\\b|[\^$]|\(\?<|\\S|\(\?:https/.test(body)) return null;
  const expanded = withoutFlags(body);
  if (expanded === null) return null;
  const source = bounded(expanded.replace(/\((?!\?)/g, "(?:"));
  const prefixes = prefixesOf(source);
  if (prefixes === null || prefixes.some((prefix) => prefix.length < SHORTEST_PREFIX)) return null;
  try {
    new RegExp(source, "y");
  } catch {
    return null;
  }
  return { id, prefixes, source };
}

/** Spells out what `(?i)` means, from where it stands on; null for other flags. */
function withoutFlags(body: string): string | null {
  const at = body.indexOf("(?i)");
  if (/\(\?-?[a-z]+[:)]/.test(body.replaceAll("(?i)", ""))) return null;
  if (at < 0) return body;
  const rest = body.slice(at + "(?i)".length).replaceAll("(?i)", "");
  const spelled = rest.replace(/\\.|\[(?:\\.|[^\]])*\]|\{[^}]*\}|[a-z]/gi, (token) => {
    if (token.startsWith("\\") || token.startsWith("{")) return token;
    if (!token.startsWith("[")) return `[${token.toUpperCase()}${token.toLowerCase()}]`;
    const ranges = [...token.matchAll(/(?<!\\)([a-z])-([a-z])/gi)];
    const more = ranges.map(([, from = "", to = ""]) => {
      const other = from === from.toLowerCase() ? from.toUpperCase() : from.toLowerCase();
      return `${other}-${to === to.toLowerCase() ? to.toUpperCase() : to.toLowerCase()}`;
    }).filter((range) => !token.includes(range));
    return token.slice(0, -1) + [...new Set(more)].join("") + "]";
  });
  return body.slice(0, at) + spelled;
}

/** Gives every open-ended quantifier an end, and makes it greedy. */
function bounded(source: string): string {
  return source.replace(
    /\\.|\[(?:\\.|[^\]])*\]|\{(\d+),\}\??|([*+])\??|\{(\d+),(\d+)\}\?/g,
    (token, ...groups: readonly (string | undefined)[]) => {
      const [least, sign, from, to] = groups;
      if (least !== undefined) return `{${least},${Math.max(MOST, Number(least))}}`;
      if (sign !== undefined) return `{${sign === "+" ? 1 : 0},${MOST}}`;
      return from === undefined ? token : `{${from},${to}}`;
    },
  );
}

/** The fixed texts that a source can begin with, in lower case; null where it does not say. */
export function prefixesOf(source: string): readonly string[] | null {
  const group = /^\(\?:((?:[^()[\]\\|]|\\.|\[[^\]]*\]|\{[^}]*\}|\((?:[^()]|\([^()]*\))*\)|\|)*)\)/
    .exec(source);
  if (group !== null && group[0].length > 0) {
    const all = splitAlternatives(group[1] ?? "").map((part) => literalOf(part));
    const rest = source.slice(group[0].length);
    if (/^[?*{]/.test(rest)) return null;
    const whole = all.map(({ text, isWhole }) => isWhole ? text + literalOf(rest).text : text);
    return [...new Set(whole)];
  }
  const { text } = literalOf(source);
  return text === "" ? null : [text];
}

function splitAlternatives(body: string): readonly string[] {
  const parts = [""];
  let depth = 0;
  for (const token of body.match(/\\.|\[(?:\\.|[^\]])*\]|./gs) ?? []) {
    if (token === "(") depth += 1;
    if (token === ")") depth -= 1;
    if (token === "|" && depth === 0) parts.push("");
    else parts[parts.length - 1] += token;
  }
  return parts;
}

/** The fixed text at the beginning, and whether that is all. */
function literalOf(source: string): { readonly text: string; readonly isWhole: boolean } {
  let text = "";
  let at = 0;
  for (;;) {
    const token = /^(?:\\([-./_])|\[([A-Z])([a-z])\]|([\w-])|(\.)(?!.))/.exec(source.slice(at));
    if (token === null) break;
    const char = token[1] ?? token[3] ?? token[4];
    if (char === undefined) break;
    const next = source.slice(at + token[0].length);
    if (/^[?*+{]/.test(next)) break;
    text += char;
    at += token[0].length;
  }
  return { text: text.toLowerCase(), isWhole: at === source.length };
}

if (import.meta.main) {
  const [file = ""] = process.argv.slice(2);
  const { used, left } = convertRules(readFileSync(file, "utf8"));
  const rows = used.map(({ id, prefixes, source }) =>
    `  [${JSON.stringify(id)}, ${JSON.stringify(prefixes)}, ${JSON.stringify(source)}],`
  );
  writeFileSync(
    new URL("../src/secrets/key_shapes.ts", import.meta.url),
    `/**
 * Shapes of keys that many services give out: made by \`scripts/secret_rules.ts\`, not by hand.
 *
 * From the rules of gitleaks, each with an end to all that it repeats. Copyright (c) 2019 Zachary Rice,
 * MIT License, see \`LICENSES/gitleaks.txt\`.
 * @module
 */

/** Name, how it can begin (in lower case), and what all of it is like. */
export type KeyShape = readonly [id: string, prefixes: readonly string[], source: string];

export const KEY_SHAPES: readonly KeyShape[] = [
${rows.join("\n")}
];
`,
  );
  console.log(`${used.length} rules; left out: ${left.length} (${left.join(", ")})`);
}
