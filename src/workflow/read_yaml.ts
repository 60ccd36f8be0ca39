/**
 * Reads YAML into plain data with positions.
 * @module
 */
import { isAlias, isMap, isScalar, isSeq, parseDocument } from "yaml";
import type { Node, Pair, ParsedNode, YAMLError, YAMLMap } from "yaml";
import { FINDING_LIMIT, FindingCollector, quote } from "./finding.ts";
import { isRecord } from "./record.ts";
import { DEPTH_LIMIT, LimitMet, NODE_LIMIT, SourceTree } from "./source_tree.ts";
import type { Mark, PlainMap, ReadSource } from "./source_tree.ts";

/** The largest text that is read, in UTF-8 bytes. */
export const SIZE_LIMIT = 1024 * 1024;

/**
 * Reads YAML 1.2 (core schema, merge keys, anchors, one document). A byte order mark and Windows
 * line endings are accepted. Every problem becomes a finding; nothing is thrown.
 */
export function readYaml(text: string, file: string): ReadSource {
  const bare = text.startsWith("\uFEFF") ? text.slice(1) : text;
  const tree = new SourceTree(bare);
  const findings = new FindingCollector(file, (path, point) => tree.locate(path, point));
  const none = { tree: null, findings };
  // UTF-8 needs up to three bytes for a UTF-16 unit: most texts need no encoding to be judged.
  const bytes = bare.length * 3 <= SIZE_LIMIT ? 0 : new TextEncoder().encode(bare).length;
  if (bytes > SIZE_LIMIT) {
    findings.error(
      [],
      `the file is ${bytes} bytes long (limit ${SIZE_LIMIT})`,
      {
        hint: "Keep long texts in separate files and mention them in the workflow",
      },
    );
    return none;
  }
  let document;
  try {
    document = parseDocument(bare, {
      prettyErrors: false,
      uniqueKeys: false,
      logLevel: "error",
    });
  } catch (error) {
    // The composer recurses once per nesting level; anything else it throws is as unreadable.
    const tooDeep = error instanceof RangeError;
    findings.error([], tooDeep ? "the file is nested too deeply" : "the file is not valid YAML");
    return none;
  }
  if (document.errors.length > 0) {
    if (document.errors.some((error) => STACK_OVERFLOW.test(error.message))) {
      findings.error([], "the file is nested too deeply");
    } else reportSyntax(document.errors, tree, findings);
    return none;
  }
  reportSyntax(document.warnings, tree, findings);
  const { contents } = document;
  if (contents === null || isScalar(contents) && contents.value === null) {
    findings.error([], "the file is empty", {
      hint: 'Begin with "name:" and "phases:" or "steps:"',
    });
    return none;
  }
  const reader = new YamlReader(tree, findings);
  try {
    tree.value = reader.read(contents);
  } catch (error) {
    if (!(error instanceof LimitMet)) throw error;
    findings.error([], error.message);
    return none;
  }
  return { tree, findings };
}

/** The library reports some stack overflows as if they were errors in the text. */
const STACK_OVERFLOW = /call stack|stack overflow/i;

/** Turns messages of the YAML library into findings; one mistake can cause thousands. */
function reportSyntax(
  problems: readonly YAMLError[],
  tree: SourceTree,
  findings: FindingCollector,
): void {
  for (const problem of problems.slice(0, FINDING_LIMIT)) {
    const [offset] = problem.pos;
    const message = problem.message.replace(/\s+/g, " ").replace(/\.$/, "").slice(0, 200);
    findings.addAt(
      problem.name === "YAMLWarning" ? "warning" : "error",
      tree.placeOf(offset),
      problem.code === "MULTIPLE_DOCS"
        ? "the file contains more than one YAML document"
        : `not valid YAML: ${message.charAt(0).toLowerCase()}${message.slice(1)}`,
      syntaxHint(problem.code, tree.lineAt(offset)),
    );
  }
}

/** Hints for common YAML mistakes. */
function syntaxHint(code: YAMLError["code"], line: string): string | undefined {
  if (/^\s*requires:\s*>/.test(line)) return 'Quote the range: requires: ">=0.2.0"';
  if (/:\s+\{\{/.test(line)) return 'Quote a value that begins with "{{"';
  switch (code) {
    case "TAB_AS_INDENT":
      return "Indent with spaces; YAML does not allow tabs";
    case "BLOCK_AS_IMPLICIT_KEY":
      return 'Quote a text that contains ": "';
    case "MULTIPLE_DOCS":
      return 'Keep one workflow per file and remove the "---" between them';
    case "BAD_SCALAR_START":
      return "Quote a text that begins with a backquote or @";
    default:
      return undefined;
  }
}

/** Converts YAML nodes to plain data, expanding aliases and merge keys within limits. */
class YamlReader {
  readonly #tree: SourceTree;
  readonly #findings: FindingCollector;
  readonly #anchors = new Map<string, ParsedNode | Node>();
  readonly #open = new Set<Node>();
  #left = NODE_LIMIT;

  constructor(tree: SourceTree, findings: FindingCollector) {
    this.#tree = tree;
    this.#findings = findings;
  }

  read(root: Node): unknown {
    this.#tree.markRoot(markOf(undefined, root));
    return this.#convert(root, 0);
  }

  #convert(node: Node | null, depth: number): unknown {
    if (node === null) return null;
    if (depth > DEPTH_LIMIT) {
      throw new LimitMet(`the file is nested more than ${DEPTH_LIMIT} levels deep`);
    }
    if (--this.#left < 0) {
      throw new LimitMet(
        `the file contains more than ${NODE_LIMIT} values after its aliases are expanded`,
      );
    }
    if (isAlias(node)) {
      const target = this.#anchors.get(node.source);
      if (target === undefined) {
        const message = `the alias ${quote(`*${node.source}`)} has no preceding anchor`;
        this.#report(node.range?.[0] ?? 0, message);
        return null;
      }
      if (this.#open.has(target)) {
        throw new LimitMet(`the alias ${quote(`*${node.source}`)} is inside its own anchor`);
      }
      return this.#convert(target, depth);
    }
    if ("anchor" in node && typeof node.anchor === "string") this.#anchors.set(node.anchor, node);
    if (isScalar(node)) return scalarValue(node.value, node.source);
    this.#open.add(node);
    try {
      if (isSeq(node)) {
        const list: unknown[] = [];
        for (const [index, entry] of node.items.entries()) {
          const child = asNode(entry);
          list.push(this.#convert(child, depth + 1));
          this.#tree.mark(list, index, markOf(undefined, child));
        }
        return list;
      }
      if (!isMap(node)) return null;
      return this.#unquotedTemplate(node) ?? this.#convertMap(node, depth);
    } finally {
      this.#open.delete(node);
    }
  }

  #convertMap(node: YAMLMap, depth: number): PlainMap {
    const map: PlainMap = {};
    const merged: { readonly value: unknown; readonly offset: number }[] = [];
    const written = new Map<string, number>();
    for (const pair of node.items) {
      const key = asNode(pair.key);
      const value = asNode(pair.value);
      const offset = key?.range?.[0] ?? value?.range?.[0] ?? 0;
      const name = this.#keyName(pair, key, node);
      if (name === undefined) {
        // Converted all the same: an anchor inside may be used further down.
        this.#convert(value, depth + 1);
        continue;
      }
      const converted = this.#convert(value, depth + 1);
      if (name === "<<") {
        merged.push({ value: converted, offset });
        continue;
      }
      const before = written.get(name);
      if (before !== undefined) {
        const { line } = this.#tree.placeOf(before);
        this.#report(
          offset,
          `the key ${quote(name)} is repeated in a map (first in line ${line})`,
        );
        continue;
      }
      written.set(name, offset);
      map[name] = converted;
      this.#tree.mark(map, name, markOf(key, value));
    }
    for (const { value, offset } of merged) this.#merge(map, value, offset);
    return map;
  }

  /** Adds the entries of a merge key's map, or of its list of maps, that do not exist yet. */
  #merge(map: PlainMap, value: unknown, offset: number): void {
    const sources = Array.isArray(value) ? value : [value];
    for (const source of sources) {
      if (!isRecord(source)) {
        this.#report(offset, 'a merge key ("<<") needs a map or a list of maps');
        continue;
      }
      for (const [name, entry] of Object.entries(source)) {
        if (Object.hasOwn(map, name)) continue;
        map[name] = entry;
        const mark = this.#tree.markOf(source, name);
        if (mark !== undefined) this.#tree.mark(map, name, mark);
      }
    }
  }

  #keyName(pair: Pair, key: Node | null, map: YAMLMap): string | undefined {
    const target = isAlias(key) ? this.#anchors.get(key.source) : key;
    if (key !== null && !isAlias(key) && typeof key.anchor === "string") {
      this.#anchors.set(key.anchor, key);
    }
    const offset = key?.range?.[0] ?? asNode(pair.value)?.range?.[0] ?? map.range?.[0] ?? 0;
    if (isScalar(target) && target.value !== null) {
      const name = target.source ?? String(target.value);
      if (name !== "__proto__") return name;
      this.#report(offset, 'the key "__proto__" is not allowed');
    } else this.#report(offset, "a key must be a text");
    return undefined;
  }

  /** `{{name}}` without quotes is a map in YAML; it is reported and read as text. */
  #unquotedTemplate(node: YAMLMap): string | undefined {
    const [start, end] = node.range ?? [0, 0];
    const written = this.#tree.slice(start, end);
    if (!/^\{\s*\{\s*[\p{L}\p{N}_]+\s*\}\s*\}$/u.test(written)) return undefined;
    this.#report(start, 'a value that begins with "{{" must be quoted', `Write "${written}"`);
    return written;
  }

  #report(offset: number, message: string, hint?: string): void {
    this.#findings.addAt("error", this.#tree.placeOf(offset), message, hint);
  }
}

/** The node behind a pair's key or value; the library types them as unknown. */
function asNode(part: unknown): Node | null {
  return isMap(part) || isSeq(part) || isScalar(part) || isAlias(part) ? part : null;
}

/** JSON has text, finite numbers, booleans and null; everything else is read as text. */
function scalarValue(value: unknown, source: string | undefined): unknown {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  return source ?? String(value);
}

function markOf(key: Node | null | undefined, value: Node | null): Mark {
  const start = value?.range?.[0];
  const end = value?.range?.[1];
  const literal =
    isScalar(value) && (typeof value.value === "number" || typeof value.value === "boolean")
      ? value.source
      : undefined;
  return {
    ...(key?.range ? { key: key.range[0] } : {}),
    ...(start === undefined || end === undefined ? {} : { value: [start, end] as const }),
    ...(literal === undefined ? {} : { source: literal }),
  };
}
