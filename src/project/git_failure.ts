/**
 * Why git tells nothing about a repository, in words, and with the command that helps.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { GIT_QUIET, gitEnvironment } from "../platform/git_environment.ts";
import { type Environment, runProgram } from "../platform/processes.ts";
import type { GIT_FAILURES } from "../workflow/definition_origin.ts";
import { shellWord } from "../workflow/shell_word.ts";

/** Why git tells nothing. */
export type GitFailure = keyof typeof GIT_FAILURES;

/** A directory that git refuses is not asked for long. */
const PATIENCE_MS = 5000;

/**
 * Asks git once more, for the reason.
 * @param directory in the repository.
 * @returns `trust`: the command line with which a person trusts the repository of another user.
 */
export async function whyGitFails(
  directory: string,
  env: Environment,
): Promise<{ readonly why: GitFailure; readonly trust?: string }> {
  try {
    const { exitCode, stderr } = await runProgram("git", [...GIT_QUIET, "rev-parse", "--git-dir"], {
      cwd: directory,
      env: gitEnvironment(env),
      timeoutMs: PATIENCE_MS,
    });
    // It answers now: what was asked before may have taken too long.
    if (exitCode === 0) return { why: "unknown" };
    const trust = trustCommand(stderr);
    return trust === null ? { why: "unreadable" } : { why: "other_owner", trust };
  } catch (error) {
    if (!(error instanceof OrchestratorError)) throw error;
    return { why: error.details?.["system"] === "ENOENT" ? "not_installed" : "unknown" };
  }
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
