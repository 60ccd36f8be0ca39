/**
 * Committing all that is here.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { parseRepositoryMeta, repositoryMetaText } from "../project/identity.ts";
import { mergedIdentity } from "../project/merge_identity.ts";
import { KEYS } from "../project/paths.ts";
import type { SessionManager } from "../session/session_manager.ts";
import { collect, type CollectedFile } from "../snapshot/collect.ts";
import { contentOf } from "../snapshot/contents.ts";
import { joinedLines } from "../snapshot/place_files.ts";
import { VERSION } from "../version.ts";
import type { Git } from "./git.ts";
import {
  blobId,
  readBlobs,
  readTree,
  type Tree,
  writeBlobs,
  writeCommit,
  writeTree,
} from "./objects.ts";
import { localRef } from "./places.ts";
import { isAncestor, setRef } from "./refs.ts";

/** Whose state is committed, and where. */
export interface CommitPlace {
  readonly git: Git;
  readonly manager: SessionManager;
  /** The name the branch is known by. */
  readonly name: string;
  readonly now: () => Date;
}

/** What a commit is made of besides what is here. */
export interface CommitRequest {
  /** The first line of its message. */
  readonly reason: string;
  /** The commit last seen on the server, merged in already; null when there is none. */
  readonly seen: string | null;
  /** Sessions of `seen` that could not be merged: they stay as they are there. */
  readonly refused: ReadonlySet<string>;
  /** Sessions of `seen` that were removed here. What is merely not here stays. */
  readonly removed: ReadonlySet<string>;
}

/** How often it is tried again because another process of ours was faster. */
const ATTEMPTS = 6;

const README = "README.md";
const README_TEXT = `# State of orchestrator

This branch is written by orchestrator. It shares no history with the others and is never merged.
Each folder below sessions/ is one session; its log.jsonl is the journal.
`;

/**
 * Commits all that is here on top of what is known, and lets the local ref stand for it.
 * @returns the commit; the one there is when nothing has changed.
 * @throws `git_failed`
 */
export async function commitAll(place: CommitPlace, request: CommitRequest): Promise<string> {
  const { git, name, now } = place;
  for (let attempt = 1;; attempt++) {
    const local = await git.resolve(localRef(name));
    const tree = await treeOfAll(place, local, request);
    const parents = await parentsOf(git, request.seen, local);
    const tip = parents[0];
    const unchanged = parents.length === 1 && tip !== undefined &&
      await git.line(["rev-parse", `${tip}^{tree}`]) === tree;
    const commit = unchanged ? tip : await writeCommit(git, {
      tree,
      parents,
      message: commitMessage(request.reason),
      time: now(),
    });
    if (commit === local) return commit;
    try {
      await setRef(git, localRef(name), commit, local ?? "");
      return commit;
    } catch (error) {
      if (attempt >= ATTEMPTS) throw error;
    }
  }
}

/** A commit's message, which says who wrote it. */
export function commitMessage(subject: string, more: string | null = null): string {
  const signature = `Written by orchestrator ${VERSION}`;
  return [subject, ...(more === null ? [] : [more]), signature].join("\n\n") + "\n";
}

async function parentsOf(
  git: Git,
  seen: string | null,
  local: string | null,
): Promise<readonly string[]> {
  if (seen === null) return local === null ? [] : [local];
  if (local === null || local === seen) return [seen];
  if (await isAncestor(git, seen, local)) return [local];
  if (await isAncestor(git, local, seen)) return [seen];
  const related = await git.run(["merge-base", local, seen], { codes: [1] });
  // The history was compacted: what was here is in the new commit too.
  return related.exitCode === 0 ? [seen, local] : [seen];
}

/** A tree of all that is here; what is there and not ours to judge stays. */
async function treeOfAll(
  { git, manager }: CommitPlace,
  local: string | null,
  { seen, refused, removed }: CommitRequest,
): Promise<string> {
  const before: Tree = seen === null ? new Map() : await readTree(git, seen);
  const committed = local === null ? before : await readTree(git, local);
  const { sessions, files: here } = await collect(manager.backend, { carrier: "branch" });
  const ours = new Set(sessions.map(({ id }) => id).filter((id) => !refused.has(id)));
  const files = new Map<string, string>();
  for (const [path, { oid }] of before) {
    if (staysThere(path, (id) => !ours.has(id) && !removed.has(id))) files.set(path, oid);
  }
  const missing: { readonly path: string; readonly read: () => Promise<Uint8Array> }[] = [];
  for (const file of here) {
    const content = contentOf(file.name);
    if (content !== null && "session" in content && refused.has(content.session)) continue;
    const bytes = await joined(git, before, file);
    const oid = blobId(git, bytes);
    files.set(file.name, oid);
    const stored = before.get(file.name)?.oid === oid || committed.get(file.name)?.oid === oid;
    if (stored) continue;
    // What was joined is small and was read already; the rest is read again when it is written.
    const isJoined = content?.kind === "repository";
    missing.push({ path: file.name, read: isJoined ? () => Promise.resolve(bytes) : file.read });
  }
  if (!files.has(README)) {
    missing.push({
      path: README,
      read: () => Promise.resolve(new TextEncoder().encode(README_TEXT)),
    });
  }
  const written = await writeBlobs(git, readAll(missing));
  for (const [index, { path }] of missing.entries()) files.set(path, written[index] ?? "");
  return await writeTree(git, files);
}

/** What a file is to be in the new commit: the repository's own keep what the server has in them. */
async function joined(git: Git, before: Tree, file: CollectedFile): Promise<Uint8Array> {
  const bytes = await file.read();
  const there = before.get(file.name)?.oid;
  const content = contentOf(file.name);
  const joins = content?.kind === "repository" && (content.lines || file.name === KEYS.meta);
  if (!joins || there === undefined || there === blobId(git, bytes)) return bytes;
  const [seen = new Uint8Array()] = await readBlobs(git, [there]);
  return file.name === KEYS.meta
    ? joinedIdentity(seen, bytes)
    : joinedLines(file.name, seen, bytes) ?? seen;
}

/** Who the repository is, the first one has said; what is new here are old session ids. */
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

/** Whether a file of the server's stays, whatever is here. A secret never does. */
function staysThere(path: string, keeps: (session: string) => boolean): boolean {
  const content = contentOf(path);
  if (content === null) return true;
  if (content.kind === "secret") return false;
  return "session" in content ? keeps(content.session) : true;
}

async function* readAll(
  files: readonly { readonly read: () => Promise<Uint8Array> }[],
): AsyncGenerator<Uint8Array> {
  for (const { read } of files) yield await read();
}
