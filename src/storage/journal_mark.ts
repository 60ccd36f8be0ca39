/**
 * Detects whether a journal file has changed without reading it.
 *
 * A **mark**, a version token, is `<offset>:<stamp>`: the journal is the bytes up to the offset, and
 * has not changed while the file's size is the offset and its time of change is the stamp. `cp -a` keeps both; a checkout
 * or an edit does not, and the journal is read in full. An empty stamp promises nothing.
 * @module
 */
import { fileStamp } from "../platform/append_file.ts";
import type { JournalHead } from "./backend.ts";

/** Where a journal is. */
export interface JournalFile {
  readonly path: string;
  /** The state directory: nothing below it is reached through a link. */
  readonly within: string;
}

/** Whether a journal is what it was when a head was handed out; null when there is none. */
export function isUnchanged({ path, within }: JournalFile, after: JournalHead): boolean | null {
  const stamp = fileStamp(path, within);
  return stamp === null ? null : after.mark === formatMark(stamp.size, stamp.stamp);
}

/** The mark of a journal that has not changed since it was written. */
export function markOf({ path, within }: JournalFile): string {
  const stamp = fileStamp(path, within);
  return stamp === null ? "" : formatMark(stamp.size, stamp.stamp);
}

/** A mark for a head at an offset. */
export function formatMark(offset: number, stamp: string): string {
  return `${offset}:${stamp}`;
}

/** The offset in a mark; null if there is none. */
export function offsetOf(mark: string): number | null {
  const known = /^(\d+):/.exec(mark)?.[1];
  return known === undefined ? null : Number(known);
}
