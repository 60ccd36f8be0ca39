/**
 * An import of a snapshot that was interrupted after it was committed.
 * @module
 */
import { finishImports } from "../../snapshot/plan.ts";
import type { Project, Sessions, Warnings } from "../workspace.ts";

/** Finishes it, also when another process began it. */
export async function finishImport(
  workspace: Project & Pick<Sessions, "manager"> & Warnings,
): Promise<void> {
  await finishImports({
    manager: workspace.manager,
    paths: workspace.paths,
    now: workspace.io.now,
    warn: (message) => workspace.warn(message),
  });
  await workspace.refresh();
}
