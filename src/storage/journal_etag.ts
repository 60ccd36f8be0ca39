/**
 * Detects whether a journal file has changed without reading it.
 *
 * An **etag**, a version token, is `<offset>:<stamp>`: the journal is the bytes up to the offset, and
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
  return stamp === null ? null : after.etag === formatEtag(stamp.size, stamp.stamp);
}

/** The etag of a journal that has not changed since it was written. */
export function etagOf({ path, within }: JournalFile): string {
  const stamp = fileStamp(path, within);
  return stamp === null ? "" : formatEtag(stamp.size, stamp.stamp);
}

/** An etag for a head at an offset. */
export function formatEtag(offset: number, stamp: string): string {
  return `${offset}:${stamp}`;
}

/** The offset in an etag; null if there is none. */
export function offsetOf(etag: string): number | null {
  const known = /^(\d+):/.exec(etag)?.[1];
  return known === undefined ? null : Number(known);
}
