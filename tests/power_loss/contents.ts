/**
 * What a power cut can leave of one file's content that was not synced: each page of it, and its size,
 * may be of any version since, and what was never written reads as zeros.
 * @module
 */
import { isSame, type Version, type Versions } from "./moment.ts";

/** What file systems write at once, in bytes. */
export const PAGE = 4096;

/** How many pages are tried in every combination; of more, some by chance. */
const PAGES_IN_FULL = 5;

/** A content, and how it came about in a few words. */
export interface Leaving {
  readonly version: Version;
  readonly what: string;
}

/** A random number from 0 up to 1. */
export type Chance = () => number;

/** What can be left, the most telling first, each once or more; then some by chance. */
export function* leavings(versions: Versions, chance: Chance): Generator<Leaving> {
  const [old] = versions;
  const fresh = newest(versions);
  yield { version: old, what: "lost" };
  yield made(fresh, resized(old.bytes, fresh.bytes.length), "zeroed");
  yield* cuts(old, fresh, chance);
  yield* pages(versions, chance);
  if (fresh.mode !== old.mode) yield { version: { ...fresh, mode: old.mode }, what: "mode lost" };
  for (const version of versions.slice(1, -1)) yield { version, what: "the last writes lost" };
  yield made(fresh, overlaid(old.bytes, fresh.bytes), "the size as it was");
}

/** One of what can be left, by chance. */
export function anyLeaving(versions: Versions, chance: Chance): Leaving {
  const fresh = newest(versions);
  const dice = chance();
  if (dice < 0.2) return { version: fresh, what: "there" };
  if (dice < 0.4) return { version: versions[0], what: "lost" };
  if (dice < 0.7) {
    const start = samePrefix(versions[0].bytes, fresh.bytes);
    const length = start + Math.floor(chance() * (fresh.bytes.length - start + 1));
    return chance() < 0.5 ? half(fresh, length) : halfZeroed(fresh, length);
  }
  const size = pick(versions, chance).bytes.length;
  return mixed(versions, size, () => pick(versions, chance));
}

/** The newest of all versions. */
export function newest(versions: Versions): Version {
  return versions.at(-1) ?? versions[0];
}

/** Written in part: up to the middle, up to the first and the last byte, up to each page's end. */
function* cuts(old: Version, fresh: Version, chance: Chance): Generator<Leaving> {
  const end = fresh.bytes.length;
  const start = samePrefix(old.bytes, fresh.bytes);
  if (start >= end) return;
  const lengths = new Set([start, start + 1, (start + end) >> 1, end - 1]);
  for (let page = PAGE; page < end; page += PAGE) if (page > start) lengths.add(page);
  for (let more = 0; more < 4; more++) lengths.add(start + Math.floor(chance() * (end - start)));
  for (const length of lengths) {
    if (length < start || length >= end) continue;
    yield half(fresh, length);
    yield halfZeroed(fresh, length);
  }
}

/** Pages that reached the disk out of order. */
function* pages(versions: Versions, chance: Chance): Generator<Leaving> {
  const fresh = newest(versions);
  const [old] = versions;
  const dirty = dirtyPages(versions);
  const size = fresh.bytes.length;
  const all = 2 ** Math.min(dirty.length, PAGES_IN_FULL);
  for (let number = 1; number < all - 1; number++) {
    const there = new Set(
      dirty.length <= PAGES_IN_FULL
        ? dirty.filter((_, index) => (number >> index) % 2 === 1)
        : dirty.filter(() => chance() < 0.5),
    );
    yield mixed(versions, size, (page) => there.has(page) ? fresh : old);
  }
}

/** A file of that size, each page of the version that is picked for it. */
function mixed(versions: Versions, size: number, pick: (page: number) => Version): Leaving {
  const fresh = newest(versions);
  const bytes = resized(fresh.bytes, size);
  const there: number[] = [];
  for (const page of dirtyPages(versions)) {
    const [from, to] = [page * PAGE, Math.min((page + 1) * PAGE, size)];
    if (from >= size) continue;
    const version = pick(page);
    if (version === fresh) there.push(page);
    bytes.fill(0, from, to);
    bytes.set(version.bytes.subarray(from, to), from);
  }
  return made(fresh, bytes, `${size} bytes, of its new pages ${there.join() || "none"}`);
}

/** Numbers of the pages in which any two versions differ. */
function dirtyPages(versions: Versions): readonly number[] {
  const [old] = versions;
  const size = Math.max(...versions.map(({ bytes }) => bytes.length));
  const dirty: number[] = [];
  for (let page = 0; page * PAGE < size; page++) {
    const [from, to] = [page * PAGE, (page + 1) * PAGE];
    const before = old.bytes.subarray(from, to);
    if (versions.some(({ bytes }) => !isSame(bytes.subarray(from, to), before))) dirty.push(page);
  }
  return dirty;
}

function half(fresh: Version, length: number): Leaving {
  return made(fresh, fresh.bytes.slice(0, length), `cut at ${length}`);
}

function halfZeroed(fresh: Version, length: number): Leaving {
  const bytes = resized(fresh.bytes.subarray(0, length), fresh.bytes.length);
  return made(fresh, bytes, `zeros from ${length} on`);
}

function made(like: Version, bytes: Uint8Array, what: string): Leaving {
  return { version: { ...like, bytes }, what };
}

/** The new bytes at the beginning, and what was behind them before. */
function overlaid(old: Uint8Array, fresh: Uint8Array): Uint8Array {
  const bytes = resized(old, Math.max(old.length, fresh.length));
  bytes.set(fresh);
  return bytes.slice(0, old.length);
}

function resized(bytes: Uint8Array, size: number): Uint8Array {
  const copy = new Uint8Array(size);
  copy.set(bytes.subarray(0, size));
  return copy;
}

function samePrefix(left: Uint8Array, right: Uint8Array): number {
  const most = Math.min(left.length, right.length);
  let length = 0;
  while (length < most && left[length] === right[length]) length += 1;
  return length;
}

function pick<Item>(items: readonly [Item, ...Item[]], chance: Chance): Item {
  return items[Math.floor(chance() * items.length)] ?? items[0];
}
