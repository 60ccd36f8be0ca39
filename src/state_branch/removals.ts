/**
 * Removals that were recorded on other machines: a session is removed here too if the local copy
 * has nothing that the removed one lacked; one that has changed since is kept.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import {
  covers,
  mergeRecords,
  type StandingRemoval,
  standingRemovals,
} from "../session/removal.ts";
import { addRecords, copyOf, readRecords, recordedSessions } from "../session/removed_sessions.ts";
import { readSessionAt } from "../session/repository_log/session_at.ts";
import type { SessionManager } from "../session/session_manager.ts";
import { incomingCopy } from "../snapshot/incoming.ts";
import { LIMITS } from "../state_layout/limits.ts";
import { KEYS } from "../state_layout/names.ts";
import type { StorageBackend } from "../storage/backend.ts";
import type { BranchTree } from "./branch_tree.ts";
import type { Git } from "./git.ts";
import { readBlobs, type TreeFile } from "./objects.ts";
import { readSession } from "./read_session.ts";
import { GOES_ON, noticeOf, type RemovalNotice } from "./removal_notice.ts";

/**
 * Takes the records of removals over from a commit.
 * @param sessions whose; default: all there are.
 */
export async function takeRecords(
  git: Git,
  manager: SessionManager,
  tree: BranchTree,
  sessions: Iterable<string>,
): Promise<void> {
  const { backend } = manager;
  const wanted = [...new Set(sessions)].flatMap((id) => {
    const file = tree.files.get(KEYS.removed(id));
    return file === undefined || file.size > LIMITS.removals ? [] : [{ id, file }];
  });
  if (wanted.length === 0) return;
  await manager.withRepositoryLock("state merge", async () => {
    for (const portion of portions(wanted)) {
      const blobs = await readBlobs(git, portion.map(({ file }) => file.oid));
      for (const [index, { id }] of portion.entries()) {
        await takeRecord(backend, id, new TextDecoder().decode(blobs[index]));
      }
    }
  });
}

/** Records that would make the file larger than it may be read stay where they are. */
async function takeRecord(backend: StorageBackend, id: string, text: string): Promise<void> {
  try {
    await addRecords(backend, id, text);
  } catch (error) {
    if (!(error instanceof OrchestratorError) || error.code !== "limit_exceeded") throw error;
  }
}

/** So many bytes of records are read at once. */
const AT_ONCE = 8 * LIMITS.removals;

function* portions<T extends { readonly file: TreeFile }>(all: readonly T[]): Iterable<T[]> {
  let portion: T[] = [];
  let bytes = 0;
  for (const one of all) {
    if (bytes + one.file.size > AT_ONCE) {
      yield portion;
      portion = [];
      bytes = 0;
    }
    portion.push(one);
    bytes += one.file.size;
  }
  yield portion;
}

/** Removals that stand, of the sessions that have any here. */
export async function standingHere(
  manager: SessionManager,
): Promise<ReadonlyMap<string, readonly StandingRemoval[]>> {
  const { backend } = manager;
  const found = new Map<string, readonly StandingRemoval[]>();
  for (const id of await recordedSessions(backend)) {
    const standing = standingRemovals(await readRecords(backend, id));
    if (standing.length > 0) found.set(id, standing);
  }
  return found;
}

/**
 * Brings the sessions here in line with the removals that stand.
 * @returns what became of them; nothing of those that are not here.
 */
export async function settleRemovals(manager: SessionManager): Promise<readonly RemovalNotice[]> {
  const { backend } = manager;
  const notices: RemovalNotice[] = [];
  for (const [id, standing] of await standingHere(manager)) {
    if (!await backend.hasSession(id)) continue;
    const outcome = await settle(manager, id);
    if (outcome !== null) notices.push(...noticeOf(id, standing, outcome));
  }
  return notices;
}

async function settle(
  manager: SessionManager,
  id: string,
): Promise<RemovalNotice["outcome"] | null> {
  const { backend } = manager;
  return await manager.withRepositoryLock("state merge", async () => {
    const request = { operation: "state merge", actor: "orchestrator", timeoutMs: PATIENCE_MS };
    try {
      return await backend.withLock({ session: id }, request, async () => {
        const standing = standingRemovals(await readRecords(backend, id));
        const copy = await copyOf(backend, id);
        if (standing.length === 0 || copy === null) return null;
        if (standing.some((removal) => covers(removal, copy))) {
          await backend.removeSession(id);
          return "removed";
        }
        await manager.bringBack(id, GOES_ON);
        const sessions = [await readSessionAt(backend, id)];
        await manager.recordInRepository([
          { type: "sessions_restored", data: { how: GOES_ON, sessions } },
        ]);
        return "goes on";
      });
    } catch (error) {
      if (!(error instanceof OrchestratorError)) throw error;
      if (error.code === "session_unknown") return null;
      if (error.code === "lock_held") return "held";
      throw error;
    }
  });
}

/** Short wait for a session that is in use. */
const PATIENCE_MS = 100;

/**
 * Which sessions of a commit were removed: a standing removal covers the copy there. What cannot be
 * read is not removed.
 * @param sessions the ones in question; none of them is here.
 * @param recorders commits whose records count, besides those here.
 */
export async function removedFrom(
  { git, manager }: { readonly git: Git; readonly manager: SessionManager },
  tree: BranchTree,
  sessions: readonly string[],
  recorders: readonly BranchTree[],
): Promise<ReadonlySet<string>> {
  const { backend } = manager;
  const recordedHere = new Set(await recordedSessions(backend));
  const removed = new Set<string>();
  for (const id of sessions) {
    const key = KEYS.removed(id);
    const oids = new Set(recorders.flatMap(({ files }) => {
      const file = files.get(key);
      return file === undefined || file.size > LIMITS.removals ? [] : [file.oid];
    }));
    if (oids.size === 0 && !recordedHere.has(id)) continue;
    const blobs = await readBlobs(git, [...oids]);
    const there = blobs.map((blob) => new TextDecoder().decode(blob));
    const standing = standingRemovals(mergeRecords(await readRecords(backend, id), ...there));
    if (standing.length === 0) continue;
    try {
      const copy = incomingCopy(await readSession(git, tree, id));
      if (standing.some((removal) => covers(removal, copy))) removed.add(id);
    } catch (error) {
      if (!(error instanceof OrchestratorError) || error.code === "git_failed") throw error;
    }
  }
  return removed;
}
