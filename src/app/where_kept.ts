/**
 * Where a session is that is gone from the state directory: in commits of a state branch that this clone
 * has, or in a snapshot in the project's folder. No server is asked.
 * @module
 */
import { createReadStream, readdirSync } from "node:fs";
import { join } from "node:path";
import { askGit } from "../project/ask_git.ts";
import type { RememberedHead } from "../session/witness.ts";
import { DEFAULT_LIMITS } from "../snapshot/limits.ts";
import type { Manifest } from "../snapshot/manifest.ts";
import { FOLDERS, JOURNAL } from "../state_layout/names.ts";
import { REFS } from "../state_layout/places.ts";
import { shellWord } from "../workflow/shell_word.ts";
import type { Workspace } from "./workspace.ts";

/** A copy, and the command that brings it back. */
export interface Kept {
  /** As a phrase: `commit 1234…, 9 events`. */
  readonly where: string;
  readonly command: string;
}

const PATIENCE_MS = 2000;

/** So many snapshots are looked at. */
const MOST_SNAPSHOTS = 8;

/** The longest copy that is here; null for none. */
export async function whereKept(
  workspace: Pick<Workspace, "paths" | "io">,
  { session }: Pick<RememberedHead, "session">,
): Promise<Kept | null> {
  return await onBranch(workspace, session) ?? await inSnapshot(workspace, session);
}

/** The commits of a state branch: what is here was committed too where it could not be pushed. */
async function onBranch(
  { paths, io }: Pick<Workspace, "paths" | "io">,
  session: string,
): Promise<Kept | null> {
  const ask = async (args: readonly string[], input?: string) =>
    (await askGit(paths.root, io.env, args, {
      timeoutMs: PATIENCE_MS,
      ...(input === undefined ? {} : { input }),
    }))?.stdout ?? "";
  const refs = await ask(["for-each-ref", "--format=%(objectname)", REFS.state, REFS.remote]);
  const commits = [...new Set(refs.split("\n").filter((commit) => commit !== ""))];
  if (commits.length === 0) return null;
  const journal = `${FOLDERS.sessions}/${session}/${JOURNAL}`;
  const sizes = (await ask(
    ["cat-file", "--batch-check=%(objectsize)"],
    commits.map((commit) => `${commit}:${journal}\n`).join(""),
  )).split("\n").map((text) => /^\d+$/.test(text) ? Number(text) : 0);
  const most = Math.max(0, ...sizes);
  const commit = most === 0 ? undefined : commits[sizes.indexOf(most)];
  if (commit === undefined) return null;
  return {
    where: "from a commit of the state branch in this clone",
    command: `orchestrator state restore ${commit.slice(0, 12)} --session ${session}`,
  };
}

async function inSnapshot(
  { paths: { root } }: Pick<Workspace, "paths">,
  session: string,
): Promise<Kept | null> {
  for (const name of snapshotsIn(root)) {
    const seq = (await manifestOf(join(root, name)))?.sessions.find(({ id }) => id === session)
      ?.seq;
    if (seq === undefined) continue;
    return {
      where: `as of event ${seq}`,
      command: `orchestrator snapshot import ${shellWord(name)}`,
    };
  }
  return null;
}

function snapshotsIn(root: string): readonly string[] {
  try {
    return readdirSync(root, { withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(?:tgz|tar\.gz)$/.test(entry.name))
      .map(({ name }) => name).slice(0, MOST_SNAPSHOTS);
  } catch {
    return [];
  }
}

/** Null for what is no snapshot, and for an encrypted one. */
async function manifestOf(path: string): Promise<Manifest | null> {
  const { readSnapshot } = await import("../snapshot/read.ts");
  const read: { manifest?: Manifest } = {};
  const stopped = new Error("the manifest is all that is wanted");
  try {
    await readSnapshot(createReadStream(path), {
      limits: DEFAULT_LIMITS,
      askKey: () => Promise.reject(stopped),
    }, {
      begin(manifest) {
        read.manifest = manifest;
        throw stopped;
      },
      file: () => {},
      write: () => {},
    });
  } catch {
    // What was read of it counts.
  }
  return read.manifest ?? null;
}
