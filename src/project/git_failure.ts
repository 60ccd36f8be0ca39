/**
 * Why git tells nothing about a repository, in words, and with the command that helps.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { GIT_QUIET, gitEnvironment } from "../platform/git_environment.ts";
import { type Environment, runProgram } from "../platform/processes.ts";
import { GIT_FAILURES } from "../workflow/definition_origin.ts";
import { shellWord } from "../workflow/shell_word.ts";

/** Why git tells nothing. */
type GitFailure = keyof typeof GIT_FAILURES;

/** A directory that git refuses is not asked for long. */
const PATIENCE_MS = 5000;

/** Why it failed, and what helps. */
export interface GitRefusal {
  readonly why: GitFailure;
  /** The command line with which a person trusts the repository of another user. */
  readonly trust?: string;
  /** Both, as a clause. */
  readonly text: string;
}

/**
 * Asks git once more, for the reason.
 * @param directory in the repository.
 * @param args what to ask, as far as it matters: a repository that can be found may have a broken index.
 */
export async function whyGitFails(
  directory: string,
  env: Environment,
  args: readonly string[] = ["rev-parse", "--git-dir"],
): Promise<GitRefusal> {
  try {
    const { exitCode, stderr } = await runProgram("git", [...GIT_QUIET, ...args], {
      cwd: directory,
      env: gitEnvironment(env),
      timeoutMs: PATIENCE_MS,
    });
    // It answers now: what was asked before may have taken too long.
    if (exitCode === 0) return refusal("unknown");
    const trust = trustCommand(stderr);
    if (trust === null) return refusal("unreadable");
    const why = "other_owner";
    return { why, trust, text: `${GIT_FAILURES[why]}; to trust it, run \`${trust}\`` };
  } catch (error) {
    if (!(error instanceof OrchestratorError)) throw error;
    return refusal(error.details?.["system"] === "ENOENT" ? "not_installed" : "unknown");
  }
}

function refusal(why: GitFailure): GitRefusal {
  return { why, text: GIT_FAILURES[why] };
}

/**
 * The command with which a person trusts a repository, where git refuses it for its owner
 * (git-config(1), `safe.directory`); null for what else git prints.
 */
export function trustCommand(stderr: string): string | null {
  const [, directory] = /dubious ownership in repository at '([^'\n]+)'/.exec(stderr) ?? [];
  return directory === undefined
    ? null
    : `git config --global --add safe.directory ${shellWord(directory)}`;
}
