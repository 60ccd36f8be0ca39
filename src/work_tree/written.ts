/**
 * What a command changed in a work tree while it ran.
 * @module
 */
import type { WrittenFile, WrittenFiles } from "../workflow/work_record.ts";
import type { ChangedFile, WorkTree } from "../workflow/work_tree.ts";
import { type ComparedPlace, MomentComparison } from "./compare.ts";
import { LookingGit } from "./git.ts";
import { hasOddBytes } from "./names.ts";

const PATIENCE_MS = 2000;

/** The most files that are named. */
const MOST_WRITTEN = 100;

/**
 * What changed from one look at a work tree to the next; undefined where nothing did.
 *
 * The files cannot be named where a list is cut, or where git does not know what was committed.
 */
export async function writtenBetween(
  place: ComparedPlace,
  before: WorkTree,
  after: WorkTree,
): Promise<WrittenFiles | undefined> {
  const { head, tree } = before;
  const dirty = sameSubmodules(before, after) ? {} : { submodules: before.submodules ?? [] };
  if (tree === after.tree) {
    const isSame = head === after.head && dirty.submodules === undefined;
    return isSame ? undefined : { head, tree, changed: [], changedCount: 0, ...dirty };
  }
  const changed = head === after.head && !isCut(before) && !isCut(after)
    ? differing(before.changed, after.changed)
    : await compared(place, before, after);
  if (changed === null) return { head, tree, changed: [], changedCount: 1, ...dirty };
  return {
    head,
    tree,
    changed: await withNew(place, head, changed.slice(0, MOST_WRITTEN)),
    changedCount: changed.length,
    ...dirty,
  };
}

/** Marks those that neither were there nor are in the commit, as far as git says it. */
async function withNew(
  { root, env, timeoutMs = PATIENCE_MS }: ComparedPlace,
  head: string | null,
  changed: readonly WrittenFile[],
): Promise<readonly WrittenFile[]> {
  const unknown = changed.filter(({ path, mode }) => mode === undefined && !hasOddBytes(path))
    .map(({ path }) => path);
  if (unknown.length === 0) return changed;
  try {
    const listed = head === null ? "" : await new LookingGit(root, env, timeoutMs)
      .run(["ls-tree", "-z", "--name-only", "--full-tree", head, "--", ...unknown]);
    const there = new Set(listed.split("\0"));
    const added = new Set(unknown.filter((path) => !there.has(path)));
    return changed.map((file) => added.has(file.path) ? { ...file, isNew: true } : file);
  } catch {
    return changed;
  }
}

/** Where the command committed, git knows what. Null where it cannot name all of it. */
async function compared(
  place: ComparedPlace,
  before: WorkTree,
  after: WorkTree,
): Promise<readonly WrittenFile[] | null> {
  try {
    const { paths, complete } = await new MomentComparison(place).between(before, after);
    const was = new Map(before.changed.map((file) => [file.path, file]));
    return complete ? paths.map((path) => was.get(path) ?? { path }) : null;
  } catch {
    return null;
  }
}

function isCut({ changed, changedCount }: WorkTree): boolean {
  return changed.length < changedCount;
}

function sameSubmodules({ submodules: one = [] }: WorkTree, { submodules: other = [] }: WorkTree) {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Both lists are of what differs from the same commit. @returns the files as they were before. */
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
    return [one ?? { path }];
  });
}
