/**
 * Where the project's own definition is. The first of these counts:
 *
 * 1. `.orchestrator/workflow.yaml`, in portable mode: elsewhere git ignores it, and a definition that
 *    only one clone has is no rule of the project's.
 * 2. `orchestrator.yaml`
 * 3. `workflow.yaml`, unless it is another tool's.
 * @module
 */
import { existsSync } from "node:fs";
import { OrchestratorError } from "../errors.ts";
import { readTextWithin } from "../platform/within.ts";
import { keysOfOtherTool } from "../workflow/other_tool.ts";
import { modeSaid } from "./gitignore.ts";
import { readRepositoryMeta, type RepositoryMode } from "./identity.ts";
import {
  type OrchestratorPaths,
  OWN_WORKFLOW_FILE,
  STATE_WORKFLOW_FILE,
  WORKFLOW_FILE,
} from "./paths.ts";

/** A definition has at most 1 MiB; the parser reports a longer text. */
const MAX_BYTES = 4 * 1024 * 1024;

/** Longer files that people and this program write together are neither's. */
const MAX_IGNORE_BYTES = 1024 * 1024;

/** The definition that counts, and what else has a name of one. Names are from the root, with `/`. */
export interface UsualWorkflow {
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  readonly exists: boolean;
  /** Keys that show that `workflow.yaml` is another tool's, where it is the only one; else null. */
  readonly otherTool: readonly string[] | null;
  /** Own definitions that do not count because `name` goes before them. */
  readonly others: readonly string[];
  /** Whether there is an `.orchestrator/workflow.yaml` that does not count because of the mode. */
  readonly uncounted: boolean;
}

/** The places of a definition, the one that counts first. */
export function workflowPlaces(portable: boolean): readonly string[] {
  return [...portable ? [STATE_WORKFLOW_FILE] : [], OWN_WORKFLOW_FILE, WORKFLOW_FILE];
}

/**
 * Looks in all places. Where there is none, `name` is `workflow.yaml`.
 * @param mode the project's mode, where it is about to change. Default: the present one.
 */
export function usualWorkflow(paths: OrchestratorPaths, mode?: RepositoryMode): UsualWorkflow {
  const at = (name: string) => paths.resolveFrom(paths.root, name);
  const portable = hasOwnState(paths) && (mode ?? modeOf(paths)) === "portable";
  const there = workflowPlaces(portable).filter((name) => existsSync(at(name)));
  const keys = there.includes(WORKFLOW_FILE) ? otherToolIn(paths.workflow) : null;
  const own = keys === null ? there : there.filter((name) => name !== WORKFLOW_FILE);
  const [name = WORKFLOW_FILE, ...others] = own;
  return {
    name,
    path: at(name),
    exists: there.includes(name),
    otherTool: name === WORKFLOW_FILE ? keys : null,
    others,
    uncounted: !portable && !paths.isHome && existsSync(at(STATE_WORKFLOW_FILE)),
  };
}

/** Whether the folder is in portable mode, as far as its files tell. */
export function isPortable(paths: OrchestratorPaths): boolean {
  return hasOwnState(paths) && modeOf(paths) === "portable";
}

/** In a linked worktree that shares a state, `.orchestrator` of its own is not the state directory. */
export function hasOwnState(paths: OrchestratorPaths): boolean {
  return !paths.isHome &&
    paths.resolveFrom(paths.root, STATE_WORKFLOW_FILE) === paths.stateWorkflow;
}

/** What `meta.json` says; where it cannot, what `.gitignore` was written for. */
function modeOf(paths: OrchestratorPaths): RepositoryMode | null {
  return unlessRefused(() => readRepositoryMeta(paths.metaFile)?.mode ?? null) ??
    modeSaid(
      unlessRefused(() => readTextWithin(paths.stateDirectory, paths.gitignore, MAX_IGNORE_BYTES)),
    );
}

/** The keys that show that a file is another tool's; null also where it cannot be read. */
function otherToolIn(path: string): readonly string[] | null {
  const text = unlessRefused(() => readTextWithin(null, path, MAX_BYTES));
  return text === null ? null : keysOfOtherTool(text);
}

/** Null where a file cannot be used: what needs it says why. */
function unlessRefused<T>(read: () => T | null): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof OrchestratorError) return null;
    throw error;
  }
}
