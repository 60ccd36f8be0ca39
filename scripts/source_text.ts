/**
 * Reads TypeScript source as far as the checks need it: its code without comments and texts, and
 * what it imports.
 * @module
 */

/** An import in a file. */
export interface Import {
  /** As written: `../errors.ts`, `node:fs`, `yaml`. */
  readonly specifier: string;
  /** 1-based. */
  readonly line: number;
  /**
   * `static`: loaded with the file. `dynamic`: `import()`, loaded when it gets there. `type`: only
   * types, nothing is loaded.
   */
  readonly kind: "static" | "dynamic" | "type";
}

/** A source file, read. */
export interface SourceText {
  /**
   * The source with comments, and the insides of strings, regular expressions and the fixed parts of
   * templates, replaced by blanks. Line ends and all offsets are those of the source.
   */
  readonly code: string;
  readonly imports: readonly Import[];
  /** Lines (1-based) with an `import()` whose argument is not a plain string. */
  readonly computedImports: readonly number[];
}

const STATIC_IMPORT =
  /\bimport\s*(?<type>type\b(?!\s*(?:,|from\b))\s*)?(?<clause>(?:[\w$*\s,]|\{[^{}]*\})*?)\s*(?:\bfrom\s*)?(?<quote>["'])/g;
const RE_EXPORT =
  /\bexport\s*(?<type>type\b\s*)?(?<clause>\*(?:\s*as\s+[\w$]+)?|\{[^{}]*\})\s*from\s*(?<quote>["'])/g;
const DYNAMIC_IMPORT = /\bimport\s*\(\s*(?<quote>["'])?/g;

/** Reads one file. */
export function readSourceText(source: string): SourceText {
  const code = blank(source);
  const imports: Import[] = [];
  const computedImports: number[] = [];
  const lineOf = lineCounter(code);
  const specifierAt = (open: number): string => {
    const close = code.indexOf(code.charAt(open), open + 1);
    return source.slice(open + 1, close);
  };
  for (const pattern of [STATIC_IMPORT, RE_EXPORT]) {
    for (const match of code.matchAll(pattern)) {
      const { type, clause = "" } = match.groups ?? {};
      const open = match.index + match[0].length - 1;
      imports.push({
        specifier: specifierAt(open),
        line: lineOf(match.index),
        kind: type !== undefined || namesOnlyTypes(clause) ? "type" : "static",
      });
    }
  }
  for (const match of code.matchAll(DYNAMIC_IMPORT)) {
    const line = lineOf(match.index);
    if (match.groups?.["quote"] === undefined) {
      computedImports.push(line);
      continue;
    }
    const open = match.index + match[0].length - 1;
    imports.push({ specifier: specifierAt(open), line, kind: "dynamic" });
  }
  imports.sort((left, right) => left.line - right.line);
  return { code, imports, computedImports };
}

/** Whether a clause such as `{ type A, type B }` names something, and nothing but types. */
function namesOnlyTypes(clause: string): boolean {
  const names = /^\s*\{(?<names>[^{}]*)\}\s*$/.exec(clause)?.groups?.["names"];
  if (names === undefined) return false;
  const list = names.split(",").map((name) => name.trim()).filter((name) => name !== "");
  return list.length > 0 && list.every((name) => /^type\s+[\w$]/.test(name));
}

function lineCounter(code: string): (offset: number) => number {
  const ends: number[] = [];
  for (let at = code.indexOf("\n"); at >= 0; at = code.indexOf("\n", at + 1)) ends.push(at);
  return (offset) => {
    const index = ends.findIndex((end) => end >= offset);
    return (index < 0 ? ends.length : index) + 1;
  };
}

/** Words behind which a `/` begins a regular expression, not a division. */
const BEFORE_EXPRESSION: ReadonlySet<string> = new Set([
  "return",
  "typeof",
  "case",
  "in",
  "of",
  "do",
  "else",
  "void",
  "delete",
  "throw",
  "new",
  "await",
  "yield",
  "instanceof",
  "default",
]);

/** Blanks comments, strings, regular expressions and the fixed parts of templates. */
function blank(source: string): string {
  const output = [...source.split("")];
  const erase = (from: number, to: number) => {
    for (let at = from; at < to; at++) {
      if (output[at] !== "\n" && output[at] !== "\r") output[at] = " ";
    }
  };
  /** For each open brace: whether it is the `${` of a template. */
  const braces: boolean[] = [];
  /** The last piece of code before the present offset: a word, or one character. */
  let before = "";
  let at = 0;

  /** Blanks the fixed part of a template from `at` on, up to its end or its next `${`. */
  const template = () => {
    const from = at;
    while (at < source.length) {
      if (source[at] === "\\") at += 2;
      else if (source[at] === "`") {
        erase(from, at);
        at += 1;
        before = "`";
        return;
      } else if (source.startsWith("${", at)) {
        erase(from, at);
        at += 2;
        braces.push(true);
        before = "{";
        return;
      } else at += 1;
    }
    erase(from, at);
  };

  while (at < source.length) {
    const character = source.charAt(at);
    if (/\s/.test(character)) {
      at += 1;
    } else if (source.startsWith("//", at)) {
      const end = source.indexOf("\n", at);
      const to = end < 0 ? source.length : end;
      erase(at, to);
      at = to;
    } else if (source.startsWith("/*", at)) {
      const end = source.indexOf("*/", at + 2);
      const to = end < 0 ? source.length : end + 2;
      erase(at, to);
      at = to;
    } else if (character === '"' || character === "'") {
      let to = at + 1;
      while (to < source.length && source[to] !== character && source[to] !== "\n") {
        to += source[to] === "\\" ? 2 : 1;
      }
      erase(at + 1, Math.min(to, source.length));
      at = to + 1;
      before = character;
    } else if (character === "`") {
      at += 1;
      template();
    } else if (character === "{") {
      braces.push(false);
      at += 1;
      before = character;
    } else if (character === "}") {
      at += 1;
      before = character;
      if (braces.pop() === true) template();
    } else if (character === "/" && beginsRegex(before)) {
      const to = regexEnd(source, at);
      erase(at + 1, to);
      at = to;
      before = ")";
    } else {
      const word = /^[\w$]+/.exec(source.slice(at, at + 200))?.[0];
      before = word ?? character;
      at += before.length;
    }
  }
  return output.join("");
}

/** Whether a `/` behind this piece of code begins a regular expression. */
function beginsRegex(before: string): boolean {
  if (/^[\w$]/.test(before)) return BEFORE_EXPRESSION.has(before);
  return !")]\"'`".includes(before) || before === "";
}

/** Offset behind a regular expression's closing `/`, or the end of its line. */
function regexEnd(source: string, open: number): number {
  let inClass = false;
  for (let at = open + 1; at < source.length; at++) {
    const character = source[at];
    if (character === "\\") at += 1;
    else if (character === "\n") return at;
    else if (character === "[") inClass = true;
    else if (character === "]") inClass = false;
    else if (character === "/" && !inClass) return at + 1;
  }
  return source.length;
}
