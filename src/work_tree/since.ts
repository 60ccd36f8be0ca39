/**
 * What people and programs have changed since a moment, without what verification commands changed
 * themselves while they ran.
 * @module
 */
import type { WrittenFiles } from "../workflow/work_record.ts";
import type { WorkTree } from "../workflow/work_tree.ts";
import type { Moment, MomentComparison, TreeDifference } from "./compare.ts";

/** A verification command that changed files: those once it had ended, and what it changed. */
export interface Run {
  readonly after: WorkTree;
  readonly wrote: WrittenFiles;
}

/**
 * What has changed since a moment. A file that is again what it was then has not; one that only runs
 * have changed has not either: so a proof that writes a report makes no other proof stale.
 * @param runs those since then, in their order.
 * @throws as {@link MomentComparison.between}
 */
export async function changedSince(
  comparison: MomentComparison,
  { proof, runs, now }: {
    readonly proof: Moment;
    readonly runs: readonly Run[];
    readonly now: Moment;
  },
): Promise<TreeDifference> {
  const net = await comparison.between(proof, now);
  if (isNothing(net) || runs.length === 0) return net;
  const between: TreeDifference[] = [];
  let last = proof;
  for (const run of runs) {
    between.push(await comparison.between(last, beforeRun(run)));
    last = run.after;
  }
  between.push(await comparison.between(last, now));
  const touched = new Set(between.flatMap(({ paths }) => paths));
  const areNamed = between.every(({ complete }) => complete);
  if (net.complete) {
    return areNamed ? { ...net, paths: net.paths.filter((path) => touched.has(path)) } : net;
  }
  const paths = areNamed ? touched : new Set([...touched, ...net.paths]);
  const { missing } = net;
  return {
    paths: [...paths].sort(),
    complete: areNamed,
    ...(areNamed || missing === undefined ? {} : { missing }),
  };
}

function isNothing({ paths, complete }: TreeDifference): boolean {
  return paths.length === 0 && complete;
}

/** The files before a run. */
function beforeRun(
  { after, wrote: { head, tree, changed, changedCount, submodules } }: Run,
): Moment {
  const dirty = submodules ?? after.submodules;
  // Where it committed, what it did not change is still known by the commit that it made.
  const moment = {
    head: after.head,
    tree,
    ...(dirty === undefined ? {} : { submodules: dirty }),
  };
  if (changedCount === 0) return { ...after, ...moment };
  const limits = [
    ...(changed.length < changedCount ? [changed.at(-1)?.path ?? ""] : []),
    ...(after.changed.length < after.changedCount ? [after.changed.at(-1)?.path ?? ""] : []),
  ].sort();
  const [knownTo] = limits;
  const written = new Set(changed.map(({ path }) => path));
  const files = after.changed.filter(({ path }) =>
    !written.has(path) && (knownTo === undefined || path <= knownTo)
  );
  const unknown = new Set<string>();
  for (const { path, mode, blob, as } of changed) {
    if (mode === undefined || blob === undefined) {
      if (head !== after.head) unknown.add(path);
      continue;
    }
    files.push({ path, mode, blob, ...(as === undefined ? {} : { as }) });
  }
  return {
    ...moment,
    changed: files,
    changedCount: files.length,
    ...(knownTo === undefined ? {} : { knownTo }),
    ...(unknown.size === 0 ? {} : { unknown }),
  };
}
