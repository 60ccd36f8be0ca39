/**
 * Which workflow definition a command means.
 * @module
 */
import { originText } from "../config/layers.ts";
import { OrchestratorError } from "../errors.ts";
import { readGivenText } from "../platform/given_file.ts";
import { readTextWithin } from "../platform/within.ts";
import type { ChosenBy } from "../workflow/definition_origin.ts";
import type { Configuration, Project } from "./workspace.ts";

/** A definition has at most 1 MiB; the parser reports a longer text. */
export const MAX_BYTES = 4 * 1024 * 1024;

/** A definition's file; it need not exist. */
export interface WorkflowFile {
  readonly path: string;
  /** As messages name it. */
  readonly shown: string;
  /**
   * `argument` when the command line names it; a sentence that says who else does; null when it is
   * what everybody has.
   */
  readonly chosen: string | null;
  /** What names it. */
  readonly by: ChosenBy;
}

/**
 * The file that the command line names, else the configuration's `workflow`.
 * @param given relative to the working directory.
 * @param doing as in "Cannot <doing>".
 * @throws `config_invalid` when the configuration cannot tell.
 */
export async function workflowFile(
  workspace: Project & Configuration,
  given: string | undefined,
  doing: string,
): Promise<WorkflowFile> {
  const { paths, io } = workspace;
  if (given !== undefined) {
    return {
      path: paths.resolveFrom(io.cwd, given),
      shown: given,
      chosen: "argument",
      by: "argument",
    };
  }
  const config = await workspace.config();
  const name = config.require("workflow", doing);
  const { origin } = config.effective("workflow");
  const path = paths.resolveFrom(paths.root, expandHome(name, io.home));
  return {
    path,
    shown: paths.relative(path),
    chosen: origin.layer === "default" ? null : `The configuration names it: ${originText(origin)}`,
    by: origin.layer === "flag" ? "argument" : origin.layer,
  };
}

/**
 * The text of a definition's file; null when there is none. What the command line names may be a pipe.
 * @throws `limit_exceeded`, `io_failed`
 */
export function readWorkflowFile({ path, shown, chosen }: WorkflowFile): string | null {
  if (chosen !== "argument") return readTextWithin(null, path, MAX_BYTES);
  try {
    return readGivenText(path, shown, MAX_BYTES);
  } catch (error) {
    if (error instanceof OrchestratorError && error.code === "file_unknown") return null;
    throw error;
  }
}

/** `~/x` below the home directory. */
export function expandHome(path: string, home: string | undefined): string {
  return home !== undefined && /^~[/\\]/.test(path) ? home + path.slice(1) : path;
}
