/**
 * The index of a commit: what a list shows of each session, so that thousands are listed without
 * reading their journals. `index/<first letter of the id>.jsonl`, one JSON object a line.
 *
 * It is derived. An entry names the tree that the session's folder was when it was made, and counts
 * only while that is what the folder is: what an earlier program, or a stranger, has pushed without it
 * is read from the journal instead.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { loadSession } from "../session/load.ts";
import { rowOf, type SessionSummary } from "../session/summary.ts";
import type { SessionManager } from "../session/session_manager.ts";
import { SESSION_ID } from "../state_layout/names.ts";
import { VERSION } from "../version.ts";
import type { SessionState } from "../workflow/state.ts";
import type { BranchTree } from "./branch_tree.ts";
import type { Git } from "./git.ts";
import { readBlobs } from "./objects.ts";
import { readSession } from "./read_session.ts";
import { TreeBackend } from "./tree_backend.ts";

/** What the index says of a session. */
export interface IndexEntry extends Omit<SessionSummary, "lock" | "heldBy" | "problem"> {
  readonly lineage: string;
  readonly seq: number;
  /** Id of the tree that the session's folder was. */
  readonly tree: string;
  /** The version that could not read it; absent for one that was read. */
  readonly unreadable?: string;
}

const SHARD = /^index\/[a-z2-7]\.jsonl$/;

/** More than the entries of a shard, and of all of them, have. Without the index journals are read. */
const MOST_BYTES = 16 * 1024 * 1024;
const MOST_ALTOGETHER = 64 * 1024 * 1024;

/** So many sessions are read at once where the index does not have them. */
const AT_ONCE = 256;

/**
 * The index by session, without what does not fit the commit. A file with more lines than the commit has
 * sessions was not made by this program, and the rest of it is ignored.
 */
async function readIndex(
  git: Git,
  tree: BranchTree,
): Promise<ReadonlyMap<string, IndexEntry>> {
  let bytes = 0;
  const shards = [...tree.files].filter(([path, { size }]) => {
    if (!SHARD.test(path) || size > MOST_BYTES || bytes + size > MOST_ALTOGETHER) return false;
    bytes += size;
    return true;
  });
  const blobs = await readBlobs(git, shards.map(([, { oid }]) => oid));
  const index = new Map<string, IndexEntry>();
  for (const blob of blobs) {
    for (const line of firstLines(blob, tree.folders.size)) {
      const entry = parseEntry(line);
      if (entry === null || tree.folders.get(entry.id) !== entry.tree) continue;
      // Another version may read it.
      if (entry.unreadable === undefined || entry.unreadable === VERSION) {
        index.set(entry.id, entry);
      }
    }
  }
  return index;
}

function* firstLines(bytes: Uint8Array, most: number): Iterable<string> {
  const decoder = new TextDecoder();
  for (let at = 0, count = 0; at < bytes.length && count < most; count++) {
    const found = bytes.indexOf(0x0a, at);
    const end = found < 0 ? bytes.length : found;
    yield decoder.decode(bytes.subarray(at, end));
    at = end + 1;
  }
}

/** The same with every session of the commit; those that it lacks are read. */
export async function completeIndex(
  git: Git,
  tree: BranchTree,
  sessions: Iterable<string> = tree.folders.keys(),
): Promise<ReadonlyMap<string, IndexEntry>> {
  const index = new Map(await readIndex(git, tree));
  const missing = [...sessions].filter((id) => tree.folders.has(id) && !index.has(id));
  const backend = new TreeBackend(git, tree);
  for (let from = 0; from < missing.length; from += AT_ONCE) {
    const ids = missing.slice(from, from + AT_ONCE);
    await backend.prefetch(ids);
    for (const id of ids) {
      const oid = tree.folders.get(id) ?? "";
      index.set(id, await readEntry(git, tree, backend, { id, oid }));
    }
  }
  return index;
}

async function readEntry(
  git: Git,
  tree: BranchTree,
  backend: TreeBackend,
  { id, oid }: { readonly id: string; readonly oid: string },
): Promise<IndexEntry> {
  try {
    const { state } = await readSession(
      git,
      tree,
      id,
      { read: (file) => backend.read(file) },
    );
    return entryOf(state, oid);
  } catch (error) {
    if (!(error instanceof OrchestratorError) || error.code === "git_failed") throw error;
    return unreadable(id, oid);
  }
}

/** The entry of a session here, whose folder on the branch is `oid`; null when it has gone on since. */
export async function entryOfHere(
  manager: SessionManager,
  { id, oid, seq }: { readonly id: string; readonly oid: string; readonly seq: number },
): Promise<IndexEntry | null> {
  try {
    const { state } = await loadSession(manager.backend, id);
    return state.seq === seq ? entryOf(state, oid) : null;
  } catch (error) {
    if (error instanceof OrchestratorError) return null;
    throw error;
  }
}

function entryOf(state: SessionState, tree: string): IndexEntry {
  return {
    id: state.session,
    ...rowOf(state),
    lineage: state.lineage,
    seq: state.seq,
    tree,
  };
}

function unreadable(id: string, tree: string): IndexEntry {
  return {
    id,
    name: null,
    task: "",
    status: "unreadable",
    phase: null,
    done: 0,
    total: 0,
    created: "",
    updated: "",
    lineage: "",
    seq: 0,
    tree,
    unreadable: VERSION,
  };
}

/** The files of an index, by path. */
export function indexFiles(entries: Iterable<IndexEntry>): ReadonlyMap<string, Uint8Array> {
  const shards = new Map<string, IndexEntry[]>();
  for (const entry of entries) {
    const path = `index/${entry.id[0]}.jsonl`;
    const shard = shards.get(path);
    if (shard === undefined) shards.set(path, [entry]);
    else shard.push(entry);
  }
  const encoder = new TextEncoder();
  return new Map([...shards].map(([path, shard]) => {
    shard.sort((left, right) => left.id < right.id ? -1 : 1);
    return [path, encoder.encode(shard.map((entry) => `${JSON.stringify(entry)}\n`).join(""))];
  }));
}

/** Whether a file of the branch is one of the index. */
export function isIndexFile(path: string): boolean {
  return path.startsWith("index/");
}

function parseEntry(line: string): IndexEntry | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null) return null;
  const entry = value as Readonly<Record<keyof IndexEntry, unknown>>;
  const text = (...names: readonly (keyof IndexEntry)[]) =>
    names.every((name) => typeof entry[name] === "string");
  const count = (...names: readonly (keyof IndexEntry)[]) =>
    names.every((name) => Number.isSafeInteger(entry[name]));
  const fits = text("id", "task", "status", "created", "updated", "lineage", "tree") &&
    count("done", "total", "seq") && SESSION_ID.test(String(entry.id)) &&
    (entry.ended === undefined || text("ended")) && (entry.name === null || text("name")) &&
    (entry.phase === null || text("phase")) &&
    ["active", "completed", "abandoned", "unreadable"].includes(String(entry.status)) &&
    (entry.deviations === undefined || isTexts(entry.deviations));
  return fits ? value as IndexEntry : null;
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((entry) => typeof entry === "string");
}
