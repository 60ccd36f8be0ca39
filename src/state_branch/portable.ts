/**
 * The third fallback: a state directory that is committed with the work. This program never
 * commits on a branch of the user's; it only looks how far their own commits have carried the state.
 * @module
 */
import type { Git } from "./git.ts";

/** How far the state has come with the user's own commits. */
export type PortableStanding =
  /** Something in the state directory is not committed. */
  | "uncommitted"
  /** Committed, and on no branch that is known to be on a server. */
  | "unpushed"
  /** On a server, as far as the last push or fetch has told. */
  | "pushed";

/**
 * Looks, without asking a server or writing anything.
 * @param directory the state directory's path from the repository's top or from `git.root`.
 */
export async function portableStanding(git: Git, directory: string): Promise<PortableStanding> {
  const { stdout } = await git.run(["status", "--porcelain", "-z", "-uall", "--", directory]);
  if (stdout !== "") return "uncommitted";
  const log = await git.run(["log", "-1", "--format=%H", "HEAD", "--", directory], {
    codes: [128],
  });
  const commit = log.stdout.trim();
  if (log.exitCode !== 0 || commit === "") return "uncommitted";
  const carrier = await git.line([
    "for-each-ref",
    "--count=1",
    `--contains=${commit}`,
    "--format=%(refname)",
    "refs/remotes",
  ]);
  return carrier === "" ? "unpushed" : "pushed";
}

/** Names of the files in the state directory that git tracks, relative to it. */
export async function trackedNames(git: Git, directory: string): Promise<ReadonlySet<string>> {
  const { stdout } = await git.run(["-C", directory, "ls-files", "-z"]);
  return new Set(stdout.split("\0").filter((name) => name !== ""));
}

/** What is missing for the state to be safe this way; null when nothing is. */
export function portableProblem(standing: PortableStanding): string | null {
  switch (standing) {
    case "uncommitted":
      return "some of .orchestrator is not committed with the work";
    case "unpushed":
      return ".orchestrator is committed with the work, but not pushed";
    case "pushed":
      return null;
  }
}
