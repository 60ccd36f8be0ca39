/**
 * Which files of a folder git tracks.
 * @module
 */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { OrchestratorError } from "../errors.ts";
import { GIT_QUIET, gitEnvironment } from "../platform/git_environment.ts";
import { runProgram } from "../platform/processes.ts";

/**
 * Names of the files in `directory` that git tracks, by the index alone.
 * @returns Null when that cannot be determined: there is a repository, and git is not installed or fails.
 */
export async function trackedIn(directory: string): Promise<ReadonlySet<string> | null> {
  if (!existsSync(directory) || !insideRepository(directory)) return new Set();
  try {
    const { exitCode, stdout } = await runProgram(
      "git",
      [...GIT_QUIET, "ls-files", "-z", "--", "."],
      { cwd: directory, env: gitEnvironment(process.env), timeoutMs: 10_000 },
    );
    if (exitCode !== 0) return null;
    return new Set(stdout.split("\0").filter((name) => name !== ""));
  } catch (error) {
    if (error instanceof OrchestratorError) return null;
    throw error;
  }
}

function insideRepository(directory: string): boolean {
  for (let at = directory;;) {
    if (existsSync(join(at, ".git"))) return true;
    const parent = dirname(at);
    if (parent === at) return false;
    at = parent;
  }
}
