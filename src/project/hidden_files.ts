/**
 * What portable mode commits and an ignore rule hides: a rule of the project, of `.git/info/exclude`, or of
 * `core.excludesFile`.
 * @module
 */
import type { Environment } from "../platform/processes.ts";
import { KEYS, STATE_DIRECTORY } from "../state_layout/names.ts";
import { askGit } from "./ask_git.ts";
import { gitDirectory } from "./git_remote.ts";

/** Git answers from files: what takes longer does not work. */
const PATIENCE_MS = 5000;

/** One file of each kind that portable mode commits. */
const COMMITTED = [
  KEYS.meta,
  KEYS.config,
  KEYS.workflow,
  KEYS.repositoryLog("x"),
  KEYS.sessionJournal("x"),
  KEYS.sessionState("x"),
  KEYS.sessionMeta("x"),
  KEYS.sessionWorkflow("x"),
];

/**
 * The files that git ignores, each with the rule: `.orchestrator/meta.json (.gitignore:3: *.json)`; none
 * where git does not tell.
 */
export async function hiddenFromGit(root: string, env: Environment): Promise<readonly string[]> {
  if (gitDirectory(root) === null) return [];
  const names = COMMITTED.map((key) => `${STATE_DIRECTORY}/${key}`);
  const answer = await askGit(root, env, ["check-ignore", "-v", "--no-index", "--", ...names], {
    timeoutMs: PATIENCE_MS,
    codes: [1],
  });
  return (answer?.stdout ?? "").split("\n").flatMap((line) => {
    const [, rule = "", pattern = "", path = ""] = /^(.*:\d+):(.*)\t(.*)$/.exec(line) ?? [];
    // One that begins so takes the file out of the ignored ones.
    return pattern === "" || pattern.startsWith("!") ? [] : [`${path} (${rule}: ${pattern})`];
  });
}
