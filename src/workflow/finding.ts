/**
 * A finding: a problem in a workflow file, with its position.
 * @module
 */

import { nearest } from "./nearest.ts";

/** Keys and indices from the top of the file down to a value. */
export type KeyPath = readonly (string | number)[];

/** One problem of a workflow definition. */
export interface Finding {
  /** An `error` keeps the workflow from starting, a `warning` does not. */
  readonly level: "error" | "warning";
  /** The problem: a clause without capital and full stop, for use after `file:line:`. */
  readonly message: string;
  readonly file: string;
  /** From 1; 0 when the value does not come from the file (an override, a stored definition). */
  readonly line: number;
  /** From 1, in UTF-16 units; 0 when `line` is. */
  readonly column: number;
  /** Where in the structure: `phases[0].items[2].verification.type`; empty for the whole file. */
  readonly path: string;
  /** One next step, usually the correct word. */
  readonly hint?: string;
}

/** A place in a text, both from 1; zeros mean "nowhere in the text". */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Findings beyond this number are counted, not listed. */
export const FINDING_LIMIT = 100;

/** Writes a path as in `phases[0].items[2].id`. */
export function formatPath(path: KeyPath): string {
  let text = "";
  for (const key of path) {
    if (typeof key === "number") text += `[${key}]`;
    else if (!/^[\p{L}_$][\p{L}\p{N}_$-]*$/u.test(key)) text += `[${JSON.stringify(key)}]`;
    else text += text === "" ? key : `.${key}`;
  }
  return text;
}

/** A text in quotes for a message: on one line, shortened when it is long. */
export function quote(text: string): string {
  return JSON.stringify(text.length <= EXCERPT_LENGTH ? text : `${text.slice(0, EXCERPT_LENGTH)}…`);
}

const EXCERPT_LENGTH = 60;

/** Longer lists of words are not compared: a file may contain thousands of unknown ones. */
const CANDIDATE_LIMIT = 1000;

/** The nearest right word as a question, or undefined when none is near. */
export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
  const found = nearest(word, [...candidates].slice(0, CANDIDATE_LIMIT));
  return found === undefined ? undefined : `Did you mean ${quote(found)}?`;
}

/** Which part of an entry a finding points at. */
export interface PointAt {
  /** `key`: the key itself; `value` (default): its value. */
  readonly at?: "key" | "value";
  /** Points at the first match within the value's text. */
  readonly needle?: RegExp;
  readonly hint?: string | undefined;
}

/** Collects the findings of one file; knows the position of each path. */
export class FindingCollector {
  readonly #file: string;
  readonly #locate: (path: KeyPath, point: PointAt) => Place;
  readonly #findings: Finding[] = [];

  /**
   * `locate` maps a path to its position; a path that does not exist gets that of its nearest
   * ancestor.
   */
  constructor(file: string, locate: (path: KeyPath, point: PointAt) => Place) {
    this.#file = file;
    this.#locate = locate;
  }

  error(path: KeyPath, message: string, point: PointAt = {}): void {
    this.#add("error", path, message, point);
  }

  warning(path: KeyPath, message: string, point: PointAt = {}): void {
    this.#add("warning", path, message, point);
  }

  /** True when an error has been reported. */
  get failed(): boolean {
    return this.#findings.some((finding) => finding.level === "error");
  }

  /** All findings in the order of the file; beyond {@link FINDING_LIMIT}, warnings go first. */
  list(): readonly Finding[] {
    const inOrder = (one: Finding, other: Finding): number =>
      one.line - other.line || one.column - other.column ||
      Number(one.level === "warning") - Number(other.level === "warning");
    const all = this.#findings.toSorted(inOrder);
    if (all.length <= FINDING_LIMIT) return all;
    const errors = all.filter((finding) => finding.level === "error");
    const warnings = all.filter((finding) => finding.level === "warning");
    const kept = [...errors, ...warnings].slice(0, FINDING_LIMIT).toSorted(inOrder);
    const rest = all.length - kept.length;
    return [...kept, {
      level: "warning",
      message: `${rest} more findings are not listed`,
      file: this.#file,
      line: 0,
      column: 0,
      path: "",
    }];
  }

  /** Reports something that has a place but no path, as syntax errors do. */
  addAt(level: Finding["level"], place: Place, message: string, hint?: string): void {
    this.#findings.push({
      level,
      message,
      file: this.#file,
      ...place,
      path: "",
      ...(hint === undefined ? {} : { hint }),
    });
  }

  #add(level: Finding["level"], path: KeyPath, message: string, point: PointAt): void {
    this.#findings.push({
      level,
      message,
      file: this.#file,
      ...this.#locate(path, point),
      path: formatPath(path),
      ...(point.hint === undefined ? {} : { hint: point.hint }),
    });
  }
}
