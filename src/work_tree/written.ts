/**
 * What a command changed in a work tree while it ran.
 * @module
 */
import type { WrittenFile, WrittenFiles } from "../workflow/work_record.ts";
import type { ChangedFile, WorkTree } from "../workflow/work_tree.ts";

/** The most files that are named. */
const MOST_WRITTEN = 100;

/**
 * What changed from one look at a work tree to the next.
 * @returns undefined where nothing did, and where the files cannot be named: the lists are cut, or what
 * the command committed is not what was there.
 */
export function writtenBetween(before: WorkTree, after: WorkTree): WrittenFiles | undefined {
  const { head, tree } = before;
  if (head === after.head && tree === after.tree) return undefined;
  if (tree === after.tree) return { head, tree, changed: [], changedCount: 0 };
  if (head !== after.head || isCut(before) || isCut(after)) return undefined;
  const changed = differing(before.changed, after.changed);
  return { head, tree, changed: changed.slice(0, MOST_WRITTEN), changedCount: changed.length };
}

function isCut({ changed, changedCount }: WorkTree): boolean {
  return changed.length < changedCount;
}

/** Both lists are of what differs from the same commit. */
function differing(
  before: readonly ChangedFile[],
  after: readonly ChangedFile[],
): readonly WrittenFile[] {
  const was = new Map(before.map((file) => [file.path, file]));
  const is = new Map(after.map((file) => [file.path, file]));
  const paths = [...new Set([...was.keys(), ...is.keys()])].sort();
  return paths.flatMap((path): readonly WrittenFile[] => {
    const one = was.get(path);
    const other = is.get(path);
    if (one?.mode === other?.mode && one?.blob === other?.blob) return [];
    return [other ?? { path }];
  });
}
