/**
 * A clone whose old state files went away with a pull: a migration on another machine has moved them, and
 * the commit of their removal took them from here.
 * @module
 */
import { findLegacy, LEGACY_PATHS } from "../../legacy/find.ts";
import { askGit } from "../../project/ask_git.ts";
import { gitDirectory } from "../../project/git_remote.ts";
import type { Workspace } from "../workspace.ts";

/** What an error says of it. */
export interface OldStateMoved {
  /** A clause, to be appended. */
  readonly what: string;
  readonly hint: string;
}

/** The history of a large repository may take longer: then nothing is said. */
const PATIENCE_MS = 2000;

/** What was removed longer ago is nothing that a pull has just taken away. */
const RECENT_DAYS = 90;

/** The last commit before HEAD that removed an old state; null without one, and where git does not tell. */
export async function oldStateMoved(
  { paths, io }: Pick<Workspace, "paths" | "io">,
): Promise<OldStateMoved | null> {
  const { root, isHome } = paths;
  if (isHome || gitDirectory(root) === null || findLegacy(root).hasWorkflow) return null;
  const answer = await askGit(root, io.env, [
    "log",
    "-1",
    `--since=${RECENT_DAYS} days ago`,
    "--no-renames",
    "--no-show-signature",
    "--no-color",
    "--diff-filter=D",
    "--relative",
    "--name-only",
    "-z",
    "--format=%h %cs",
    "--",
    LEGACY_PATHS.state,
    // The names of the old tool's sessions have eight characters, those of this program's thirteen.
    `:(glob)${LEGACY_PATHS.sessions}/????????/state.json`,
  ], { timeoutMs: PATIENCE_MS });
  const [head = "", file = ""] = answer?.stdout.split("\0").map((part) => part.trim()) ?? [];
  const [, commit, day] = /^([0-9a-f]+) (\d{4}-\d\d-\d\d)$/.exec(head) ?? [];
  if (commit === undefined || file === "") return null;
  return {
    what:
      `; commit ${commit} of ${day} removed the old tool's "${file}" from git, and where \`orchestrator migrate\` moved it, its session goes on`,
    hint:
      'Run `orchestrator state push` in the clone that migrated, then `orchestrator state pull` here; for a new task, run `orchestrator start "<task>"`',
  };
}
