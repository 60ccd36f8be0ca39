/**
 * Repairs git's store after a power failure or a killed git has left this program's objects and
 * refs empty or incomplete. All of it can be rebuilt from the local journals and from the server.
 *
 * An object file that is empty or does not match its name is moved aside, and a ref of this program
 * that points to nothing usable is removed, including git's own record of a push of the branch.
 * Other refs and intact objects are not changed.
 * @module
 */
import { createHash } from "node:crypto";
import {
  type Dirent,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
} from "node:fs";
import { join } from "node:path";
import { inflateSync } from "node:zlib";
import { GIT_FOLDER, REFS_FOLDER, SET_ASIDE } from "../state_layout/places.ts";
import type { Git } from "./git.ts";
import { looseObject } from "./objects.ts";

/** How often a task is tried again: a git that meets one damaged object does not name the next. */
const ATTEMPTS = 20;

/** What is repaired. */
export interface Repair {
  readonly git: Git;
  /** Refs by which git notes what the state branch is on a server: they hide that objects are gone. */
  readonly tracking: readonly string[];
  readonly warn: (message: string) => void;
}

/**
 * Runs a task; when git has complained of damage meanwhile, whether or not the task failed, and
 * something could be put right, runs it again. The task must be one that may be repeated.
 */
export async function repairing<Result>(
  { git, tracking, warn }: Repair,
  task: () => Promise<Result>,
): Promise<Result> {
  for (let attempt = 1;; attempt++) {
    git.takeComplaints();
    let outcome: { readonly result: Result } | { readonly error: unknown };
    try {
      outcome = { result: await task() };
    } catch (error) {
      outcome = { error };
    }
    const complaints = git.takeComplaints();
    if (complaints !== "" && attempt < ATTEMPTS) {
      const repaired = await repairStore(git, tracking, complaints);
      if (repaired > 0) {
        warn("Git's copy of the state was damaged; it was rebuilt from the journals");
        continue;
      }
    }
    if ("error" in outcome) throw outcome.error;
    return outcome.result;
  }
}

/**
 * Looks for damage.
 * @param tracking see {@link Repair}.
 * @param complaints messages of git: objects that they name are checked.
 * @returns how many things were repaired.
 */
async function repairStore(
  git: Git,
  tracking: readonly string[],
  complaints: string,
): Promise<number> {
  let repaired = 0;
  for (const oid of damagedObjects(git, complaints)) if (setAside(git, oid)) repaired += 1;
  repaired += removeBrokenFiles(join(git.commonDirectory, REFS_FOLDER));
  for (const ref of await refsAmong(git, [REFS_FOLDER, ...tracking])) {
    const args = ["rev-list", "--objects", "--quiet", ref];
    if ((await git.run(args, { codes: [1, 128] })).exitCode === 0) continue;
    const removal = await git.run(["update-ref", "--no-deref", "-d", ref], { codes: [1, 128] });
    if (removal.exitCode === 0) repaired += 1;
  }
  git.takeComplaints();
  return repaired;
}

/** Refs that git can read at all. */
async function refsAmong(git: Git, names: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await git.run(["for-each-ref", "--format=%(refname)", ...names], {
    codes: [1, 128],
  });
  return stdout.split("\n").filter((ref) => ref !== "");
}

/** Loose objects that are empty, or that were named and do not match their names. */
function damagedObjects(git: Git, complaints: string): readonly string[] {
  const objects = join(git.commonDirectory, "objects");
  const damaged = new Set<string>();
  for (const folder of namesIn(objects).filter((name) => /^[0-9a-f]{2}$/.test(name))) {
    for (const name of namesIn(join(objects, folder))) {
      if (/^[0-9a-f]{38,62}$/.test(name) && sizeOf(join(objects, folder, name)) === 0) {
        damaged.add(folder + name);
      }
    }
  }
  for (const [oid] of complaints.matchAll(/\b[0-9a-f]{40}(?:[0-9a-f]{24})?\b/g)) {
    if (!isWhole(git, oid)) damaged.add(oid);
  }
  return [...damaged];
}

/** Whether an object's own file holds what its name says; true where it has none. */
function isWhole(git: Git, oid: string): boolean {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(looseObject(git, oid));
  } catch {
    return true;
  }
  try {
    return createHash(git.objectFormat).update(inflateSync(bytes)).digest("hex") === oid;
  } catch {
    return false;
  }
}

/** Moves the file of a damaged object out of git's sight. */
function setAside(git: Git, oid: string): boolean {
  const folder = join(git.commonDirectory, GIT_FOLDER, SET_ASIDE);
  try {
    mkdirSync(folder, { recursive: true });
    renameSync(looseObject(git, oid), join(folder, oid));
    return true;
  } catch {
    // Not ours to move: git says so then.
    return false;
  }
}

/** Removes files of refs that hold no object's id, in a folder that is ours alone. */
function removeBrokenFiles(folder: string): number {
  let removed = 0;
  for (const entry of entriesOf(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) removed += removeBrokenFiles(path);
    if (!entry.isFile() || entry.name.endsWith(".lock")) continue;
    try {
      if (/^[0-9a-f]{40}(?:[0-9a-f]{24})?\n?$/.test(readFileSync(path, "latin1"))) continue;
      unlinkSync(path);
      removed += 1;
    } catch {
      // Gone by now, or not ours to remove.
    }
  }
  return removed;
}

function namesIn(folder: string): readonly string[] {
  return entriesOf(folder).map(({ name }) => name);
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

function sizeOf(path: string): number | null {
  try {
    return statSync(path).size;
  } catch {
    return null;
  }
}
