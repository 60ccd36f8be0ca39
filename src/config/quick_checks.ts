/**
 * What must be known of the configuration before any of it is loaded.
 * @module
 */
import { statSync } from "node:fs";

/** Seconds to wait for a lock, unless configured. */
export const DEFAULT_LOCK_TIMEOUT = 10;

/** Variables of this program that are no configuration: what a command means, and what it is told. */
export const OTHER_VARIABLES: ReadonlySet<string> = new Set([
  "ORCHESTRATOR_ROOT",
  "ORCHESTRATOR_SESSION",
  "ORCHESTRATOR_PAGER",
  "ORCHESTRATOR_SESSION_NAME",
  "ORCHESTRATOR_TASK",
  "ORCHESTRATOR_PROJECT",
  "ORCHESTRATOR_PHASE",
  "ORCHESTRATOR_ITEM",
  "ORCHESTRATOR_IN_VERIFICATION",
  "ORCHESTRATOR_CONSTRAINTS",
  "ORCHESTRATOR_NOTES",
]);

const PREFIX = "ORCHESTRATOR_";

/** Whether a variable may set a key of the configuration, as far as its name tells. */
export function mayBeConfigVariable(name: string): boolean {
  return name.startsWith(PREFIX) && !OTHER_VARIABLES.has(name);
}

/** Whether something may be there: also when the system does not say, so that reading it will tell. */
export function mayBeThere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return true;
  }
}

/**
 * Whether anything at all can differ from the defaults: a file is there, or a variable is set. Costs
 * one look at each file.
 */
export function configMayExist(
  files: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  if (files.some(mayBeThere)) return true;
  for (const name of Object.keys(env)) {
    if (name.startsWith(PREFIX) && mayBeConfigVariable(name)) return true;
  }
  return false;
}
