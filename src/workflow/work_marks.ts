/**
 * What of a work record the state keeps, and what a line need not repeat.
 * @module
 */
import type { SessionState } from "./state.ts";
import type {
  FilesDigest,
  ListedFiles,
  OuterRules,
  RootRecord,
  WorkMark,
  WorkRecord,
} from "./work_record.ts";
import type { WorkTree } from "./work_tree.ts";

function hasTree(tree: WorkRecord["tree"]): tree is WorkTree {
  return "changedCount" in tree;
}

/** The mark of a record. @param seq of its line. */
export function markOf({ root, tree }: WorkRecord, seq: number): WorkMark {
  const elsewhere = root === undefined ? {} : { root };
  if (hasTree(tree)) {
    const { head, committable, changedSha256 } = tree;
    const changed = changedSha256 === undefined ? {} : { changed: changedSha256 };
    return { seq, head, tree: tree.tree, committable, ...changed, ...elsewhere };
  }
  const none = { seq, head: null, tree: null, committable: false };
  return "named" in tree
    ? { ...none, named: tree.named, ...inputsMark(tree), ...elsewhere }
    : { ...none, missing: tree.reason, ...elsewhere };
}

function inputsMark({ inputs }: FilesDigest): Pick<WorkMark, "inputs"> {
  if (inputs === undefined) return {};
  return { inputs: "missing" in inputs ? null : inputs.sha256 };
}

function sameRecord(one: RootRecord | undefined, other: RootRecord): boolean {
  return one !== undefined && one.machine === other.machine && one.path === other.path &&
    one.directory === other.directory && one.repository === other.repository;
}

/**
 * The record as a line has it, as a field of its data: without what earlier lines have too, which is the
 * root where the session began, and the list of changed files of the last line that has one.
 */
export function recordedWork(
  { begun, listed }: Pick<SessionState, "begun" | "listed">,
  work: WorkRecord | undefined,
): { readonly work?: WorkRecord } {
  if (work === undefined) return {};
  const { root, ...rest } = work;
  const kept = root === undefined || sameRecord(begun?.root, root) ? rest : { root, ...rest };
  const { tree } = work;
  if (listed === undefined || !hasTree(tree) || !hasListOf(tree, listed)) return { work: kept };
  return { work: { ...kept, tree: { ...tree, changed: [], changedIn: listed.seq } } };
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

/** The rules that a record has, as a field of what a session began with. */
export function outerRules({ tree }: WorkRecord): { readonly outer?: OuterRules } {
  if (!("changedCount" in tree)) return {};
  const { hidden, infoAttributes } = tree;
  if (hidden === undefined && infoAttributes === undefined) return {};
  return {
    outer: {
      ...(hidden === undefined ? {} : { ignore: hidden.rules }),
      ...(infoAttributes === undefined ? {} : { attributes: infoAttributes }),
    },
  };
}
