/**
 * Importing an old workflow by the first command that changes something.
 * @module
 */
import type { SessionChoice } from "../../session/resolve.ts";
import { VERSION } from "../../version.ts";
import { sessionOrNull } from "../choose_session.ts";
import type { Workspace } from "../workspace.ts";
import { legacyProject, pickFrom } from "./old_workflow.ts";

/**
 * Imports the old workflow that a changing command means.
 * @returns null when there is none.
 * @throws `legacy_corrupt`
 */
export async function importOld(
  workspace: Workspace,
  name?: string,
): Promise<SessionChoice | null> {
  const project = await legacyProject(workspace);
  if (project === null) return null;
  const workflow = pickFrom(project, workspace, name);
  if (workflow === null) return null;
  if (workflow.error !== null) throw workflow.error;
  const { initProject } = await import("../../project/init.ts");
  const { completeGitignore } = await import("../../project/complete_gitignore.ts");
  const { importSession } = await import("../../session/import_session.ts");
  const { manager, paths, actor, io } = workspace;
  const now = io.now();
  const imported = await manager.withRepositoryLock("import", async () => {
    await workspace.refresh();
    // The process that had the lock before may have imported it, or moved its files over.
    const choice = await sessionOrNull(workspace, name);
    if (choice !== null) return choice;
    const fresh = workspace.meta === null;
    const { identityForNew } = await import("../identity_elsewhere.ts");
    const identity = await identityForNew(workspace);
    initProject(paths, { automatic: true, ...identity, now, toolVersion: VERSION });
    // The old tool's list would let git see the new state.
    if (fresh) completeGitignore(paths);
    return await importSession(
      manager,
      { paths, workflow, toolVersion: VERSION },
      project,
      { time: now.toISOString(), actor },
    );
  });
  await workspace.refresh();
  if (!("findings" in imported)) return imported;
  workspace.warn(
    `The old workflow in ${workflow.file} was imported as session ${imported.id}; its files were not changed`,
  );
  for (const finding of imported.findings) workspace.warn(`${workflow.file}: ${finding}`);
  return { id: imported.id, origin: "current" };
}
