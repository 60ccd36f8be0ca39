/**
 * What is recorded of the project's files with a proof, an approval, the beginning and the end of a
 * session. Never a reason to refuse anything.
 * @module
 */
import { STATE_DIRECTORY } from "../project/paths.ts";
import { factsOf } from "../work_tree/file_facts.ts";
import { recordWork, takeFiles } from "../work_tree/record.ts";
import { needsFreshProofs } from "../workflow/held_proofs.ts";
import type { SessionState } from "../workflow/state.ts";
import type { FileFacts, WorkRecord } from "../workflow/work_record.ts";
import type { Project } from "./workspace.ts";
import { isInside } from "../project/inside.ts";

/** Where the project is, and how git is run there. */
interface Looking extends Pick<Project, "paths"> {
  readonly io: Pick<Project["io"], "env">;
}

/** What of a session's work is looked at. */
export interface WorkRequest {
  readonly state: Pick<SessionState, "lineage"> & Partial<Pick<SessionState, "definition">>;
  /** Files that the item, the phase or the workflow names. */
  readonly named: readonly string[];
  /** The globs of the item, where it has some: they count where there is no repository. */
  readonly inputs?: readonly string[] | undefined;
}

/** For a look at the files, in a workflow that cannot end without it. */
const NEEDED_PATIENCE_MS = 60_000;

/** How long git may take, in ms: as a setting of what looks. Absent where the usual time is enough. */
export function patienceFor(
  { definition }: Partial<Pick<SessionState, "definition">>,
): { readonly timeoutMs?: number } {
  if (definition === undefined || !needsFreshProofs({ definition })) return {};
  return { timeoutMs: NEEDED_PATIENCE_MS };
}

/** The files before a command runs: what {@link workNow} takes as `before`. */
export function filesNow(
  workspace: Looking,
  named: readonly string[],
  state: Pick<SessionState, "definition">,
): Promise<WorkRecord["tree"]> {
  const place = { ...placeOf(workspace), ...patienceFor(state) };
  return takeFiles({ ...place, named: inside(workspace, named) });
}

/** What the project is now, as a command of the engine takes it. */
export async function workNow(
  workspace: Looking,
  { state, named, inputs, before }: WorkRequest & { readonly before?: WorkRecord["tree"] },
): Promise<{ readonly work: WorkRecord }> {
  const work = await recordWork({
    ...placeOf(workspace),
    ...patienceFor(state),
    lineage: state.lineage,
    named: inside(workspace, named),
    ...(inputs === undefined ? {} : { inputs }),
    ...(before === undefined ? {} : { before }),
  });
  const worktree = workspace.paths.stateHome?.worktree?.name;
  return { work: worktree === undefined ? work : { ...work, worktree } };
}

/** What is at paths that verifications name. Those that cannot be looked at are absent. */
export function filesAt(
  workspace: Pick<Project, "paths">,
  named: readonly string[],
): Readonly<Record<string, FileFacts>> {
  return factsOf(workspace.paths.root, inside(workspace, named));
}

/** What is outside the project proves nothing: it is not looked at. */
function inside({ paths }: Pick<Project, "paths">, named: readonly string[]): readonly string[] {
  return named.filter((path) => {
    try {
      return isInside(paths.root, path);
    } catch {
      return false;
    }
  });
}

function placeOf({ paths, io }: Looking) {
  return { root: paths.root, env: io.env, without: [STATE_DIRECTORY] };
}
