/**
 * The states in which a power cut can leave a disk.
 * @module
 */
import { createHash } from "node:crypto";
import { anyLeaving, type Chance, type Leaving, leavings, newest } from "./contents.ts";
import {
  type FileTree,
  type Moment,
  type NameChange,
  type NodeId,
  treeOf,
  type Versions,
} from "./moment.ts";

/** A disk as a power cut has left it. */
export interface DiskState {
  readonly tree: FileTree;
  /** Equal for equal trees; times do not count. */
  readonly key: string;
  /** Whether the program had answered. */
  readonly answered: boolean;
  /** When the power failed and what of the rest is there, for people. */
  readonly what: string;
}

/** How many states are looked at. */
export interface StateOptions {
  /** No more different states than that. */
  readonly most: number;
  readonly seed: number;
}

/** As many changes of names are tried in every combination; of more, some by chance. */
const CHANGES_IN_FULL = 6;

/** So many states in a row that were there before: no others will come. */
const ENOUGH_REPEATS = 400;

/**
 * The different states, of each moment the most telling ones first.
 * @param moments in order of time.
 */
export function* diskStates(
  moments: readonly Moment[],
  { most, seed }: StateOptions,
): Generator<DiskState> {
  const chance = randomNumbers(seed);
  // From the end: what an answered command must stand, one that has not answered stands too.
  const fromTheEnd = [...moments].reverse();
  const seen = new Map<string, boolean>();
  let count = 0;
  for (
    const sources of [
      [extremes(fromTheEnd), singleNames(fromTheEnd), singleFiles(fromTheEnd, chance)],
      fromTheEnd.map((moment) => statesAt(moment, chance)),
    ]
  ) {
    for (const state of inTurns(sources, (state) => isNew(seen, state))) {
      if (!seen.has(state.key)) count += 1;
      seen.set(state.key, state.answered);
      yield state;
      if (count >= most) return;
    }
  }
}

function isNew(seen: ReadonlyMap<string, boolean>, { key, answered }: DiskState): boolean {
  const before = seen.get(key);
  return before !== true && before !== answered;
}

/** One state of each source in turn, as long as they give new ones. */
function* inTurns(
  sources: readonly Iterator<DiskState>[],
  isNew: (state: DiskState) => boolean,
): Generator<DiskState> {
  const left = new Map(sources.map((source) => [source, 0]));
  while (left.size > 0) {
    for (const [source, repeats] of [...left]) {
      const next = source.next();
      if (next.done === true) left.delete(source);
      else if (isNew(next.value)) {
        left.set(source, 0);
        yield next.value;
      } else if (repeats >= ENOUGH_REPEATS) left.delete(source);
      else left.set(source, repeats + 1);
    }
  }
}

/** At each moment all is there, nothing is, or no content is. */
function* extremes(moments: readonly Moment[]): Generator<DiskState> {
  for (const moment of moments) {
    const [all, lost] = [new Set(moment.changes), lostContents(moment)];
    yield stateOf(moment, all, new Map());
    yield stateOf(moment, new Set(), lost);
    yield stateOf(moment, all, lost);
  }
}

/** Each change of a name lost alone, and there alone, at the last moment at which it can be. */
function* singleNames(moments: readonly Moment[]): Generator<DiskState> {
  const met = new Set<NameChange>();
  for (const moment of moments) {
    for (const change of moment.changes) {
      if (met.has(change)) continue;
      met.add(change);
      yield stateOf(moment, withoutOne(moment.changes, change), new Map());
      yield stateOf(moment, closed([change]), new Map());
    }
  }
}

/** What can be left of each file alone, at the last moment at which it can be. */
function* singleFiles(moments: readonly Moment[], chance: Chance): Generator<DiskState> {
  const met = new Set<unknown>();
  for (const moment of moments) {
    const all = new Set(moment.changes);
    for (const [id, versions] of pendingFiles(moment)) {
      if (met.has(versions[0])) continue;
      met.add(versions[0]);
      for (const leaving of leavings(versions, chance)) {
        yield stateOf(moment, all, new Map([[id, leaving]]));
      }
    }
  }
}

/** Which changes of names are there. */
type Kept = ReadonlySet<NameChange>;

/** What is left of files, by node; of the others the newest version. */
type Left = ReadonlyMap<NodeId, Leaving>;

function* statesAt(moment: Moment, chance: Chance): Generator<DiskState> {
  const pending = pendingFiles(moment);
  const all = new Set(moment.changes);
  const lost = lostContents(moment);
  const namings = [...namingsOf(moment.changes, chance)];
  const kinds = [...pending].map(([id, versions]) => ({ id, more: leavings(versions, chance) }));
  // In turns, so that the first states of a moment are of all kinds.
  while (namings.length > 0 || kinds.length > 0) {
    const kept = namings.shift();
    if (kept !== undefined) {
      yield stateOf(moment, kept, new Map());
      if (pending.size > 0) yield stateOf(moment, kept, lost);
    }
    for (const kind of [...kinds]) {
      const next = kind.more.next();
      if (next.done === true) kinds.splice(kinds.indexOf(kind), 1);
      else yield stateOf(moment, all, new Map([[kind.id, next.value]]));
    }
  }
  if (moment.changes.length + pending.size === 0) return;
  for (;;) {
    const rate = chance();
    const kept = closed(moment.changes.filter(() => chance() < rate));
    const left = new Map(
      [...pending].map(([id, versions]) => [id, anyLeaving(versions, chance)] as const),
    );
    yield stateOf(moment, kept, left);
  }
}

/** Each change lost alone and kept alone, those up to one kept, then all combinations or some. */
function* namingsOf(changes: readonly NameChange[], chance: Chance): Generator<Kept> {
  yield new Set();
  for (const change of changes) {
    yield withoutOne(changes, change);
    yield closed([change]);
  }
  for (const [index] of changes.entries()) yield closed(changes.slice(0, index));
  const combinations = 2 ** Math.min(changes.length, CHANGES_IN_FULL);
  for (let number = 0; number < combinations; number++) {
    yield closed(
      changes.length <= CHANGES_IN_FULL
        ? changes.filter((_, index) => (number >> index) % 2 === 1)
        : changes.filter(() => chance() < 0.5),
    );
  }
}

/** All but one, and those that need it. */
function withoutOne(changes: readonly NameChange[], lost: NameChange): Kept {
  return new Set(changes.filter((change) => change !== lost && change.needs !== lost));
}

/** Some, without those of which another is missing that they need. */
function closed(changes: readonly NameChange[]): Kept {
  const kept = new Set(changes);
  return new Set(changes.filter(({ needs }) => needs === null || kept.has(needs)));
}

function lostContents(moment: Moment): Left {
  return new Map(
    [...pendingFiles(moment)].map(([id, versions]) => [id, { version: versions[0], what: "lost" }]),
  );
}

function pendingFiles(moment: Moment) {
  const pending = new Map<NodeId, Versions>();
  for (const [id, content] of moment.content) {
    if (content.kind === "file" && content.versions.length > 1) pending.set(id, content.versions);
  }
  return pending;
}

function contentAt({ content }: Moment, id: NodeId) {
  const found = content.get(id);
  if (found === undefined) throw new TypeError(`there is no node ${id}`);
  return found;
}

function stateOf(moment: Moment, kept: Kept, left: Left): DiskState {
  const names = new Map(moment.names);
  for (const { sets } of moment.changes.filter((change) => kept.has(change))) {
    for (const { directory, name, node } of sets) {
      const changed = new Map(names.get(directory));
      if (node === null) changed.delete(name);
      else changed.set(name, node);
      names.set(directory, changed);
    }
  }
  const tree = treeOf(moment.root, (id) => names.get(id) ?? new Map(), (id) => {
    const content = contentAt(moment, id);
    if (content.kind !== "file") return content;
    return { kind: "file", version: left.get(id)?.version ?? newest(content.versions) };
  });
  return {
    tree,
    key: keyOf(tree),
    answered: moment.answered,
    get what() {
      return describe(moment, { kept, left, tree });
    },
  };
}

function describe(
  moment: Moment,
  { kept, left, tree }: { readonly kept: Kept; readonly left: Left; readonly tree: FileTree },
): string {
  const missing = moment.changes.filter((change) => !kept.has(change)).map(({ what }) => what);
  const files = [...tree].flatMap(([path, entry]) => {
    const leaving = entry.kind === "file" ? left.get(entry.node) : undefined;
    return leaving === undefined ? [] : [`${path}: ${leaving.what}`];
  });
  return [
    `power fails after "${moment.after}"${moment.answered ? ", answered" : ""}`,
    ...(missing.length > 0 ? [`names lost: ${missing.join("; ")}`] : []),
    ...files,
  ].join(" | ");
}

const hashes = new WeakMap<Uint8Array, string>();

function keyOf(tree: FileTree): string {
  const hash = createHash("sha256");
  for (const [path, entry] of [...tree].sort(([left], [right]) => left < right ? -1 : 1)) {
    hash.update(`${path}\0${entry.kind}\0`);
    if (entry.kind === "file") {
      hash.update(`${entry.version.mode}\0${hashOf(entry.version.bytes)}\0`);
    } else if (entry.kind === "directory") hash.update(`${entry.mode}\0`);
    else hash.update(`${entry.target}\0`);
  }
  return hash.digest("hex");
}

function hashOf(bytes: Uint8Array): string {
  const known = hashes.get(bytes);
  if (known !== undefined) return known;
  const hash = createHash("sha256").update(bytes).digest("hex");
  hashes.set(bytes, hash);
  return hash;
}

/** Numbers from 0 up to 1 that are the same for the same seed (mulberry32). */
export function randomNumbers(seed: number): Chance {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
