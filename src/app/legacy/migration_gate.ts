/**
 * What happens before a changing command where a migration was cut off, or is wanted without asking.
 * @module
 */
import { migrate } from "../../migration/migrate.ts";
import { recover } from "../../migration/recover.ts";
import { VERSION } from "../../version.ts";
import { requireOwnState } from "../main_checkout_only.ts";
import type { Workspace } from "../workspace.ts";

/** Finishes or undoes what was cut off; waits for a process that is doing so now. */
export async function recoverBefore(workspace: Workspace): Promise<void> {
  // It moves files of the root that it began in.
  requireOwnState(workspace, "finish an interrupted migration", null);
  const { manager, paths, io } = workspace;
  const did = await manager.withRepositoryLock(
    "migrate",
    () => recover({ paths, manager, now: io.now() }),
  );
  await workspace.refresh();
  if (did === "finished") workspace.warn("Finished an interrupted migration");
  if (did === "undone") {
    workspace.warn("Rolled back an interrupted migration; nothing was lost");
  }
}

/** Moves over, as `ORCHESTRATOR_AUTO_MIGRATE=1` asks. */
async function migrateBefore(workspace: Workspace): Promise<void> {
  const { manager, paths, io, actor } = workspace;
  const { plan, backup } = await migrate({
    paths,
    manager,
    actor,
    now: io.now,
    toolVersion: VERSION,
    options: { salt: io.env["WORKFLOW_SALT"] },
    autoRollback: true,
  });
  await workspace.refresh();
  if (backup === null) return;
  workspace.warn(
    `ORCHESTRATOR_AUTO_MIGRATE moved ${plan.total.files} files of the old tool into .orchestrator/; the originals are in ${backup}`,
  );
}

/** Moves over where `auto_migrate` says so, which only the environment and a person can set. */
export async function migrateIfConfigured(workspace: Workspace): Promise<void> {
  if (workspace.paths.stateHome?.shared !== undefined) return;
  if ((await workspace.config()).get("auto_migrate") === true) await migrateBefore(workspace);
}
