/**
 * What happens before a changing command where a migration was cut off, or is wanted without asking.
 * @module
 */
import { migrate } from "../../migration/migrate.ts";
import { recover } from "../../migration/recover.ts";
import { VERSION } from "../../version.ts";
import type { Context } from "../context.ts";

/** Finishes or undoes what was cut off; waits for whoever is at it right now. */
export async function recoverBefore(context: Context): Promise<void> {
  const { manager, paths, io } = context;
  const did = await manager.holdRepository(
    "migrate",
    () => recover({ paths, manager, now: io.now() }),
  );
  context.refresh();
  if (did === "finished") context.warn("A migration that had been cut off was finished");
  if (did === "undone") {
    context.warn("A migration that had been cut off was undone; nothing is lost");
  }
}

/** Moves over, as `ORCHESTRATOR_AUTO_MIGRATE=1` asks. */
export async function migrateBefore(context: Context): Promise<void> {
  const { manager, paths, io, actor } = context;
  const { plan, backup } = await migrate({
    paths,
    manager,
    actor,
    now: io.now,
    toolVersion: VERSION,
    options: { salt: io.env["WORKFLOW_SALT"] },
    autoRollback: true,
  });
  context.refresh();
  if (backup === null) return;
  context.warn(
    `ORCHESTRATOR_AUTO_MIGRATE moved ${plan.total.files} files of the old tool into .orchestrator/; the originals are in ${backup}`,
  );
}
