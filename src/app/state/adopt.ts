/**
 * Taking over the sessions that a linked worktree has for itself, from before the state was shared.
 *
 * Each session is compared by its journal: one that is not in the shared state is added, one that went
 * on is continued, one whose journal the shared one continues is there already. One that went another
 * way stays where it is. What was taken over moves to `backups/` in the worktree's own state
 * directory, session by session, under its lock: a run that is cut off is finished by the next one.
 * @module
 */
import { renameSync } from "node:fs";
import { join } from "node:path";
import { OrchestratorError } from "../../errors.ts";
import { syncDirectory } from "../../platform/atomic_file.ts";
import { ioError } from "../../platform/io_error.ts";
import { makeDirectory } from "../../platform/make_directory.ts";
import { isTracked } from "../../platform/own_link.ts";
import { pathExists } from "../../platform/path.ts";
import { lookWithin } from "../../platform/within.ts";
import { readRepositoryMeta } from "../../project/identity.ts";
import { ownSessions } from "../../project/own_sessions.ts";
import { OrchestratorPaths } from "../../project/paths.ts";
import { SessionManager } from "../../session/session_manager.ts";
import { exportSnapshot } from "../../snapshot/export.ts";
import { importSnapshot } from "../../snapshot/import.ts";
import { DEFAULT_LIMITS } from "../../snapshot/limits.ts";
import type { Relation } from "../../snapshot/relation.ts";
import { FOLDERS, KEYS, STATE_DIRECTORY } from "../../state_layout/names.ts";
import { PRIVATE } from "../../state_layout/modes.ts";
import { timeInName } from "../../state_layout/places.ts";
import { FileBackend } from "../../storage/file_backend.ts";
import type { Workspace } from "../workspace.ts";

/** What became of one session. */
export interface Adopted {
  readonly session: string;
  readonly name: string | null;
  readonly task: string;
  /** How the worktree's copy related to the shared one. */
  readonly relation: Relation;
  /** Whether its content is in the shared state now. */
  readonly isShared: boolean;
  /** Why the worktree's copy stays where it is although it is shared, as a clause; null where it does not. */
  readonly stays: string | null;
}

/** The state of the worktree itself; null where there is none, or it is the one that is used. */
export function ownState({ paths, io }: Pick<Workspace, "paths" | "io">): OrchestratorPaths | null {
  if (paths.stateHome?.shared === undefined) return null;
  const own = new OrchestratorPaths(paths.root, "flag", io.home);
  return ownSessions(paths).length > 0 ? own : null;
}

/**
 * Takes them over. The change has been prepared.
 * @param dryRun only tells what would become of them.
 */
export async function adoptOwnState(
  workspace: Workspace,
  own: OrchestratorPaths,
  dryRun: boolean,
): Promise<readonly Adopted[]> {
  const from = new SessionManager({
    backend: new FileBackend(own.stateDirectory),
    actor: () => workspace.actor,
    now: workspace.io.now,
    lockTimeoutMs: 10_000,
    warn: (message) => workspace.warn(message),
  });
  const { manager } = workspace;
  const current = await from.currentSession();
  // An import makes the first session current where none is.
  const had = await manager.currentSession();
  const found: Adopted[] = [];
  for (const id of [...await from.listSessions()].sort()) {
    const adopt = () => adoptOne(workspace, { own, from, id, dryRun });
    found.push(dryRun ? await adopt() : await from.withLock({ session: id }, "state adopt", adopt));
  }
  const isHere = found.some(({ session, isShared }) => session === current && isShared);
  if (!dryRun && current !== null && isHere && had === null) {
    await manager.withRepositoryLock("state adopt", () => manager.setCurrentSession(current));
  }
  return found;
}

interface One {
  readonly own: OrchestratorPaths;
  readonly from: SessionManager;
  readonly id: string;
  readonly dryRun: boolean;
}

async function adoptOne(workspace: Workspace, one: One): Promise<Adopted> {
  const { own, from, id, dryRun } = one;
  const [looked] = (await bring(workspace, one, true)).sessions;
  if (looked === undefined) throw new TypeError(`the snapshot of ${id} has no session`);
  const { name, task, relation } = looked;
  const isShared = relation !== "diverged";
  let stays: string | null = null;
  if (isShared && !dryRun) {
    if (relation === "new" || relation === "newer") await bring(workspace, one, false);
    if (await from.backend.hasSession(id)) {
      stays = await whyItStays(workspace, own, id);
      if (stays === null) setAside(own, id, workspace.io.now());
    }
  }
  return { session: id, name, task, relation, isShared, stays };
}

/** Carries a session from one state into the other, as a snapshot does. */
async function bring(workspace: Workspace, { own, from, id }: One, dryRun: boolean) {
  const repository = readRepositoryMeta(own.metaFile) ?? workspace.meta;
  if (repository === null) throw await workspace.noSession();
  const { bytes } = await exportSnapshot(from.backend, {
    repository,
    now: workspace.io.now(),
    sessions: [id],
    includeSecrets: false,
  });
  return await importSnapshot({
    manager: workspace.manager,
    paths: workspace.paths,
    now: workspace.io.now,
    warn: (message) => workspace.warn(message),
    bytes,
    read: {
      limits: DEFAULT_LIMITS,
      askKey: () => Promise.reject(new TypeError("it is not encrypted")),
    },
    adopt: true,
    // Only to be told of it: then the older copy replaces nothing.
    replace: dryRun,
    dryRun,
  });
}

/** A copy that git tracks is a branch's, and so may be one of which git does not tell. */
async function whyItStays(
  { io }: Pick<Workspace, "io">,
  own: OrchestratorPaths,
  id: string,
): Promise<string | null> {
  const tracked = isTracked(join(own.sessions, id));
  if (tracked === false) return null;
  if (tracked === true) return "git tracks it, so it belongs to the branch";
  const { whyGitFails } = await import("../../project/git_failure.ts");
  const { text } = await whyGitFails(own.root, io.env, ["ls-files", "--", STATE_DIRECTORY]);
  return `it is not known whether git tracks it (${text})`;
}

/** Moves the worktree's copy out of the way. */
function setAside(own: OrchestratorPaths, id: string, now: Date): void {
  const folder = join(own.sessions, id);
  const kept = join(own.stateDirectory, FOLDERS.backups);
  const to = join(kept, `adopted-${timeInName(now)}-${id}`);
  try {
    lookWithin(own.stateDirectory, kept, "create");
    makeDirectory(kept, { mode: PRIVATE.folder });
    if (pathExists(to)) throw alreadyThere(to);
    // The lock in it may be as new as this command.
    syncDirectory(folder);
    renameSync(folder, to);
    syncDirectory(kept);
    syncDirectory(own.sessions);
  } catch (error) {
    throw ioError("move", folder, error);
  }
}

function alreadyThere(path: string): OrchestratorError {
  return new OrchestratorError("already_exists", `Cannot move a session to "${path}": it exists`, {
    hint: "Move it elsewhere, then run `orchestrator state adopt` again",
  });
}

/** What stays in the worktree: files that are no sessions, by name. */
export function leftInWorktree(own: OrchestratorPaths): readonly string[] {
  return [KEYS.config, FOLDERS.secrets].filter((name) =>
    pathExists(join(own.stateDirectory, name))
  );
}
