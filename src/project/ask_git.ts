/**
 * Asking git about the repository of the root, without changing anything in it.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { GIT_QUIET, gitEnvironment } from "../platform/git_environment.ts";
import { type Environment, type ProgramResult, runProgram } from "../platform/processes.ts";

/**
 * Runs git in `root`, reading only. Objects are what they are: `git replace` has no effect.
 * @param how.codes exit codes besides 0 that are answers.
 * @param how.timeoutMs after so many milliseconds git has not answered.
 * @returns null when git cannot be run, is too slow, or fails in another way.
 */
export async function askGit(
  root: string,
  env: Environment,
  args: readonly string[],
  how: {
    readonly timeoutMs: number;
    readonly codes?: readonly number[] | undefined;
    readonly input?: string;
    readonly binary?: boolean;
    readonly mostBytes?: number;
  },
): Promise<ProgramResult | null> {
  const { codes = [], ...options } = how;
  try {
    const result = await runProgram("git", [...GIT_QUIET, ...args], {
      cwd: root,
      env: gitEnvironment(env),
      ...options,
    });
    return result.exitCode === 0 || codes.includes(result.exitCode ?? -1) ? result : null;
  } catch (error) {
    if (error instanceof OrchestratorError) return null;
    throw error;
  }
}
