/**
 * What this program has written into git's own directory: refs and a small folder.
 *
 * Several projects can share one clone. What names another repository's state is theirs and stays.
 * @module
 */
import { lstatSync, readdirSync, readFileSync, rmdirSync, unlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { systemErrorCode } from "../errors.ts";
import { patiently } from "../platform/atomic_file.ts";
import { ioError } from "../platform/io_error.ts";
import { KEYS } from "../state_layout/names.ts";
import {
  BARE_FOLDERS,
  BARE_STATE,
  CHECKOUT,
  COMPARED,
  GIT_FOLDER,
  HEADS,
  LAST_FETCH,
  REFS,
  TOLD,
} from "../state_layout/places.ts";
import type { Git } from "../state_branch/git.ts";

/** Names in our folder that are looked at in other ways. */
const OF_STATE: readonly string[] = [
  LAST_FETCH,
  COMPARED,
  HEADS,
  CHECKOUT,
  BARE_STATE,
  BARE_FOLDERS,
];

/** A ref with the object it points to. */
export interface TraceRef {
  readonly ref: string;
  readonly commit: string;
}

/** What is there. */
export interface GitTraces {
  readonly refs: readonly TraceRef[];
  /** Names in our folder of git's directory. */
  readonly files: readonly string[];
  /** Names of branches with this project's state on a server. */
  readonly branches: readonly string[];
  /** Refs and files of other projects of the same clone, and what is not ours. */
  readonly others: readonly string[];
}

/** Which project is asked for. */
export interface ProjectOfTraces {
  /** Null if unknown: then all refs are treated as this project's. */
  readonly repositoryId: string | null;
  /** The configured branch, regardless of who created it; null if unknown. */
  readonly branch: string | null;
}

/** Looks for them. */
export async function findGitTraces(git: Git, project: ProjectOfTraces): Promise<GitTraces> {
  const refs: TraceRef[] = [];
  const others: string[] = [];
  const foreign = new Set<string>();
  for (const found of await listRefs(git, Object.values(REFS))) {
    const isNamed = branchOf(found.ref) === project.branch;
    if (isNamed || await isOfProject(git, found.commit, project.repositoryId)) {
      refs.push(found);
    } else {
      others.push(found.ref);
      foreign.add(branchOf(found.ref));
    }
  }
  const files: string[] = [];
  const branches = new Set<string>();
  const names = namesIn(join(git.commonDirectory, GIT_FOLDER));
  for (const name of names) {
    const branch = recordBranch(name);
    if (branch === null || foreign.has(branch)) {
      if (!OF_STATE.includes(name)) others.push(`${GIT_FOLDER}/${name}`);
      continue;
    }
    files.push(name);
    branches.add(pushedTo(join(git.commonDirectory, GIT_FOLDER, name)) ?? branch);
  }
  if (foreign.size === 0) {
    files.push(
      ...[LAST_FETCH, COMPARED, HEADS, TOLD, CHECKOUT].filter((name) => names.includes(name)),
    );
  }
  for (const found of await listRefs(git, ["refs/remotes/"])) {
    const branch = found.ref.split("/").slice(3).join("/");
    if (branches.has(branch)) refs.push(found);
  }
  return { refs, files, branches: [...branches], others };
}

/** Removes them. A ref that has moved meanwhile stays. @throws `git_failed`, I/O errors */
export async function removeGitTraces(git: Git, { refs, files }: GitTraces): Promise<void> {
  for (const { ref, commit } of refs) {
    await git.run(["update-ref", "-d", ref, commit], { codes: [1, 128] });
  }
  const folder = join(git.commonDirectory, GIT_FOLDER);
  for (const name of files) {
    try {
      patiently(() => unlinkSync(join(folder, name)));
    } catch (error) {
      if (systemErrorCode(error) !== "ENOENT") {
        throw ioError("remove", join(folder, name), error);
      }
    }
  }
  // Git leaves the folder of a namespace that is empty.
  const namespaces = Object.values(REFS).map((prefix) => join(git.commonDirectory, prefix));
  for (const empty of [folder, ...namespaces, ...namespaces.map((path) => dirname(path))]) {
    removeIfEmpty(empty);
  }
}

function removeIfEmpty(folder: string): void {
  try {
    patiently(() => rmdirSync(folder));
  } catch {
    // Something is left in it, and was named; or there is none.
  }
}

async function listRefs(git: Git, prefixes: readonly string[]): Promise<readonly TraceRef[]> {
  const { stdout } = await git.run([
    "for-each-ref",
    "--format=%(objectname) %(refname)",
    ...prefixes,
  ]);
  return stdout.split("\n").flatMap((line) => {
    const at = line.indexOf(" ");
    return at < 0 ? [] : [{ commit: line.slice(0, at), ref: line.slice(at + 1) }];
  });
}

/** Whether the state of a commit is this project's; what does not say whose it is counts as that. */
async function isOfProject(
  git: Git,
  commit: string,
  repositoryId: string | null,
): Promise<boolean> {
  if (repositoryId === null) return true;
  const { stdout, exitCode } = await git.run(["cat-file", "blob", `${commit}:${KEYS.meta}`], {
    codes: [1, 128],
  });
  if (exitCode !== 0) return true;
  try {
    const { id }: { readonly id?: unknown } = JSON.parse(stdout);
    return typeof id !== "string" || id === repositoryId;
  } catch {
    return true;
  }
}

function branchOf(ref: string): string {
  const prefix = Object.values(REFS).find((prefix) => ref.startsWith(prefix)) ?? "";
  return ref.slice(prefix.length);
}

/** The branch whose pushing a file remembers; null for another file. */
function recordBranch(name: string): string | null {
  if (!name.endsWith(".json")) return null;
  try {
    return decodeURIComponent(name.slice(0, -".json".length));
  } catch {
    return null;
  }
}

/** The branch of the fallback used last; null when the file does not say. */
function pushedTo(path: string): string | null {
  try {
    const { branch }: { readonly branch?: unknown } = JSON.parse(readFileSync(path, "utf8"));
    return typeof branch === "string" ? branch : null;
  } catch {
    return null;
  }
}

function namesIn(folder: string): readonly string[] {
  if (lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return [];
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    throw ioError("read", folder, error);
  }
}
