/**
 * Talking to a server: what branches it has, fetching them into private refs, pushing with a lease.
 * @module
 */
import { REFS } from "../state_layout/places.ts";
import { type Git, Trouble } from "./git.ts";

/** Options of `git fetch` that keep it from changing any other refs. */
const FETCH = [
  "fetch",
  "--quiet",
  "--no-tags",
  "--no-recurse-submodules",
  "--no-write-fetch-head",
  "--no-auto-gc",
  "--no-filter",
  "--refmap=",
] as const;

/** A branch of the server. */
export interface ServerBranch {
  /** Without `refs/heads/`. */
  readonly branch: string;
  readonly commit: string;
}

/** Maximum number of branches that are read. */
const MOST = 20;

/**
 * The branches of the server that match a pattern.
 * @param pattern for `git ls-remote`: it matches with any prefix.
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
 * The branches of the server that match a pattern, as they were last seen, be it by the user's own
 * fetch: for when the server does not respond, or is not asked. The newest first.
 */
export async function trackedBranches(
  git: Git,
  remote: string,
  pattern: string,
): Promise<readonly ServerBranch[]> {
  const bases = [trackingRef(remote, ""), REFS.remote];
  const { stdout } = await git.run([
    "for-each-ref",
    "--sort=-committerdate",
    "--format=%(objectname) %(refname)",
    ...bases.flatMap((base) => [`${base}${pattern}`, `${base}**/${pattern}`]),
  ]);
  const found = new Map<string, string>();
  for (const line of stdout.split("\n")) {
    const [commit, ref] = line.split(" ");
    const base = bases.find((begins) => ref?.startsWith(begins) === true);
    if (commit === undefined || ref === undefined || base === undefined) continue;
    const branch = ref.slice(base.length);
    if (!found.has(branch)) found.set(branch, commit);
  }
  return [...found].map(([branch, commit]) => ({ branch, commit })).slice(0, MOST);
}

/** Where git keeps what the user has fetched. */
export function trackingRef(remote: string, branch: string): string {
  return `refs/remotes/${remote}/${branch}`;
}

/**
 * Several branches in the order of their last commits, newest first. What they stand for is fetched
 * into private refs, see {@link seenRef}.
 * @throws Trouble
 */
export async function newestFirst(
  git: Git,
  remote: string,
  branches: readonly ServerBranch[],
): Promise<readonly string[]> {
  if (branches.length < 2) return branches.map(({ branch }) => branch);
  const refs = branches.map(({ branch }) => `+refs/heads/${branch}:${seenRef(branch)}`);
  await git.run([...FETCH, remote, ...refs], { network: true });
  const { stdout } = await git.run([
    "for-each-ref",
    "--sort=-committerdate",
    "--format=%(refname)",
    ...branches.map(({ branch }) => seenRef(branch)),
  ]);
  const found = stdout.split("\n").filter((ref) => ref !== "");
  if (found.length === 0) throw new Trouble("absent", "the branches are gone");
  return found.map((ref) => ref.slice(seenRef("").length));
}

/** The commit of a candidate branch, before one was chosen. */
export function seenRef(branch: string): string {
  return REFS.seen + branch;
}

/**
 * Fetches a branch into a private ref. Nothing else is written.
 * @returns whether the server has it.
 * @throws Trouble
 */
export async function fetchBranch(
  git: Git,
  remote: string,
  { branch, into, depth }: {
    readonly branch: string;
    readonly into: string;
    /** How many commits of its history; default: all of it. */
    readonly depth?: number;
  },
): Promise<boolean> {
  const shallow = depth === undefined ? [] : [`--depth=${depth}`];
  const refspec = `+refs/heads/${branch}:${into}`;
  try {
    await git.run([...FETCH, ...shallow, remote, refspec], { network: true });
    return true;
  } catch (error) {
    if (error instanceof Trouble && error.trouble === "absent") return false;
    throw error;
  }
}

/** A commit on its way to a server. */
export interface Push {
  readonly commit: string;
  readonly branch: string;
  /** The commit that the branch must point to there; null when it must not exist. */
  readonly expected: string | null;
  /** Only asks, so that a host that forbids the branch is known before. */
  readonly dryRun?: boolean;
}

/** Pushes, unless another clone was faster. @throws Trouble */
export async function pushCommit(
  git: Git,
  remote: string | null,
  { commit, branch, expected, dryRun = false }: Push,
): Promise<void> {
  if (remote === null) throw new Trouble("unreachable", "this repository has no remote");
  await git.run([
    "push",
    "--quiet",
    "--porcelain",
    "--no-verify",
    "--no-signed",
    "--no-follow-tags",
    ...(dryRun ? ["--dry-run"] : []),
    `--force-with-lease=refs/heads/${branch}:${expected ?? ""}`,
    remote,
    `${commit}:refs/heads/${branch}`,
  ], { network: true });
}
