/**
 * Reading work records of a journal.
 * @module
 */
import type { SessionEvent } from "./events.ts";
import { workIn } from "./first_state.ts";
import type { WorkRecord } from "./work_record.ts";
import type { ChangedFile } from "./work_tree.ts";

/**
 * The list of changed files of a record.
 * @param workOf gives the record of another line of the journal.
 * @returns null where no tree was taken, and where the line is not there.
 */
export function changedFilesOf(
  { tree }: WorkRecord,
  workOf: (seq: number) => WorkRecord | undefined,
): readonly ChangedFile[] | null {
  if (!("changed" in tree)) return null;
  if (tree.changedIn === undefined) return tree.changed;
  const there = workOf(tree.changedIn)?.tree;
  return there !== undefined && "changed" in there && there.changedSha256 === tree.changedSha256
    ? there.changed
    : null;
}

/** The first of a line's changed files, and how many there are. */
export interface ChangedNames {
  readonly count: number;
  readonly first: readonly string[];
}

/** How many of a line's files are kept. */
const NAMED = 10;

/** Keeps the names of changed files of the lines that it is shown. */
export class ChangedNamesReader {
  readonly #names = new Map<number, ChangedNames>();

  /** Shows it the next event of a journal. */
  take(event: SessionEvent): void {
    const tree = workIn(event)?.tree;
    if (tree === undefined || !("changedCount" in tree)) return;
    const { changed, changedIn, changedCount: count } = tree;
    const known = changedIn === undefined ? undefined : this.#names.get(changedIn);
    const own = Array.isArray(changed) ? changed.slice(0, NAMED).map(({ path }) => path) : [];
    this.#names.set(event.seq, { count, first: known?.first ?? own });
  }

  /** By the number of the line. */
  get names(): ReadonlyMap<number, ChangedNames> {
    return this.#names;
  }
}
