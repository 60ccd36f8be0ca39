/**
 * `import-legacy`: an old state from anywhere becomes a session here. Nothing is written there.
 * @module
 */
import { basename, dirname } from "node:path";
import { lstatSync, statSync } from "node:fs";
import { OrchestratorError } from "../errors.ts";
import { findLegacy, LEGACY_PATHS, SESSION_NAMES } from "../legacy/find.ts";
import { readForgotten } from "../legacy/forgotten.ts";
import { LegacyWorkflow } from "../legacy/legacy_workflow.ts";
import { readLegacyProject } from "../legacy/project.ts";
import { readLegacyCheckpoint } from "../legacy/read_checkpoint.ts";
import { ioError } from "../platform/io_error.ts";
import { slashes } from "../platform/path.ts";
import { readTextWithin } from "../platform/within.ts";

/** An old workflow that was found, and the root its paths are relative to. */
export interface FoundWorkflow {
  readonly workflow: LegacyWorkflow;
  readonly root: string;
}

/**
 * Finds the old workflow that a path means: a state file, a checkpoint, an old session's folder, or a
 * folder the old tool worked in.
 * @param path absolute.
 * @param wanted a workflow id or an old session id, to choose among several.
 * @throws OrchestratorError `file_unknown`, `legacy_corrupt`, `session_ambiguous`, `session_unknown`
 */
export function findWorkflowAt(path: string, wanted?: string): FoundWorkflow {
  let stats;
  try {
    stats = statSync(path);
  } catch (error) {
    throw ioError("read", path, error);
  }
  const found = stats.isDirectory()
    ? inFolder(path, wanted)
    : { workflow: fromFile(path), root: rootOf(dirname(path)).root };
  if (found.workflow.error !== null) throw found.workflow.error;
  return found;
}

function fromFile(path: string): LegacyWorkflow {
  const name = basename(path);
  const folder = dirname(path);
  const { root, below } = rootOf(folder);
  const scattered = name === LEGACY_PATHS.state;
  const workflow = LegacyWorkflow.open(root, {
    name: scattered ? "root" : nameOfFolder(folder),
    state: { path: below + name, kind: "file" },
    log: below + (scattered ? LEGACY_PATHS.log : SESSION_NAMES.log),
    checkpoints: below + (scattered ? LEGACY_PATHS.checkpoints : SESSION_NAMES.checkpoints),
    meta: scattered ? null : below + SESSION_NAMES.meta,
  });
  return workflow.error?.details?.["reason"] === "missing_key" ||
      workflow.error?.details?.["reason"] === "not_state"
    ? fromCheckpoint(path) ?? workflow
    : workflow;
}

/** The repository of an old session's folder, which its paths are relative to; else the folder. */
function rootOf(folder: string): { readonly root: string; readonly below: string } {
  const parent = `/${LEGACY_PATHS.sessions}/${basename(folder)}`;
  const slashed = slashes(folder);
  if (!slashed.endsWith(parent)) return { root: folder, below: "" };
  return { root: folder.slice(0, -parent.length), below: `${parent.slice(1)}/` };
}

/** An old session's id where the folder's name is one; what stands there in messages. */
function nameOfFolder(folder: string): string {
  const name = basename(folder);
  return /^[0-9a-f]{8}$/i.test(name) ? name : "file";
}

/** A larger file is no checkpoint. */
const MAX_FILE_BYTES = 16 * 1024 * 1024;

/** A checkpoint has a full copy of the state. */
function fromCheckpoint(path: string): LegacyWorkflow | null {
  const name = basename(path);
  try {
    const { snapshot } = readLegacyCheckpoint(
      readTextWithin(null, path, MAX_FILE_BYTES) ?? "",
      name,
    );
    if (snapshot === null) return null;
    return LegacyWorkflow.made(dirname(path), {
      name: "checkpoint",
      state: { path: name, kind: "file" },
      // Nothing can lie below a file: there is no log.
      log: `${name}/${SESSION_NAMES.log}`,
      checkpoints: `${name}/${SESSION_NAMES.checkpoints}`,
      meta: null,
    }, snapshot);
  } catch (error) {
    if (error instanceof OrchestratorError) return null;
    throw error;
  }
}

function inFolder(folder: string, wanted: string | undefined): FoundWorkflow {
  if (isOldSession(folder)) {
    return { workflow: fromFile(`${folder}/${SESSION_NAMES.state}`), root: rootOf(folder).root };
  }
  const root = basename(folder) === LEGACY_PATHS.directory ? dirname(folder) : folder;
  const project = readLegacyProject(root, findLegacy(root));
  const all = [...project.workflows, ...readForgotten(project).workflows];
  if (wanted !== undefined) {
    const workflow = all.find((one) =>
      one.summary?.workflowId === wanted || one.origin.name === wanted
    );
    if (workflow !== undefined) return { workflow, root };
    throw new OrchestratorError(
      "session_unknown",
      `Cannot find the workflow "${wanted}" in "${folder}": no workflow has that ID`,
      { details: { workflows: idsOf(all) } },
    );
  }
  const workflow = project.active ?? (all.length === 1 ? all[0] : undefined);
  if (workflow !== undefined) return { workflow, root };
  if (all.length > 1) {
    throw new OrchestratorError(
      "session_ambiguous",
      `Cannot choose a workflow in "${folder}": it contains ${all.length}`,
      { hint: "Name one with --workflow", details: { workflows: idsOf(all), list: idsOf(all) } },
    );
  }
  throw new OrchestratorError(
    "file_unknown",
    `Cannot import "${folder}": it contains no workflow of the old tool`,
    { hint: "Name a state file, an old session's folder, or a repository" },
  );
}

function idsOf(workflows: readonly LegacyWorkflow[]): readonly string[] {
  return workflows.map((workflow) => workflow.summary?.workflowId ?? workflow.file);
}

function isOldSession(folder: string): boolean {
  try {
    return lstatSync(`${folder}/${SESSION_NAMES.state}`).isFile() &&
      basename(folder) !== LEGACY_PATHS.directory;
  } catch {
    return false;
  }
}
