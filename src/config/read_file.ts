/**
 * One configuration file: its entries with their places, and what is wrong with it.
 *
 * Loads the YAML library: import it only when there is a file to read.
 * @module
 */
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from "yaml";
import type { Document, Node, YAMLMap } from "yaml";
import { OrchestratorError } from "../errors.ts";
import { parentOf } from "../platform/path.ts";
import { readTextWithin, type Within } from "../platform/within.ts";
import {
  configKey,
  type ConfigKeyName,
  type ConfigType,
  type ConfigValue,
  isConfigGroup,
  isConfigKey,
  OLD_KEYS,
} from "./keys.ts";
import type { Entry, Layer } from "./layers.ts";
import { type ConfigProblem, nearestKey } from "./problem.ts";
import { checkValue, isSecret, kindOfValue, valueFromText } from "./value.ts";

/** A file of the configuration. */
export interface ConfigFile {
  readonly layer: "global" | "repository";
  /** Absolute. */
  readonly path: string;
  /** As messages name it. */
  readonly shown: string;
  /** Written by the old tool, whose values are all texts and whose keys were free. */
  readonly old?: boolean;
}

/** What a file says. */
export interface ReadConfig {
  readonly layer: Layer;
  readonly problems: readonly ConfigProblem[];
  /** True when it could not be read at all, so that its content is unknown. */
  readonly broken: boolean;
}

/** Larger files are no configuration. */
export const MAX_BYTES = 1024 * 1024;

/** A repository's file is read and written as it lies there; a user's own may be a link. */
export function withinOf({ layer, path }: ConfigFile): Within {
  return layer === "repository" ? parentOf(path) : null;
}

/**
 * Reads a file. Whatever is wrong becomes a problem; nothing is thrown.
 * @returns Null when there is no such file.
 */
export function readConfigFile(file: ConfigFile): ReadConfig | null {
  try {
    const text = readTextWithin(withinOf(file), file.path, MAX_BYTES);
    return text === null ? null : readConfigText(text, file);
  } catch (error) {
    if (!(error instanceof OrchestratorError)) throw error;
    if (error.details?.["system"] === "ENOTDIR") return null;
    if (error.code === "limit_exceeded") return brokenFile(file, tooLarge(file));
    const reason = error.message.replace(/^.*": /, "");
    return brokenFile(file, { source: file.shown, message: `it cannot be read: ${reason}` });
  }
}

/** Reads the text of a file. */
export function readConfigText(text: string, file: ConfigFile): ReadConfig {
  if (text.length > MAX_BYTES) {
    return brokenFile(file, tooLarge(file));
  }
  const lines = new LineCounter();
  let document: Document.Parsed;
  try {
    document = parseConfig(text, lines);
  } catch {
    return brokenFile(file, { source: file.shown, message: "it is nested too deeply" });
  }
  const [error] = document.errors;
  if (error !== undefined) {
    const message = error.message.replace(/\s+/g, " ").replace(/\.$/, "").slice(0, 200);
    const { line, col } = lines.linePos(error.pos[0]);
    return brokenFile(file, {
      source: file.shown,
      line,
      column: col,
      message: error.code === "MULTIPLE_DOCS"
        ? "the file contains more than one YAML document"
        : `not valid YAML: ${message.charAt(0).toLowerCase()}${message.slice(1)}`,
    });
  }
  const { contents } = document;
  if (contents === null || (isScalar(contents) && contents.value === null)) {
    return { layer: { name: file.layer, entries: new Map() }, problems: [], broken: false };
  }
  if (!isMap(contents)) {
    return brokenFile(file, {
      source: file.shown,
      ...placeOf(contents, lines),
      message: "the file must be a map of keys",
      hint: 'Write lines such as "feedback_sync: false"',
    });
  }
  const reader = new Reader(file, document, lines);
  reader.readMap(contents, "");
  return {
    layer: { name: file.layer, entries: reader.entries },
    problems: reader.problems,
    broken: false,
  };
}

function tooLarge(file: ConfigFile): Omit<ConfigProblem, "level" | "key"> {
  return { source: file.shown, message: "it is larger than 1 MiB" };
}

/** Parses the YAML of a configuration file. */
export function parseConfig(text: string, lineCounter?: LineCounter): Document.Parsed {
  return parseDocument(text, {
    prettyErrors: false,
    uniqueKeys: false,
    logLevel: "error",
    ...(lineCounter === undefined ? {} : { lineCounter }),
  });
}

function brokenFile(
  file: ConfigFile,
  problem: Omit<ConfigProblem, "level" | "key">,
): ReadConfig {
  return {
    layer: { name: file.layer, entries: new Map() },
    problems: [{ level: "error", key: null, ...problem }],
    broken: true,
  };
}

/** Collects the entries of a file, key by key. */
class Reader {
  readonly entries = new Map<ConfigKeyName, Entry>();
  readonly problems: ConfigProblem[] = [];
  readonly #file: ConfigFile;
  readonly #document: Document.Parsed;
  readonly #lines: LineCounter;

  constructor(file: ConfigFile, document: Document.Parsed, lines: LineCounter) {
    this.#file = file;
    this.#document = document;
    this.#lines = lines;
  }

  readMap(map: YAMLMap, prefix: string): void {
    for (const pair of map.items) {
      const keyNode = asNode(pair.key);
      const value = this.#resolved(asNode(pair.value));
      const name = isScalar(keyNode) ? keyNode.source ?? String(keyNode.value) : null;
      if (name === null) {
        this.#report("error", { key: null, node: keyNode ?? value }, "a key must be a text");
        continue;
      }
      const key = prefix + name;
      if (isConfigKey(key)) this.#take(key, keyNode, value);
      else if (isConfigGroup(key)) this.#readGroup(key, keyNode, value);
      else this.#unknown(key, keyNode);
    }
  }

  #readGroup(group: string, keyNode: Node | null, value: Node | null): void {
    if (value === null || (isScalar(value) && value.value === null)) return;
    if (isMap(value)) return this.readMap(value, `${group}.`);
    this.#report(
      "error",
      { key: group, node: value ?? keyNode },
      `"${group}" must be a map of keys, not ${kindOfValue(plain(value))}`,
    );
  }

  #take(key: ConfigKeyName, keyNode: Node | null, node: Node | null): void {
    const raw = plain(node);
    // A key without a value leaves the decision to the layers below.
    if (raw === null || raw === undefined) return;
    const row = configKey(key);
    if (this.entries.has(key)) {
      this.#report("error", { key, node: keyNode }, `"${key}" is repeated`);
      return;
    }
    if (this.#file.layer === "repository" && row.personal === true) {
      const hidden = isSecret(row, raw);
      const why = hidden
        ? "is a secret, and this file may be committed"
        : "can only be set per user, not by a repository";
      this.#report(
        "error",
        { key, node: keyNode },
        `"${key}" ${why}`,
        hidden
          ? `Set ${row.env} instead`
          : `Run \`orchestrator config set --global ${key} <value>\``,
      );
      return;
    }
    const old = this.#file.old === true && typeof raw === "string";
    const checked = old ? valueFromText(row.type, raw) : checkValue(row.type, raw);
    if (checked.error !== undefined) {
      this.#report(
        "error",
        { key, node },
        `"${key}" must be ${checked.error}, not ${this.#found(key, raw)}`,
        spellingHint(raw, row.type),
      );
      return;
    }
    this.entries.set(key, {
      value: checked.value,
      origin: { layer: this.#file.layer, file: this.#file.shown, ...this.#place(node) },
    });
  }

  /** The wrong value of a key that has no secret in it is shown when it is short. */
  #found(key: ConfigKeyName, raw: unknown): string {
    const { secret, type } = configKey(key);
    if (Array.isArray(raw) && type.kind === "list") {
      const wrong = raw.find((entry: unknown) => checkValue(type, [entry]).error !== undefined);
      if (wrong === undefined) return "a list with repeated entries";
      const text = JSON.stringify(wrong);
      return typeof wrong === "string" && text.length <= 40 ? text : `${kindOfValue(wrong)} in it`;
    }
    const showable = typeof raw === "string" || typeof raw === "number";
    if (secret !== undefined || !showable || type.kind === "path" || type.kind === "text") {
      return kindOfValue(raw);
    }
    const text = JSON.stringify(raw);
    return text.length <= 40 ? text : kindOfValue(raw);
  }

  #unknown(key: string, keyNode: Node | null): void {
    if (this.#file.old === true || OLD_KEYS.has(key)) {
      this.#report(
        "warning",
        { key, node: keyNode },
        `"${key}" was a key of the old tool and has no effect`,
      );
      return;
    }
    this.#report("error", { key, node: keyNode }, `there is no key "${key}"`, nearestKey(key));
  }

  #resolved(node: Node | null): Node | null {
    return isAlias(node) ? node.resolve(this.#document) ?? null : node;
  }

  #report(
    level: ConfigProblem["level"],
    { key, node }: { readonly key: string | null; readonly node: Node | null },
    message: string,
    hint?: string,
  ): void {
    this.problems.push({
      level,
      key,
      message,
      source: this.#file.shown,
      ...this.#place(node),
      ...(hint === undefined ? {} : { hint }),
    });
  }

  #place(node: Node | null): { readonly line: number; readonly column: number } {
    return placeOf(node, this.#lines);
  }
}

function placeOf(node: Node | null, lines: LineCounter) {
  const { line, col } = lines.linePos(node?.range?.[0] ?? 0);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

/** A scalar, or a list of scalars, as plain data; a map as an empty one: no key takes maps. */
function plain(node: Node | null): unknown {
  if (node === null) return null;
  if (isScalar(node)) return node.value;
  if (!isSeq(node)) return {};
  return node.items.map((item) => isScalar(item) ? item.value : {});
}

/**
 * How to write what was meant: `"30"` where 30 belongs is a common slip, and so is `yes` or 1, which a
 * variable may say and other tools read as a boolean. YAML 1.2 does not.
 */
function spellingHint(raw: unknown, type: ConfigType): string | undefined {
  if (!["boolean", "integer", "seconds"].includes(type.kind)) return undefined;
  if (typeof raw !== "string" && typeof raw !== "number") return undefined;
  const meant = valueFromText(type, String(raw));
  if (meant.error !== undefined) return undefined;
  const isPlain = type.kind !== "boolean" || /^(true|True|TRUE|false|False|FALSE)$/.test(`${raw}`);
  return isPlain ? "Remove the quotes" : `Write ${meant.value}`;
}

/** The node behind a pair's key or value; the library types them as unknown. */
function asNode(part: unknown): Node | null {
  return isMap(part) || isSeq(part) || isScalar(part) || isAlias(part) ? part : null;
}

/** The values of a layer without their places. */
export function valuesOf(layer: Layer): Readonly<Record<string, ConfigValue>> {
  return Object.fromEntries([...layer.entries].map(([key, entry]) => [key, entry.value]));
}
