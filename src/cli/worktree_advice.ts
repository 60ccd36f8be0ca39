/**
 * What helps where a linked worktree cannot write into the state of its main checkout: an agent's
 * sandbox lets it write below its working directory only.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import type { OrchestratorPaths } from "../project/paths.ts";
import { STATE_HOME_VARIABLE } from "../project/state_home.ts";
import { shellWord } from "../workflow/shell_word.ts";

/** The setting of each agent's sandbox that lets it write into a directory. */
const SETTINGS: Readonly<Record<string, (directory: string) => string>> = {
  "claude-code": (directory) =>
    `Add "${directory}" to sandbox.filesystem.allowWrite in Claude Code's settings`,
  "codex": (directory) =>
    `Start Codex with \`--add-dir ${
      shellWord(directory)
    }\` (or list it in sandbox_workspace_write.writable_roots)`,
};

/**
 * The refusal with both ways out, where what could not be written is the shared state; else the error
 * as it is. Never falls back to a second state: the sessions would part.
 * @param agent the agent's name; null for a person.
 */
export function unwritableState(
  error: OrchestratorError,
  { stateDirectory, root }: OrchestratorPaths,
  agent: string | null,
): OrchestratorError {
  const path = error.details?.["path"];
  // Creating the state directory is tried in the directory above.
  const isState = typeof path === "string" &&
    (path.startsWith(stateDirectory) || stateDirectory.startsWith(path));
  if (!isState) return error;
  const setting = SETTINGS[agent ?? ""]?.(stateDirectory) ?? `Make "${stateDirectory}" writable`;
  return new OrchestratorError(error.code, error.message, {
    hint:
      `${setting}, or set ${STATE_HOME_VARIABLE}=worktree for a separate state in this worktree`,
    details: { ...error.details, stateDirectory, worktree: root },
    cause: error,
  });
}
