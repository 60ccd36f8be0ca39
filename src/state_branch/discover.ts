/**
 * Finding the branch in a clone that knows nothing yet.
 * @module
 */
import { Trouble } from "./git.ts";
import type { Git } from "./git.ts";

/** The remote to use: the wanted one, or the only one there is. Null without any. */
export async function findRemote(git: Git, wanted: string): Promise<string | null> {
  const { stdout } = await git.run(["remote"]);
  const remotes = stdout.split("\n").filter((name) => name !== "");
  if (remotes.includes(wanted)) return wanted;
  return remotes.length === 1 ? remotes[0] ?? null : null;
}

/** A branch of the server. */
export interface ServerBranch {
  /** Without `refs/heads/`. */
  readonly branch: string;
  readonly commit: string;
}

/** Most branches that are looked at. */
const MOST = 20;

/**
 * The branches of the server that a pattern fits.
 * @param pattern as `git ls-remote` takes it: it fits whatever stands before it in a name.
 * @throws Trouble
 */
export async function serverBranches(
  git: Git,
  remote: string,
  pattern: string,
): Promise<readonly ServerBranch[]> {
  const { stdout } = await git.run(["ls-remote", "--heads", "--quiet", remote, pattern], {
    network: true,
  });
  return stdout.split("\n").flatMap((line) => {
    const [commit, ref] = line.split("\t");
    const branch = ref?.startsWith("refs/heads/") === true ? ref.slice("refs/heads/".length) : "";
    return commit === undefined || branch === "" ? [] : [{ branch, commit }];
  }).slice(0, MOST);
}

/**
 * The newest of several branches, by the time of its last commit.
 * @throws Trouble
 */
export async function newestBranch(
  git: Git,
  remote: string,
  branches: readonly ServerBranch[],
): Promise<string | null> {
  const only = branches[0];
  if (only === undefined) return null;
  if (branches.length === 1) return only.branch;
  await git.run([
    "fetch",
    "--quiet",
    "--no-tags",
    "--no-recurse-submodules",
    "--no-write-fetch-head",
    "--no-auto-gc",
    "--no-filter",
    "--refmap=",
    remote,
    ...branches.map(({ branch }) => `+refs/heads/${branch}:refs/orchestrator/seen/${branch}`),
  ], { network: true });
  const newest = await git.line([
    "for-each-ref",
    "--sort=-committerdate",
    "--count=1",
    "--format=%(refname)",
    ...branches.map(({ branch }) => `refs/orchestrator/seen/${branch}`),
  ]);
  const prefix = "refs/orchestrator/seen/";
  if (!newest.startsWith(prefix)) throw new Trouble("absent", "the branches are gone");
  return newest.slice(prefix.length);
}
