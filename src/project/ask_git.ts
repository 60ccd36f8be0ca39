/**
 * Asking git about the repository of the root, without changing anything in it.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { type Environment, type ProgramResult, runProgram } from "../platform/processes.ts";

/** What would name another repository, other objects, or other contents of the same ones. */
const NO_OTHER_REPOSITORY = {
  GIT_DIR: undefined,
  GIT_WORK_TREE: undefined,
  GIT_COMMON_DIR: undefined,
  GIT_NAMESPACE: undefined,
  GIT_OBJECT_DIRECTORY: undefined,
  GIT_ALTERNATE_OBJECT_DIRECTORIES: undefined,
  GIT_GRAFT_FILE: undefined,
  GIT_REPLACE_REF_BASE: undefined,
  GIT_PREFIX: undefined,
} as const;

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
    const result = await runProgram("git", args, {
      cwd: root,
      env: {
        ...env,
        ...NO_OTHER_REPOSITORY,
        GIT_NO_REPLACE_OBJECTS: "1",
        GIT_OPTIONAL_LOCKS: "0",
        GIT_NO_LAZY_FETCH: "1",
        LC_ALL: "C",
      },
      ...options,
    });
    return result.exitCode === 0 || codes.includes(result.exitCode ?? -1) ? result : null;
  } catch (error) {
    if (error instanceof OrchestratorError) return null;
    throw error;
  }
}
