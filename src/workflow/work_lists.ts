/**
 * Reading work records of a journal.
 * @module
 */
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
