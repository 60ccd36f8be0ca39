/**
 * A YAML text or a JSON value as plain data that knows the position of each part in the text.
 * @module
 */
import { FindingCollector } from "./finding.ts";
import type { KeyPath, Place, PointAt } from "./finding.ts";
import { isRecord } from "./record.ts";

/** The deepest nesting that is read. */
export const DEPTH_LIMIT = 64;
/** The most values a text may hold once its aliases are expanded. */
export const NODE_LIMIT = 100_000;

/** A map of plain data. */
export type PlainMap = Record<string, unknown>;

/** Whether a value is a map, that of a text just read: it may be changed. */
export function isPlainMap(value: unknown): value is PlainMap {
  return isRecord(value);
}

/** The position of one entry of a map or a list: offsets into the text. */
export interface Mark {
  readonly key?: number;
  readonly value?: readonly [start: number, end: number];
  /** The scalar as written, when that is not its value's own text. */
  readonly source?: string;
}

const NOWHERE: Place = { line: 0, column: 0 };

/** Plain data with the position of each part. The data belongs to this tree and may be changed. */
export class SourceTree {
  value: unknown = null;
  /** True when the data comes from a text; a stored definition has no places. */
  readonly hasText: boolean;
  readonly #text: string;
  #lineStarts: readonly number[] | undefined;
  readonly #marks = new WeakMap<object, Map<string | number, Mark>>();
  readonly #foreign = new Set<string>();
  #root: Mark = {};

  constructor(text?: string) {
    this.hasText = text !== undefined;
    this.#text = text ?? "";
  }

  /** Records the position of the whole value. */
  markRoot(mark: Mark): void {
    this.#root = mark;
  }

  /** Records the position of the entry `key` of `container`. */
  mark(container: object, key: string | number, mark: Mark): void {
    let marks = this.#marks.get(container);
    if (marks === undefined) this.#marks.set(container, marks = new Map());
    marks.set(key, mark);
  }

  /** The position that {@link mark} recorded. */
  markOf(container: object, key: string | number): Mark | undefined {
    return this.#marks.get(container)?.get(key);
  }

  /** The value at `path`, or undefined. */
  get(path: KeyPath): unknown {
    let value = this.value;
    for (const key of path) {
      if (Array.isArray(value) && typeof key === "number") value = value[key];
      else if (isRecord(value) && Object.hasOwn(value, key)) value = value[key];
      else return undefined;
    }
    return value;
  }

  /** Replaces the value at `path`, whose container must exist. */
  set(path: KeyPath, value: unknown): void {
    const key = path.at(-1);
    const container = this.get(path.slice(0, -1));
    if (key === undefined) this.value = value;
    else if (Array.isArray(container) && typeof key === "number") container[key] = value;
    else if (isPlainMap(container)) container[key] = value;
  }

  /** Replaces a setting by a value that is not in the text. */
  override(settings: PlainMap, name: string, value: unknown): void {
    settings[name] = value;
    this.#foreign.add(name);
  }

  /** A number or truth value at `path` as the text spells it (`1.0`, not `1`), or undefined. */
  sourceText(path: KeyPath): string | undefined {
    const key = path.at(-1);
    const container = this.get(path.slice(0, -1));
    if (key === undefined || typeof container !== "object" || container === null) return undefined;
    return this.markOf(container, key)?.source;
  }

  /** The place of `path`, or of its nearest ancestor that has one. */
  locate(path: KeyPath, point: PointAt = {}): Place {
    if (!this.hasText) return NOWHERE;
    if (path[0] === "settings" && typeof path[1] === "string" && this.#foreign.has(path[1])) {
      return NOWHERE;
    }
    let mark = this.#root;
    let value = this.value;
    let whole = true;
    for (const key of path) {
      const next = typeof value === "object" && value !== null
        ? this.markOf(value, key)
        : undefined;
      if (next === undefined) {
        whole = false;
        break;
      }
      mark = next;
      value = Array.isArray(value) && typeof key === "number"
        ? value[key]
        : isRecord(value)
        ? value[String(key)]
        : undefined;
    }
    const [start, end] = mark.value ?? [mark.key ?? 0, mark.key ?? 0];
    const atKey = point.at === "key" || value === null;
    let offset = whole && atKey && mark.key !== undefined ? mark.key : start;
    if (whole && point.needle !== undefined) {
      const found = this.#text.slice(start, end).search(point.needle);
      if (found >= 0) offset = start + found;
    }
    return this.placeOf(offset);
  }

  /** Line and column of an offset into the text. */
  placeOf(offset: number): Place {
    this.#lineStarts ??= [0, ...[...this.#text.matchAll(/\n/g)].map(({ index }) => index + 1)];
    let [low, high] = [0, this.#lineStarts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: offset - (this.#lineStarts[low] ?? 0) + 1 };
  }

  /** The line of the text that holds `offset`, without its line break. */
  lineAt(offset: number): string {
    const start = this.#text.lastIndexOf("\n", offset - 1) + 1;
    const end = this.#text.indexOf("\n", offset);
    return this.#text.slice(start, end < 0 ? undefined : end);
  }

  /** The text between two offsets. */
  slice(start: number, end: number): string {
    return this.#text.slice(start, end);
  }
}

/** The result of reading a text or a value. `tree` is null when nothing could be read. */
export interface ReadSource {
  readonly tree: SourceTree | null;
  readonly findings: FindingCollector;
}

/** Thrown when a limit is exceeded, and caught where reading started. */
export class LimitMet extends Error {}

/** Takes a JSON value (a stored definition) as the source; it has no places. */
export function readValue(value: unknown, file: string): ReadSource {
  const tree = new SourceTree();
  const findings = new FindingCollector(file, (path, point) => tree.locate(path, point));
  let left = NODE_LIMIT;
  const copy = (part: unknown, depth: number): unknown => {
    if (depth > DEPTH_LIMIT) throw new LimitMet("the definition is nested too deeply");
    if (--left < 0) throw new LimitMet("the definition contains too many values");
    if (Array.isArray(part)) return part.map((entry) => copy(entry, depth + 1));
    if (!isRecord(part)) return part;
    const map: PlainMap = {};
    for (const [key, entry] of Object.entries(part)) {
      if (key !== "__proto__") map[key] = copy(entry, depth + 1);
    }
    return map;
  };
  try {
    tree.value = copy(value, 0);
  } catch (error) {
    if (!(error instanceof LimitMet)) throw error;
    findings.error([], error.message);
    return { tree: null, findings };
  }
  return { tree, findings };
}
