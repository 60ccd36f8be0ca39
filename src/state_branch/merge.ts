/**
 * Bringing a commit's sessions in: each one by lineage and seq, none lost.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { FOLDERS, KEYS, OF_MAIN } from "../state_layout/names.ts";
import { readLines } from "../session/journal_end.ts";
import { covers, type StandingRemoval, standingRemovals } from "../session/removal.ts";
import { readRecords } from "../session/removed_sessions.ts";
import { readSessionAt } from "../session/repository_log/session_at.ts";
import type { SessionManager } from "../session/session_manager.ts";
import {
  forgedError,
  isForged,
  joinCopies,
  withoutTextsOf,
  withRedactionsOf,
} from "../snapshot/carry_redactions.ts";
import { collectSession, encodeLines } from "../snapshot/collect.ts";
import { contentOf, journalName } from "../snapshot/contents.ts";
import { checkFromFiles, type Incoming, incomingCopy } from "../snapshot/incoming.ts";
import { type Limits } from "../snapshot/limits.ts";
import { createIncoming, extendWith, mergeFiles, replaceWith } from "../snapshot/put_session.ts";
import { joinedLines, relate, type Relation } from "../snapshot/relation.ts";
import type { BranchTree } from "./branch_tree.ts";
import { branchSession } from "./diverged.ts";
import type { Git } from "./git.ts";
import { blobId } from "./objects.ts";
import { readSession } from "./read_session.ts";
import { GOES_ON, noticeOf, type RemovalNotice } from "./removal_notice.ts";

/** What became of one session of a commit. */
export interface MergedSession {
  readonly id: string;
  readonly task: string;
  readonly relation: Relation;
  /** The session that continues the local copy, if both copies diverged. */
  readonly branch: string | null;
}

/** What is merged, and how. */
export interface MergeRequest {
  readonly git: Git;
  readonly manager: SessionManager;
  readonly tree: BranchTree;
  /** Sessions of the commit to look at. */
  readonly sessions: Iterable<string>;
  /**
   * Bring back what the commit has where the copy here has gone further: as a branch session, which
   * becomes the current one where the copy here was; and what was removed. Default false: the copy
   * here counts, and so does a removal.
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
  /** Sessions that were removed here and continued there: they exist here again. */
  readonly removals: readonly RemovalNotice[];
}

/** Merges sessions of a commit. The project, and the records of removals, must be there. */
export async function mergeSessions(request: MergeRequest): Promise<Merged> {
  const { git, manager, tree, warn } = request;
  const restore = request.restore === true;
  const sessions: MergedSession[] = [];
  const refused = new Set<string>();
  const removals: RemovalNotice[] = [];
  const wanted = [...new Set(request.sessions)].filter((id) => tree.folders.has(id));
  // All at once: git is started once for them.
  await tree.filesOf(wanted);
  for (const id of wanted) {
    if (await isSame(git, manager, tree, id)) {
      if (restore) await bringBack(manager, id, "state restore");
      continue;
    }
    let incoming: Incoming;
    try {
      incoming = await readSession(git, tree, id, { limits: request.limits });
    } catch (error) {
      if (!(error instanceof OrchestratorError) || error.code === "git_failed") throw error;
      warn(`Session ${id} of the state branch was not merged: ${error.message}`);
      refused.add(id);
      continue;
    }
    const standing = await standingFor(manager, incoming, restore);
    if (standing === "removed") continue;
    if (standing.length > 0) {
      await bringBack(manager, id, restore ? "state restore" : GOES_ON);
      if (!restore) removals.push(...noticeOf(id, standing, "goes on"));
    }
    let merged: MergedSession | null;
    try {
      merged = await mergeSession(manager, incoming, restore);
    } catch (error) {
      if (restore || !(error instanceof DamagedCopy || isForged(error))) throw error;
      warn(`Session ${id} was not merged, and the branch keeps its copy: ${error.message}`);
      refused.add(id);
      continue;
    }
    if (merged !== null) sessions.push(merged);
    const how = restore ? "state restore" : standing.length > 0 ? GOES_ON : null;
    if (how !== null && merged !== null) await recordReturn(manager, merged, how);
  }
  return { sessions, refused, removals };
}

/**
 * The removals that a session of the commit is restored from: because it is restored, or has
 * continued since. "removed" when it stays removed. Sessions that exist here are settled when all
 * are merged.
 */
async function standingFor(
  manager: SessionManager,
  incoming: Incoming,
  restore: boolean,
): Promise<readonly StandingRemoval[] | "removed"> {
  const { backend } = manager;
  const { id } = incoming;
  if (await backend.hasSession(id) && !restore) return [];
  const standing = standingRemovals(await readRecords(backend, id));
  const copy = incomingCopy(incoming);
  const isCovered = standing.some((removal) => covers(removal, copy));
  return isCovered && !restore ? "removed" : standing;
}

async function bringBack(manager: SessionManager, id: string, how: string): Promise<void> {
  if (await readRecords(manager.backend, id) === "") return;
  await manager.withRepositoryLock("state merge", () => manager.bringBack(id, how));
}

/** Tells the repository's journal that a session counts again. */
async function recordReturn(
  manager: SessionManager,
  { id, branch }: MergedSession,
  how: string,
): Promise<void> {
  await manager.withRepositoryLock("state merge", async () => {
    const sessions = [await readSessionAt(manager.backend, branch ?? id)];
    await manager.recordInRepository([{ type: "sessions_restored", data: { how, sessions } }]);
  });
}

/** Whether a session's journal and feedback are the same here, byte for byte. */
async function isSame(
  git: Git,
  manager: SessionManager,
  tree: BranchTree,
  id: string,
): Promise<boolean> {
  const lines = await readLines(manager.backend, id);
  if (lines === null) return false;
  const files = await tree.filesOf([id]);
  if (blobId(git, encodeLines(lines.all)) !== files.get(journalName(id))?.oid) return false;
  for (const [path, { oid }] of files) {
    if (!isLines(path)) continue;
    const here = await manager.backend.readBlob(path);
    if (here === null || blobId(git, here) !== oid) return false;
  }
  return true;
}

/** Whether a commit has all that is here of a session's journal and feedback. */
export async function isThere(
  git: Git,
  manager: SessionManager,
  tree: BranchTree,
  id: string,
): Promise<boolean> {
  if (!await isSame(git, manager, tree, id)) return false;
  const files = await tree.filesOf([id]);
  const keys = await manager.backend.listBlobs(`sessions/${id}/`);
  return keys.every((key) => !isLines(key) || files.has(key));
}

/** Whether a file of a session only ever grows by lines, besides its journal. */
function isLines(path: string): boolean {
  const content = contentOf(path, "branch");
  return content?.kind === "session" && content.lines;
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
    const made = await manager.withRepositoryLock("state merge", async () => {
      if (await backend.hasSession(id)) return false;
      await createIncoming(backend, incoming);
      return true;
    });
    if (made) return merged("new");
  }
  const local = await readLines(backend, id);
  const { relation, forged } = relate(lines, local?.all ?? null);
  if (forged !== undefined) throw forgedError(id, forged);
  if (relation === "diverged" || (relation === "older" && restore)) {
    const branch = await goOnApart(manager, incoming, restore);
    return branch === null ? null : merged(relation, branch);
  }
  const joined = await joinTexts(manager, incoming, local?.all ?? []);
  const changed = joined || await manager.withLock({ session: id }, "state merge", async () => {
    const now = await readLines(backend, id);
    if (now === null || relate(lines, now.all).relation === "diverged") return false;
    if (lines.length <= now.all.length) return await mergeFiles(backend, incoming);
    await extendWith(backend, incoming, now);
    return true;
  });
  return changed ? merged(relation) : null;
}

/** Takes texts out of the copy here that were taken out of the one that arrives. */
async function joinTexts(
  manager: SessionManager,
  incoming: Incoming,
  local: readonly string[],
): Promise<boolean> {
  const { id, lines } = incoming;
  const joined = joinedLines(lines, local);
  if (local.every((line, index) => line === joined[index])) return false;
  return await manager.withRepositoryLock(
    "state merge",
    () =>
      manager.withLock(
        { session: id },
        "state merge",
        () => joinCopies(manager.backend, incoming, lines),
      ),
  );
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
  return await manager.withRepositoryLock(
    "state merge",
    () =>
      manager.withLock({ session: id }, "state merge", async () => {
        const here = await localCopy(manager, id);
        const { relation, common } = relate(incoming.lines, here.lines);
        if (relation !== "diverged" && !(relation === "older" && restore)) return null;
        const branch = branchSession(
          restore ? withoutTextsOf(here, incoming) : withoutTextsOf(incoming, here),
          common,
        );
        if (!await backend.hasSession(branch.id)) await createIncoming(backend, branch);
        await pointTo(manager, id, branch.id);
        const split = await readSessionAt(backend, id);
        if (!restore) {
          const how = await manager.recording();
          await replaceWith(backend, withRedactionsOf(here.lines, common, incoming, how));
        }
        const how = restore ? "state restore" : "state merge";
        await manager.recordInRepository([
          { type: "session_split", data: { ...split, into: branch.id, how } },
        ]);
        return branch.id;
      }),
  );
}

/** @throws DamagedCopy */
async function localCopy(manager: SessionManager, id: string): Promise<Incoming> {
  try {
    const { files } = await collectSession(manager.backend, id);
    const read = await Promise.all(
      files.map(async (file) => [file.name, await file.read()] as const),
    );
    return checkFromFiles(id, read);
  } catch (error) {
    const isDamage = error instanceof OrchestratorError &&
      (error.code === "journal_corrupt" || error.code === "snapshot_invalid");
    if (!isDamage) throw error;
    throw new DamagedCopy(id, { cause: error });
  }
}

/** The copy here of a session cannot be trusted. */
class DamagedCopy extends OrchestratorError {
  constructor(id: string, { cause }: { readonly cause: OrchestratorError }) {
    super(
      "journal_corrupt",
      `Cannot trust the copy of session "${id}" here: its journal is damaged`,
      {
        hint: `Run \`orchestrator log verify --session ${id}\``,
        details: { session: id },
        cause,
      },
    );
  }
}

/** What points to the local session, in every checkout, moves to its branch session. */
async function pointTo(manager: SessionManager, from: string, to: string): Promise<void> {
  const { backend } = manager;
  const keys = new Set([
    KEYS.current,
    ...await backend.listBlobs(`${FOLDERS.bindings}/`),
    ...await backend.listBlobs(`${FOLDERS.checkouts}/`),
    OF_MAIN + KEYS.current,
    ...await backend.listBlobs(`${OF_MAIN}${FOLDERS.bindings}/`),
  ]);
  for (const key of keys) {
    if ((await backend.readText(key))?.trim() === from) await backend.writeBlob(key, `${to}\n`);
  }
}
