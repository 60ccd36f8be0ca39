/**
 * What this clone remembers of its sessions outside of the state directory, and what of it is not there
 * any more.
 * @module
 */
import { join } from "node:path";
import { checkedOut } from "../project/git_head.ts";
import { isOfRemovedWorktree, statePlaceName } from "../project/state_place_name.ts";
import type { LoadedSession } from "../session/load.ts";
import type { ChainHead } from "../session/repository_log/lines.ts";
import {
  isSame,
  lostEnd,
  type RememberedEnd,
  type RememberedHead,
  Witness,
} from "../session/witness.ts";
import { GIT_FOLDER } from "../state_layout/places.ts";
import type { Project, Sessions, Surroundings } from "./workspace.ts";

type Asking = Pick<Project, "paths" | "meta"> & Pick<Sessions, "manager"> & {
  readonly io: Pick<Surroundings, "now">;
};

/** Null without git, and where the state is a person's own. Never throws. */
export function witnessOf(workspace: Asking): Witness | null {
  const { paths, manager, io } = workspace;
  const found = paths.isHome ? null : statePlaceName(paths);
  if (found === null) return null;
  const branch = isPortable(workspace) ? checkedOut(paths.root)?.branch ?? null : undefined;
  return new Witness(
    {
      folder: join(found.git, GIT_FOLDER),
      place: found.place,
      ...(branch === undefined ? {} : { portable: true }),
      ...(branch === undefined || branch === null ? {} : { branch }),
    },
    manager.backend,
    io.now,
  );
}

/** A damaged meta.json is for others to report. */
function isPortable(workspace: Pick<Project, "meta">): boolean {
  try {
    return workspace.meta?.mode === "portable";
  } catch {
    return false;
  }
}

/**
 * The furthest event of a session that was recorded here and that its journal does not hold; null for
 * none. In portable mode none is missing: git brings and takes the ends of journals.
 */
export async function lostHere(
  workspace: Asking,
  { state: { session }, head }: {
    readonly state: Pick<LoadedSession["state"], "session">;
    readonly head: ChainHead;
  },
): Promise<RememberedEnd | null> {
  if (isPortable(workspace)) return null;
  const known = witnessOf(workspace)?.headOf(session);
  if (known === undefined || known.portable === true) return null;
  if (known.lost === undefined && isSame(known, head)) return null;
  try {
    return await lostEnd(workspace.manager.backend, known);
  } catch {
    return null;
  }
}

/** What is remembered of sessions that are in this state directory; none in portable mode, as above. */
export function headsHere(workspace: Asking): readonly RememberedHead[] {
  if (isPortable(workspace)) return [];
  const witness = witnessOf(workspace);
  return witness?.heads().filter((head) => head.portable !== true && witness.isOf(head)) ?? [];
}

/** Sessions that were here, or in a linked worktree that is removed, and are gone without a removal. */
export async function goneFromHere(workspace: Asking): Promise<readonly RememberedHead[]> {
  const { root } = workspace.paths;
  return await witnessOf(workspace)?.gone((place) => isOfRemovedWorktree(place, root)) ?? [];
}
