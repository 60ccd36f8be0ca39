/**
 * What the old tool read otherwise in the definitions of a project that comes from it.
 * @module
 */
import { existsSync } from "node:fs";
import { findLegacy } from "../legacy/find.ts";
import { oldYamlRemarks } from "../legacy/old_yaml.ts";
import type { OrchestratorPaths } from "../project/paths.ts";
import type { Finding } from "../workflow/finding.ts";

/** Whether the old tool has worked in the project: its files are there, or were moved. */
function isFromOldTool(paths: OrchestratorPaths): boolean {
  if (existsSync(paths.migrationMarker)) return true;
  const { state, bareState, log, checkpoints, sessions } = findLegacy(paths.root);
  return state !== null || bareState !== null || log !== null || checkpoints !== null ||
    sessions.length > 0;
}

/** The remarks about a definition; none where the project never had the old tool. */
export function oldDefinitionRemarks(
  paths: OrchestratorPaths,
  text: string,
  file: string,
): readonly Finding[] {
  const remarks = oldYamlRemarks(text, file);
  return remarks.length > 0 && isFromOldTool(paths) ? remarks : [];
}
