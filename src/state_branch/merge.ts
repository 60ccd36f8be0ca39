/**
 * Bringing a commit's sessions in: each one by lineage and seq, none lost.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { KEYS } from "../project/paths.ts";
import { setCurrent } from "../session/resolve.ts";
import type { SessionManager } from "../session/session_manager.ts";
import { collectSession, encodeLines } from "../snapshot/collect.ts";
import { contentOf, journalName } from "../snapshot/contents.ts";
import { checkFromFiles, type Incoming } from "../snapshot/incoming.ts";
import { DEFAULT_LIMITS, limitError, type Limits } from "../snapshot/limits.ts";
import {
  createIncoming,
  extendWith,
  localLines,
  mergeFiles,
  replaceWith,
} from "../snapshot/put_session.ts";
import { relate, type Relation } from "../snapshot/relation.ts";
import { branchSession } from "./diverged.ts";
import type { Git } from "./git.ts";
import { blobId, readBlobs, type Tree } from "./objects.ts";

/** What became of one session of a commit. */
export interface MergedSession {
  readonly id: string;
  readonly task: string;
  readonly relation: Relation;
  /** The session that the copy here goes on as, when both went different ways. */
  readonly branch: string | null;
}

/** What is merged, and how. */
export interface MergeRequest {
  readonly git: Git;
  readonly manager: SessionManager;
  readonly tree: Tree;
  /** Sessions that were removed here since: they are not brought back. */
  readonly removed: ReadonlySet<string>;
  /**
   * Bring back what the commit has where the copy here has gone further: as a branch session, which
   * becomes the current one where the copy here was. Default false: the copy here counts.
   */
  readonly restore?: boolean;
  readonly limits?: Limits;
  readonly warn: (message: string) => void;
}

/** What a merge did. */
export interface Merged {
  /** Sessions that were touched. */
  readonly sessions: readonly MergedSession[];
  /** Sessions of the commit that cannot be trusted, and were left alone. */
  readonly refused: ReadonlySet<string>;
  /** Sessions of the commit that were removed here since, and were not brought back. */
  readonly removed: ReadonlySet<string>;
}

/** The sessions a tree has a journal of. */
export function sessionsOf(tree: Tree): readonly string[] {
  return [...tree.keys()].flatMap((path) => {
    const content = contentOf(path);
    return content?.kind === "journal" ? [content.session] : [];
  });
}

/** Merges every session of a tree. The project must be there. */
export async function mergeSessions(request: MergeRequest): Promise<Merged> {
  const { git, manager, tree, removed, warn } = request;
  const sessions: MergedSession[] = [];
  const refused = new Set<string>();
  for (const id of sessionsOf(tree)) {
    if (removed.has(id) || await isSame(git, manager, tree, id)) continue;
    let incoming: Incoming;
    try {
      incoming = await readSession(git, tree, id, request.limits ?? DEFAULT_LIMITS);
    } catch (error) {
      if (!(error instanceof OrchestratorError) || error.code === "git_failed") throw error;
      warn(`Session ${id} of the state branch was left alone: ${error.message}`);
      refused.add(id);
      continue;
    }
    const merged = await mergeSession(manager, incoming, request.restore === true);
    if (merged !== null) sessions.push(merged);
  }
  return { sessions, refused, removed };
}

/** Whether a session's journal and feedback are the same here, byte for byte. */
async function isSame(
  git: Git,
  manager: SessionManager,
  tree: Tree,
  id: string,
): Promise<boolean> {
  const lines = await localLines(manager.backend, id);
  if (lines === null) return false;
  if (blobId(git, encodeLines(lines)) !== tree.get(journalName(id))?.oid) return false;
  for (const [path, { oid }] of tree) {
    const content = contentOf(path);
    if (content?.kind !== "session" || content.session !== id || !content.lines) continue;
    const here = await manager.backend.readBlob(path);
    if (here === null || blobId(git, here) !== oid) return false;
  }
  return true;
}

/** Whether a tree has all that is here of a session's journal and feedback. */
export async function isThere(
  git: Git,
  manager: SessionManager,
  tree: Tree,
  id: string,
): Promise<boolean> {
  if (!await isSame(git, manager, tree, id)) return false;
  const keys = await manager.backend.listBlobs(`sessions/${id}/`);
  return keys.every((key) => {
    const content = contentOf(key);
    return content?.kind !== "session" || !content.lines || tree.has(key);
  });
}

/** Reads and checks a session of a tree. @throws `snapshot_invalid`, `limit_exceeded` */
export async function readSession(
  git: Git,
  tree: Tree,
  id: string,
  limits: Limits,
): Promise<Incoming> {
  const paths = [...tree.keys()].filter((path) => {
    const content = contentOf(path);
    return content !== null && "session" in content && content.session === id;
  });
  for (const path of paths) {
    const size = tree.get(path)?.size ?? 0;
    if (size > limits.fileSize) throw limitError("fileSize", limits, size);
  }
  const blobs = await readBlobs(git, paths.map((path) => tree.get(path)?.oid ?? ""));
  return checkFromFiles(
    id,
    paths.map((path, index) => [path, blobs[index] ?? new Uint8Array()] as const),
  );
}

/** Whether a session of a tree can be read and trusted by this program. */
export async function isReadable(git: Git, tree: Tree, id: string): Promise<boolean> {
  try {
    await readSession(git, tree, id, DEFAULT_LIMITS);
    return true;
  } catch (error) {
    if (error instanceof OrchestratorError && error.code !== "git_failed") return false;
    throw error;
  }
}

async function mergeSession(
  manager: SessionManager,
  incoming: Incoming,
  restore: boolean,
): Promise<MergedSession | null> {
  const { id, lines, state } = incoming;
  const { backend } = manager;
  const merged = (relation: Relation, branch: string | null = null): MergedSession => ({
    id,
    task: state.task,
    relation,
    branch,
  });
  if (!await backend.hasSession(id)) {
    const made = await manager.holdRepository("state merge", async () => {
      if (await backend.hasSession(id)) return false;
      await createIncoming(backend, incoming);
      return true;
    });
    if (made) return merged("new");
  }
  const local = await localLines(backend, id);
  const { relation } = relate(lines, local);
  if (relation === "diverged" || (relation === "older" && restore)) {
    const branch = await goOnApart(manager, incoming, restore);
    return branch === null ? null : merged(relation, branch);
  }
  const changed = await manager.hold({ session: id }, "state merge", async () => {
    const now = await localLines(backend, id);
    if (now === null || relate(lines, now).relation === "diverged") return false;
    if (lines.length <= now.length) return await mergeFiles(backend, incoming);
    await extendWith(backend, incoming, now);
    return true;
  });
  return changed ? merged(relation) : null;
}

/**
 * Keeps both ways of a session. The commit's copy keeps the id and the copy here becomes the branch
 * session; when something is restored it is the other way round, and the id stays with the copy here.
 * @returns the branch session's id; null when it was not needed any more.
 */
async function goOnApart(
  manager: SessionManager,
  incoming: Incoming,
  restore: boolean,
): Promise<string | null> {
  const { backend } = manager;
  const { id } = incoming;
  return await manager.holdRepository(
    "state merge",
    () =>
      manager.hold({ session: id }, "state merge", async () => {
        const here = await localCopy(manager, id);
        const { relation, common } = relate(incoming.lines, here.lines);
        if (relation !== "diverged" && !(relation === "older" && restore)) return null;
        const branch = branchSession(restore ? incoming : here, common);
        if (!await backend.hasSession(branch.id)) await createIncoming(backend, branch);
        await pointTo(manager, id, branch.id);
        if (!restore) await replaceWith(backend, incoming);
        return branch.id;
      }),
  );
}

async function localCopy(manager: SessionManager, id: string): Promise<Incoming> {
  const { files } = await collectSession(manager.backend, id);
  const read = await Promise.all(
    files.map(async (file) => [file.name, await file.read()] as const),
  );
  return checkFromFiles(id, read);
}

/** Whoever worked on the session here works on its branch session from now on. */
async function pointTo(manager: SessionManager, from: string, to: string): Promise<void> {
  const { backend } = manager;
  if ((await backend.readText(KEYS.current))?.trim() === from) await setCurrent(manager, to);
  for (const key of await backend.listBlobs("bindings/")) {
    if ((await backend.readText(key))?.trim() === from) await backend.writeBlob(key, `${to}\n`);
  }
}
