/**
 * What of a work record the state keeps, and what a line need not repeat.
 * @module
 */
import type { ListedFiles, RootRecord, WorkMark, WorkRecord } from "./work_record.ts";
import type { WorkTree } from "./work_tree.ts";

function hasTree(tree: WorkRecord["tree"]): tree is WorkTree {
  return "changedCount" in tree;
}

/** The mark of a record. @param began where the session began; undefined where that is not known. */
export function markOf(
  { root, tree }: WorkRecord,
  seq: number,
  began: RootRecord | undefined,
): WorkMark {
  const elsewhere = began === undefined || sameRecord(began, root) ? {} : { root };
  if (hasTree(tree)) {
    const { head, committable, changedSha256 } = tree;
    const changed = changedSha256 === undefined ? {} : { changed: changedSha256 };
    return { seq, head, tree: tree.tree, committable, ...changed, ...elsewhere };
  }
  const none = { seq, head: null, tree: null, committable: false };
  return "named" in tree
    ? { ...none, named: tree.named, ...elsewhere }
    : { ...none, missing: tree.reason, ...elsewhere };
}

function sameRecord(one: RootRecord, other: RootRecord): boolean {
  return one.machine === other.machine && one.path === other.path &&
    one.directory === other.directory && one.repository === other.repository;
}

/**
 * The record as a line has it, as a field of its data: a list of changed files that an earlier line has
 * too is replaced by the number of that line.
 * @param state `listed`: the last line that has a list.
 */
export function recordedWork(
  { listed }: { readonly listed?: ListedFiles },
  work: WorkRecord | undefined,
): { readonly work?: WorkRecord } {
  if (work === undefined) return {};
  const { tree } = work;
  if (listed === undefined || !hasTree(tree) || !hasListOf(tree, listed)) return { work };
  return { work: { ...work, tree: { ...tree, changed: [], changedIn: listed.seq } } };
}

function hasListOf(tree: WorkTree, listed: ListedFiles): boolean {
  return tree.changedCount > 0 && tree.head === listed.head && tree.tree === listed.tree &&
    tree.changedSha256 === listed.changed;
}

/** What later lines can refer to; undefined for a record without a list of its own. @param seq of its line. */
export function listedIn({ tree }: WorkRecord, seq: number): ListedFiles | undefined {
  if (!hasTree(tree) || tree.changedIn !== undefined || tree.changedSha256 === undefined) {
    return undefined;
  }
  return { seq, head: tree.head, tree: tree.tree, changed: tree.changedSha256 };
}
