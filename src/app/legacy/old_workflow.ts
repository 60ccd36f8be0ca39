/**
 * Finding the old workflow that a command means.
 * @module
 */
import { findLegacy, type LegacyPlaces } from "../../legacy/find.ts";
import type { LegacyWorkflow } from "../../legacy/legacy_workflow.ts";
import type { LegacyProject } from "../../legacy/project.ts";
import type { Project, Sessions, Warnings } from "../workspace.ts";

/** What is needed to look for it. */
type Looking = Pick<Project, "paths" | "meta"> & Pick<Sessions, "query"> & Warnings;

/** What the old tool left; null where it left nothing. A cheap look first: most projects have none. */
export async function legacyProject(
  workspace: Pick<Project, "paths"> & Warnings,
): Promise<LegacyProject | null> {
  if (workspace.paths.isHome) return null;
  const places = findLegacy(workspace.paths.root);
  if (isEmpty(places)) return null;
  const { readLegacyProject } = await import("../../legacy/project.ts");
  const project = readLegacyProject(workspace.paths.root, places);
  for (const { code, message } of project.findings) {
    // Another program's file is nothing to be told of at each command; `migrate` and `doctor` name it.
    if (code !== "foreign_file") workspace.warn(message);
  }
  return project;
}

function isEmpty(places: LegacyPlaces): boolean {
  return places.state === null && places.bareState === null && places.sessions.length === 0 &&
    places.findings.length === 0;
}

/** The old workflow that a command means; null when there is none. */
export async function pickOld(
  workspace: Looking,
  name: string | undefined,
): Promise<LegacyWorkflow | null> {
  const project = await legacyProject(workspace);
  return project === null ? null : pickFrom(project, workspace, name);
}

/** As {@link pickOld}, when the project is known. */
export function pickFrom(
  project: LegacyProject,
  workspace: Looking,
  name: string | undefined,
): LegacyWorkflow | null {
  return choose(project, wantedName(workspace, name), workspace.meta === null);
}

function wantedName(workspace: Looking, name: string | undefined): string | undefined {
  const query = workspace.query(name);
  return query.flag ?? (query.variable === "" ? undefined : query.variable);
}

/**
 * @param fresh true when there was nothing of the new layout when this command looked for its session:
 * a `current` of the new layout is then that of an import that another process has just made.
 */
function choose(
  project: LegacyProject,
  name: string | undefined,
  fresh: boolean,
): LegacyWorkflow | null {
  if (name === undefined) {
    if (project.active !== null) return project.active;
    if (project.places.current?.layout === "new") return fresh ? newest(project) : null;
    // Better to say what is damaged than that there is nothing.
    return project.workflows.find((workflow) => workflow.error !== null) ?? null;
  }
  return project.workflows.find((workflow) =>
    workflow.origin.name === name || workflow.summary?.workflowId === name ||
    (name.length >= 4 && workflow.summary?.session.startsWith(name) === true)
  ) ?? null;
}

function newest(project: LegacyProject): LegacyWorkflow | null {
  const readable = project.workflows.filter((workflow) => workflow.error === null);
  return readable.find((workflow) => workflow.summary?.status === "active") ?? readable[0] ?? null;
}
