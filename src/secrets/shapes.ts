/**
 * Finds keys by their shape.
 *
 * A key counts only as a word of its own, so that ordinary words (`task-…`) and hashes stay as they are.
 * One pass finds the places where one may begin; only there the rules with that beginning are tried,
 * each of which ends somewhere: the work is at most a constant for each character.
 * @module
 */
import { KEY_SHAPES, type KeyShape } from "./key_shapes.ts";
import { OWN_SHAPES } from "./own_shapes.ts";

interface Tables {
  readonly beginning: RegExp;
  /** Rules by how they begin, in lower case. */
  readonly rules: ReadonlyMap<string, readonly RegExp[]>;
}

let tables: Tables | undefined;

/** All rules. */
export function allShapes(): readonly KeyShape[] {
  return [...OWN_SHAPES, ...KEY_SHAPES];
}

/**
 * A word may also begin behind an escape (`\n` in JSON), whose letter is no part of it. Longer
 * beginnings go first: of those that fit, the rules of all are tried.
 */
function makeTables(): Tables {
  const rules = new Map<string, RegExp[]>();
  for (const [, prefixes, source] of allShapes()) {
    const rule = new RegExp(source, "y");
    for (const prefix of prefixes) rules.set(prefix, [...rules.get(prefix) ?? [], rule]);
  }
  const words = [...rules.keys()].sort((one, other) => other.length - one.length);
  for (const word of words) {
    for (const shorter of words) {
      if (shorter === word || !word.startsWith(shorter)) continue;
      rules.set(word, [...rules.get(word) ?? [], ...rules.get(shorter) ?? []]);
    }
  }
  const escaped = words.map((word) => word.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&"));
  return {
    beginning: new RegExp(`(?:(?<![A-Za-z0-9])|(?<=\\\\[nrt]))(?:${escaped.join("|")})`, "gi"),
    rules,
  };
}

/** What may follow a key that is longer than its rule says. */
const REST = /[A-Za-z0-9_-]{0,1000}/y;

/** The text with each key replaced. */
export function replaceShapes(text: string, replacement: string): string {
  const { beginning, rules } = tables ??= makeTables();
  let result = "";
  let done = 0;
  beginning.lastIndex = 0;
  for (let found = beginning.exec(text); found !== null; found = beginning.exec(text)) {
    const end = longest(rules.get(found[0].toLowerCase()) ?? [], text, found.index);
    if (end === 0) {
      beginning.lastIndex = found.index + 1;
      continue;
    }
    result += text.slice(done, found.index) + replacement;
    done = end;
    beginning.lastIndex = end;
  }
  return result + text.slice(done);
}

/** Where the longest match of one of the rules ends; 0 for none. */
function longest(rules: readonly RegExp[], text: string, index: number): number {
  let end = 0;
  for (const rule of rules) {
    rule.lastIndex = index;
    if (rule.test(text)) end = Math.max(end, rule.lastIndex);
  }
  if (end === 0) return 0;
  REST.lastIndex = end;
  return REST.test(text) ? REST.lastIndex : end;
}
