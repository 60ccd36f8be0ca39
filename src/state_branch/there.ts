/**
 * How far the server is known to be with sessions.
 * @module
 */
import { journalName } from "../snapshot/contents.ts";
import { BranchTree } from "./branch_tree.ts";
import type { Git } from "./git.ts";
import { readBlobs } from "./objects.ts";

/** Of so many sessions it is remembered: those that were changed last. */
const MOST_SESSIONS = 20;

const LINE_FEED = 0x0a;

/**
 * The numbers of the last events that a commit has of sessions; 0 for one that it does not have.
 * @param sessions those that count last.
 */
export async function lastEvents(
  git: Git,
  commit: string | null,
  sessions: readonly string[],
): Promise<Readonly<Record<string, number>>> {
  const wanted = [...new Set(sessions)].slice(-MOST_SESSIONS);
  const tree = await BranchTree.open(git, commit);
  const files = await tree.filesOf(wanted.filter((id) => tree.folders.has(id)));
  const found = wanted.map((id) => ({ id, file: files.get(journalName(id)) }));
  const blobs = await readBlobs(
    git,
    found.flatMap(({ file }) => file === undefined ? [] : file.oid),
  );
  let next = 0;
  return Object.fromEntries(found.map(({ id, file }) => {
    const blob = file === undefined ? undefined : blobs[next++];
    return [id, linesIn(blob ?? new Uint8Array())];
  }));
}

function linesIn(bytes: Uint8Array): number {
  let lines = 0;
  for (let at = bytes.indexOf(LINE_FEED); at >= 0; at = bytes.indexOf(LINE_FEED, at + 1)) lines++;
  return lines;
}
