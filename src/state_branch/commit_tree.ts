/**
 * The tree of a commit of all that is here, and of all that is only there.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { parseRepositoryMeta } from "../project/identity.ts";
import { repositoryMetaText } from "../project/write_identity.ts";
import { mergedIdentity } from "../project/merge_identity.ts";
import type { SessionManager } from "../session/session_manager.ts";
import { collect, type CollectedFile, type Collection } from "../snapshot/collect.ts";
import { contentOf } from "../snapshot/contents.ts";
import type { ManifestSession } from "../snapshot/manifest.ts";
import { joinedLines } from "../snapshot/place_files.ts";
import { readLimit } from "../state_layout/limits.ts";
import { FOLDERS, KEYS } from "../state_layout/names.ts";
import { BranchTree } from "./branch_tree.ts";
import type { Git } from "./git.ts";
import { blobId, readBlobs, type TreeEntry, writeBlobs, writeTree } from "./objects.ts";
import { removedFrom } from "./removals.ts";
import {
  completeIndex,
  entryOfHere,
  type IndexEntry,
  indexFiles,
  isIndexFile,
} from "./session_index.ts";

/** Whose state is committed, and where. */
export interface CommitPlace {
  readonly git: Git;
  readonly manager: SessionManager;
  /** The name the branch is known by. */
  readonly name: string;
  readonly now: () => Date;
  readonly warn: (message: string) => void;
}

/** What a commit is made of besides what is here. */
export interface CommitRequest {
  /** The first line of its message. */
  readonly reason: string;
  /** The commit last seen on the server, merged in already; null when there is none. */
  readonly seen: string | null;
  /** Sessions of `seen` that could not be merged: they stay as they are there. */
  readonly refused: ReadonlySet<string>;
  /** The only session to take from here; default: all that is here, and the files of the repository. */
  readonly only?: string | null;
}

const FILE_MODE = "100644";

const README = "README.md";
const README_TEXT = `# State of orchestrator

This branch is written by orchestrator. It shares no history with the others and is never merged.
Each folder below sessions/ is one session; its log.jsonl is the journal.
`;

/** A tree of all that is here, and of all that is only there. */
export async function treeOfAll(
  place: CommitPlace,
  local: string | null,
  { seen, refused, only = null }: CommitRequest,
): Promise<{
  readonly tree: string;
  /** Objects that it took. */
  readonly written: readonly string[];
  readonly kept: ReadonlySet<string>;
}> {
  const { git, manager } = place;
  const before = await BranchTree.open(git, seen);
  const committed = local === null || local === seen ? before : await BranchTree.open(git, local);
  const { sessions, files: here } = await collectHere(place, only);
  const ids = new Set(sessions.map(({ id }) => id));
  const kept = await keptSessions(git, manager, [before, committed], ids);
  const ours = new Set([...ids].filter((id) => !refused.has(id)));
  const entries = new Map([
    ...await keptFiles(before, ours),
    ...[...kept, ...[...before.folders].filter(([id]) => refused.has(id))]
      .map(([id, oid]) => folderEntry(id, oid)),
  ]);
  const known = await knownBlobs([before, committed], ours);
  const missing: { readonly path: string; readonly read: () => Promise<Uint8Array> }[] = [];
  const put = (path: string, bytes: Uint8Array, read = () => Promise.resolve(bytes)) => {
    const oid = blobId(git, bytes);
    entries.set(path, { mode: FILE_MODE, type: "blob", oid });
    if (!known.has(oid)) missing.push({ path, read });
  };
  for (const file of here) {
    const content = contentOf(file.name, "branch");
    if (content === null || "session" in content && refused.has(content.session)) continue;
    // What is too large to be read there stays as it is.
    const size = before.files.get(file.name)?.size ?? 0;
    if (isJoined(file.name) && size > readLimit(file.name)) continue;
    const bytes = await joined(git, before, file);
    // What was joined is small and was read already; the rest is read again when it is written.
    if (content.kind === "repository") put(file.name, bytes);
    else put(file.name, bytes, file.read);
  }
  if (!entries.has(README)) put(README, new TextEncoder().encode(README_TEXT));
  const blobs = await writeBlobs(git, readAll(missing));
  for (const [index, { path }] of missing.entries()) {
    entries.set(path, { mode: FILE_MODE, type: "blob", oid: blobs[index] ?? "" });
  }
  // The index names the trees of the sessions' folders.
  const folders = await sessionFolders(git, entries);
  const index = await writeIndex({ git, manager }, { before, committed, kept, folders, sessions });
  const all = new Map([...entries].filter(([path]) => !path.startsWith(`${FOLDERS.sessions}/`)));
  for (const [path, oid] of index) all.set(path, { mode: FILE_MODE, type: "blob", oid });
  const inner = folders.get(FOLDERS.sessions);
  if (inner !== undefined) all.set(FOLDERS.sessions, folder(inner));
  const whole = await writeTree(git, all);
  return {
    tree: whole.oid,
    written: [...blobs, ...index.values(), ...folders.values(), ...whole.folders.values()],
    kept: new Set(kept.keys()),
  };
}

/**
 * All that is here, or one session of it; of a damaged session the branch keeps its copy, and the others do
 * not wait for it.
 */
async function collectHere(
  { manager, warn }: CommitPlace,
  only: string | null,
): Promise<Pick<Collection, "sessions" | "files">> {
  const all = await collect(manager.backend, {
    carrier: "branch",
    onDamaged: (id, error) =>
      warn(`Session ${id} was not pushed, and the branch keeps its copy: ${error.message}`),
  });
  if (only === null) return all;
  return {
    sessions: all.sessions.filter(({ id }) => id === only),
    files: all.files.filter(({ name }) => {
      const content = contentOf(name, "branch");
      return content !== null && "session" in content && content.session === only;
    }),
  };
}

/** Writes the folders of the sessions. @returns their ids, by path. */
async function sessionFolders(
  git: Git,
  entries: ReadonlyMap<string, TreeEntry>,
): Promise<ReadonlyMap<string, string>> {
  const inSessions = [...entries].filter(([path]) => path.startsWith(`${FOLDERS.sessions}/`));
  if (inSessions.length === 0) return new Map();
  return (await writeTree(git, new Map(inSessions))).folders;
}

/** Writes the index of the sessions that the new commit has. @returns ids of its files, by path. */
async function writeIndex(
  { git, manager }: Pick<CommitPlace, "git" | "manager">,
  { before, committed, kept, folders, sessions }: {
    readonly before: BranchTree;
    readonly committed: BranchTree;
    readonly kept: ReadonlyMap<string, string>;
    /** Ids of the trees that were written, by path. */
    readonly folders: ReadonlyMap<string, string>;
    readonly sessions: readonly ManifestSession[];
  },
): Promise<ReadonlyMap<string, string>> {
  const index = new Map<string, IndexEntry>();
  for (const tree of committed === before ? [before] : [committed, before]) {
    const own = [...kept].filter(([id, oid]) => tree.folders.get(id) === oid).map(([id]) => id);
    const entries = await completeIndex(git, tree, own);
    for (const [id, entry] of entries) index.set(id, entry);
  }
  for (const { id, seq } of sessions) {
    const oid = folders.get(`${FOLDERS.sessions}/${id}`) ?? before.folders.get(id) ?? "";
    if (index.get(id)?.tree === oid) continue;
    const entry = await entryOfHere(manager, { id, oid, seq });
    if (entry === null) index.delete(id);
    else index.set(id, entry);
  }
  const here = new Set(sessions.map(({ id }) => id));
  const files = indexFiles([...index.values()].filter(({ id }) => here.has(id) || kept.has(id)));
  const oids = new Map([...files].map(([path, bytes]) => [path, blobId(git, bytes)]));
  const missing = [...files].filter(([path]) => before.files.get(path)?.oid !== oids.get(path));
  await writeBlobs(
    git,
    readAll(missing.map(([, bytes]) => ({
      read: () => Promise.resolve(bytes),
    }))),
  );
  return oids;
}

/** Whether a file of the repository's keeps what the server has in it, besides what is here. */
function isJoined(name: string): boolean {
  const content = contentOf(name, "branch");
  return content?.kind === "repository" && (content.lines || name === KEYS.meta);
}

/** What a file is to be in the new commit: the repository's own keep what the server has in them. */
async function joined(git: Git, before: BranchTree, file: CollectedFile): Promise<Uint8Array> {
  const bytes = await file.read();
  const there = before.files.get(file.name)?.oid;
  if (!isJoined(file.name) || there === undefined || there === blobId(git, bytes)) return bytes;
  const [seen = new Uint8Array()] = await readBlobs(git, [there]);
  return file.name === KEYS.meta
    ? joinedIdentity(seen, bytes)
    : joinedLines(file.name, seen, bytes) ?? seen;
}

/** Who the repository is, the first one has said; what is new here are old session ids, and the format. */
function joinedIdentity(seen: Uint8Array, here: Uint8Array): Uint8Array {
  const parse = (bytes: Uint8Array) =>
    parseRepositoryMeta(new TextDecoder().decode(bytes), KEYS.meta);
  try {
    const merged = mergedIdentity(parse(seen), parse(here));
    return merged === null ? seen : new TextEncoder().encode(repositoryMetaText(merged));
  } catch (error) {
    // What this program cannot read there stays as it is.
    if (error instanceof OrchestratorError) return seen;
    throw error;
  }
}

/**
 * The folders of sessions that do not exist here, by id: from the first commit that has them. A
 * removed one is left out; its absence here or in the newer commit alone is not a removal.
 */
async function keptSessions(
  git: Git,
  manager: SessionManager,
  trees: readonly BranchTree[],
  here: ReadonlySet<string>,
): Promise<ReadonlyMap<string, string>> {
  const kept = new Map<string, string>();
  for (const tree of trees) {
    const missing = [...tree.folders].filter(([id]) => !here.has(id) && !kept.has(id));
    const removed = await removedFrom({ git, manager }, tree, missing.map(([id]) => id), trees);
    for (const [id, oid] of missing) if (!removed.has(id)) kept.set(id, oid);
  }
  return kept;
}

/** Files that are kept regardless of the local state; local files of a session replace them. */
async function keptFiles(
  before: BranchTree,
  ours: ReadonlySet<string>,
): Promise<readonly (readonly [string, TreeEntry])[]> {
  // A secret never stays, and the index is written for the new commit.
  const files = [...before.files].filter(([path]) =>
    contentOf(path)?.kind !== "secret" && !isIndexFile(path)
  );
  const strays = [...before.strays].map(([name, entry]) =>
    [`${FOLDERS.sessions}/${name}`, entry] as const
  );
  return [
    ...[...files, ...await before.filesOf(ours)].map(([path, { oid }]) =>
      [path, { mode: FILE_MODE, type: "blob", oid }] as const
    ),
    ...strays,
  ];
}

/** A session that stays as it is. */
function folderEntry(id: string, oid: string): readonly [string, TreeEntry] {
  return [`${FOLDERS.sessions}/${id}`, folder(oid)];
}

function folder(oid: string): TreeEntry {
  return { mode: "40000", type: "tree", oid };
}

/** Ids of the blobs that are in the object store already, as far as they matter for what is here. */
async function knownBlobs(
  trees: readonly BranchTree[],
  ours: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  const known = new Set<string>();
  for (const tree of trees) {
    for (const files of [tree.files, await tree.filesOf(ours)]) {
      for (const { oid } of files.values()) known.add(oid);
    }
  }
  return known;
}

async function* readAll(
  files: readonly { readonly read: () => Promise<Uint8Array> }[],
): AsyncGenerator<Uint8Array> {
  for (const { read } of files) yield await read();
}
