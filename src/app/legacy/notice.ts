/**
 * What there is to tell of the old tool's files. Nothing is remembered: it is told as long as they are
 * there.
 * @module
 */
import { existsSync } from "node:fs";
import { conflictWarning, isEmptyPlan, makePlan, type Plan } from "../../migration/plan.ts";
import type { Configuration, Project, Sessions, Warnings } from "../workspace.ts";

/** What would move, after a glance; warns of what differs. Null where there is nothing to tell. */
export async function planToTell(
  workspace: Project & Configuration & Pick<Sessions, "manager"> & Warnings,
): Promise<Plan | null> {
  if ((await workspace.config()).get("migration_notice") === false) return null;
  let plan: Plan;
  try {
    ({ plan } = await makePlan(workspace.paths, workspace.manager, { glance: true }));
  } catch {
    // What cannot be read is said by the commands that are about it.
    return null;
  }
  if (isEmptyPlan(plan)) return null;
  for (const conflict of plan.conflicts) workspace.warn(conflictWarning(conflict, "before"));
  return plan;
}

/** Warns of a migration that was cut off; says nothing of one that is running. */
export async function warnOfInterruption(
  workspace: Project & Pick<Sessions, "manager"> & Warnings,
): Promise<void> {
  if ((await workspace.manager.backend.holder("repository")).state === "held") return;
  // It may have ended between the two looks.
  if (!existsSync(workspace.paths.migrationJournal)) return;
  workspace.warn(
    "A migration or its rollback was interrupted; the next command that changes something finishes or undoes it",
  );
}
