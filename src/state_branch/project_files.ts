/**
 * The repository's own files of a commit: who it is, its configuration, its current session.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import {
  parseRepositoryMeta,
  readRepositoryMeta,
  type RepositoryMeta,
} from "../project/identity.ts";
import { writeRepositoryMeta } from "../project/write_identity.ts";
import { initProject } from "../project/init.ts";
import { mergedIdentity } from "../project/merge_identity.ts";
import { KEYS, type OrchestratorPaths } from "../project/paths.ts";
import type { SessionManager } from "../session/session_manager.ts";
import { contentOf, removedSession } from "../snapshot/contents.ts";
import { readLimit } from "../state_layout/limits.ts";
import { placeLines } from "../snapshot/place_files.ts";
import { SESSION_ID } from "../storage/keys.ts";
import { VERSION } from "../version.ts";
import type { Git } from "./git.ts";
import { BranchTree } from "./branch_tree.ts";
import { blobId, readBlobs, type Tree } from "./objects.ts";

/**
 * Who the repository of a commit is; null where the commit does not say.
 * @throws `state_corrupt`, `format_too_new`
 */
export async function metaOf(git: Git, tree: Tree): Promise<RepositoryMeta | null> {
  const entry = tree.get(KEYS.meta);
  const usable = entry !== undefined && entry.size <= readLimit(KEYS.meta);
  const text = usable ? (await readBlobs(git, [entry.oid]))[0] : undefined;
  return text === undefined ? null : parseRepositoryMeta(new TextDecoder().decode(text), KEYS.meta);
}

/**
 * Stops at a commit that a newer program wrote. A `meta.json` that says nothing usable is passed over:
 * the sessions beside it speak for themselves.
 * @throws `format_too_new`
 */
export async function refuseNewer(git: Git, tree: Tree): Promise<void> {
  try {
    await metaOf(git, tree);
  } catch (error) {
    if (error instanceof OrchestratorError && error.code === "state_corrupt") return;
    throw error;
  }
}

/** Makes the project where there is none: the same repository as on the other machines. */
export async function makeProject(
  tree: Tree,
  { git, manager, paths, now }: {
    readonly git: Git;
    readonly manager: SessionManager;
    readonly paths: OrchestratorPaths;
    readonly now: () => Date;
  },
): Promise<void> {
  const present = readRepositoryMeta(paths.metaFile);
  if (present !== null && (await manager.listSessions()).length > 0) return;
  const meta = await metaOf(git, tree);
  if (present !== null && (meta === null || meta.id === present.id)) return;
  await manager.withRepositoryLock("state pull", () => {
    // Nothing has been kept under the new name yet: it is the repository that was there before.
    if (present !== null && meta !== null) {
      writeRepositoryMeta(paths.metaFile, { ...present, id: meta.id });
      return Promise.resolve();
    }
    initProject(paths, {
      automatic: true,
      now: now(),
      toolVersion: VERSION,
      ...(meta === null ? {} : { identity: meta, mode: meta.mode }),
    });
    return Promise.resolve();
  });
}

/**
 * Places the configuration, unless it was changed here, and the current session where there is none.
 * Files of lines get those of both sides, and old session ids of both keep their meaning.
 * @param local the commit of all that was here when it was last committed; null before the first.
 */
export async function placeFiles(
  tree: Tree,
  { git, manager, paths, local }: {
    readonly git: Git;
    readonly manager: SessionManager;
    readonly paths: OrchestratorPaths;
    readonly local: string | null;
  },
): Promise<void> {
  const { backend } = manager;
  await joinLines(tree, { git, manager });
  await joinIdentity(tree, { git, manager, paths });
  const [config, current] = [KEYS.config, KEYS.current].map((key) => {
    const file = tree.get(key);
    return file === undefined || file.size > readLimit(key) ? undefined : file;
  });
  const here = (await backend.readText(KEYS.current))?.trim() ?? "";
  const hasCurrent = SESSION_ID.test(here) && await backend.hasSession(here);
  const wanted = [
    ...(config === undefined || !await isOutdated(config.oid)
      ? []
      : [{ key: KEYS.config, oid: config.oid }]),
    ...(current === undefined || hasCurrent ? [] : [{ key: KEYS.current, oid: current.oid }]),
  ];
  if (wanted.length === 0) return;
  const blobs = await readBlobs(git, wanted.map(({ oid }) => oid));
  await manager.withRepositoryLock("state pull", async () => {
    for (const [index, { key }] of wanted.entries()) {
      const blob = blobs[index] ?? new Uint8Array();
      const id = new TextDecoder().decode(blob).trim();
      const usable = key !== KEYS.current ||
        (SESSION_ID.test(id) && await backend.hasSession(id));
      if (usable) await backend.writeBlob(key, blob);
    }
  });

  /** Whether the configuration here is what was last committed, and the server has another since. */
  async function isOutdated(oid: string): Promise<boolean> {
    const bytes = await backend.readBlob(KEYS.config);
    if (bytes === null) return true;
    const committed = (await BranchTree.open(git, local)).files.get(KEYS.config);
    const id = blobId(git, bytes);
    return id !== oid && id === committed?.oid;
  }
}

/** Joins the repository's files of lines with those here. */
async function joinLines(
  tree: Tree,
  { git, manager }: { readonly git: Git; readonly manager: SessionManager },
): Promise<void> {
  const { backend } = manager;
  const differ: { readonly path: string; readonly oid: string }[] = [];
  for (const [path, { oid, size }] of tree) {
    const content = contentOf(path, "branch");
    // Records of removals are merged where they are needed.
    if (content?.kind !== "repository" || !content.lines || removedSession(path) !== null) continue;
    if (size > readLimit(path)) continue;
    const here = await backend.readBlob(path);
    if (here === null || blobId(git, here) !== oid) differ.push({ path, oid });
  }
  if (differ.length === 0) return;
  const blobs = await readBlobs(git, differ.map(({ oid }) => oid));
  await manager.withRepositoryLock("state pull", async () => {
    for (const [index, { path }] of differ.entries()) {
      await placeLines(backend, path, blobs[index] ?? new Uint8Array());
    }
  });
}

/** Takes over the old session ids that only the other side knows. */
async function joinIdentity(
  tree: Tree,
  { git, manager, paths }: {
    readonly git: Git;
    readonly manager: SessionManager;
    readonly paths: OrchestratorPaths;
  },
): Promise<void> {
  const there = await metaOf(git, tree);
  const here = readRepositoryMeta(paths.metaFile);
  if (there === null || here === null || mergedIdentity(here, there) === null) return;
  await manager.withRepositoryLock("state pull", () => {
    const now = readRepositoryMeta(paths.metaFile);
    const merged = now === null ? null : mergedIdentity(now, there);
    if (merged !== null) writeRepositoryMeta(paths.metaFile, merged);
    return Promise.resolve();
  });
}
