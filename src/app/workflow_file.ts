/**
 * Which workflow definition a command means.
 * @module
 */
import { originText } from "../config/layers.ts";
import { OrchestratorError } from "../errors.ts";
import { readGivenText } from "../platform/given_file.ts";
import { readTextWithin } from "../platform/within.ts";
import {
  type OrchestratorPaths,
  OWN_WORKFLOW_FILE,
  STATE_WORKFLOW_FILE,
  WORKFLOW_FILE,
} from "../project/paths.ts";
import { hasOwnState, type UsualWorkflow, usualWorkflow } from "../project/usual_workflow.ts";
import { keysOfOtherTool } from "../workflow/other_tool.ts";
import type { ChosenBy } from "../workflow/definition_origin.ts";
import type { Configuration, Project, Warnings } from "./workspace.ts";

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
  /** Keys that show that the file is another tool's; absent where it may be a definition. */
  readonly otherTool?: readonly string[];
  /** About definitions that do not count; absent where the file was named. */
  readonly remarks?: readonly PlaceRemark[];
}

/** About a definition that is there and does not count. */
export interface PlaceRemark {
  /** A sentence without a full stop. */
  readonly what: string;
  /** The next step, as a sentence without a full stop. */
  readonly todo: string;
  readonly level: "info" | "warning";
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
  if (origin.layer === "default") return usualFile(paths);
  const path = paths.resolveFrom(paths.root, expandHome(name, io.home));
  return {
    path,
    shown: paths.relative(path),
    chosen: `The configuration names it: ${originText(origin)}`,
    by: origin.layer === "flag" ? "argument" : origin.layer,
  };
}

/** The project's usual file, see `project/usual_workflow.ts`. */
function usualFile(paths: OrchestratorPaths): WorkflowFile {
  const usual = usualWorkflow(paths);
  return {
    path: usual.path,
    shown: usual.name,
    chosen: null,
    by: "default",
    ...(usual.otherTool === null ? {} : { otherTool: usual.otherTool }),
    remarks: placeRemarks(paths, usual),
  };
}

/** What is to be said of definitions that are there and do not count. */
export function placeRemarks(
  paths: OrchestratorPaths,
  { name, exists, otherTool, others, uncounted }: UsualWorkflow,
): readonly PlaceRemark[] {
  const remarks: PlaceRemark[] = [];
  const isUsed = exists && otherTool === null;
  if (others.length > 0) {
    const does = others.length === 1 ? "does" : "do";
    const names = others.map((other) => JSON.stringify(other)).join(", ");
    remarks.push({
      what: `The workflow is "${name}"; ${names} ${does} not count`,
      todo: "Keep only the one that you use",
      level: "info",
    });
  }
  if (uncounted) {
    const what = `"${STATE_WORKFLOW_FILE}" does not count: git ignores it outside of portable mode`;
    const move = `Move it to "${otherTool === null ? WORKFLOW_FILE : OWN_WORKFLOW_FILE}"`;
    remarks.push({
      what: isUsed ? `${what}, and the workflow is "${name}"` : what,
      todo: isUsed
        ? `Add what you need of it to "${name}"`
        : hasOwnState(paths)
        ? `${move}, or run \`orchestrator init --portable\``
        : move,
      level: "warning",
    });
  }
  return remarks;
}

/** Warns of definitions that are there and do not count. */
export function warnOfPlaces(workspace: Warnings, remarks: readonly PlaceRemark[] = []): void {
  for (const { what, todo, level } of remarks) {
    workspace.warn(level === "info" ? what : `${what}. ${todo}`);
  }
}

/**
 * Refuses a file that is named and belongs to another tool: what is wrong with it as a definition is
 * no help.
 * @throws `workflow_invalid`
 */
export function requireDefinitionFile(text: string, shown: string, doing: string): void {
  const keys = keysOfOtherTool(text);
  if (keys !== null) throw otherToolError(keys, shown, doing);
}

/** The refusal of a file by the keys that show whose it is. */
export function otherToolError(
  keys: readonly string[],
  shown: string,
  doing: string,
): OrchestratorError {
  return new OrchestratorError(
    "workflow_invalid",
    `Cannot ${doing} "${shown}": it belongs to another tool (${keysText(keys)})`,
    {
      hint:
        "Name a definition with `--workflow`, or keep one in orchestrator.yaml (`orchestrator init` writes it)",
    },
  );
}

/** `it has "on", "jobs"` */
export function keysText(keys: readonly string[]): string {
  if (keys.includes("-")) return "it is a list";
  return `it has ${keys.map((key) => JSON.stringify(key)).join(", ")}`;
}

/**
 * The text of a definition's file; null when there is none. What the command line names may be a pipe.
 * @throws `limit_exceeded`, `io_failed`
 */
export function readWorkflowFile(
  { path, shown, chosen, otherTool }: WorkflowFile,
): string | null {
  if (otherTool !== undefined) return null;
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
