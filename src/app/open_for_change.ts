/**
 * What happens before something is changed, in one fixed order:
 *
 * 0. an agent is looked for above this process, where a person is to decide;
 * 1. the migration gate: a migration that was cut off is finished or undone, and old files move over
 *    where the configuration says so;
 * 2. an import of a snapshot that was cut off is finished;
 * 3. what the state branch has is brought in;
 * 4. the session is chosen;
 * 5. an old workflow that is no session yet is imported;
 * 6. a command that decides is refused inside a verification of that session;
 * 7. the running agent is bound to the session;
 * 8. claims of agents that are gone are released.
 *
 * Which of them happen follows from the effect that a command declares. The gate is passed before the
 * command looks at its arguments, the rest when they have been found in order: bad input changes
 * nothing. A session manager refuses changes until the rest has happened.
 *
 * Light: what is heavy is reached once there is something to do.
 * @module
 */
import type { SessionChoice } from "../session/resolve.ts";
import { KEYS } from "../state_layout/names.ts";
import { unfinishedImport } from "../snapshot/unfinished.ts";
import { PREPARATIONS } from "./declared_changes.ts";
import type { Workspace } from "./workspace.ts";

/** The steps before a change. Tests replace them. */
export interface Steps {
  readonly recover: (workspace: Workspace) => Promise<void>;
  readonly migrate: (workspace: Workspace) => Promise<void>;
  readonly finishImport: (workspace: Workspace) => Promise<void>;
  readonly bringIn: (workspace: Workspace) => Promise<void>;
  readonly choose: (workspace: Workspace, name?: string) => Promise<SessionChoice | null>;
  readonly importOld: (workspace: Workspace, name?: string) => Promise<SessionChoice | null>;
  readonly refuseInside: (workspace: Workspace, choice: SessionChoice) => Promise<void>;
  readonly bindAgent: (workspace: Workspace, choice: SessionChoice) => Promise<void>;
  readonly releaseEnded: (workspace: Workspace, choice: SessionChoice) => Promise<void>;
}

const STEPS: Steps = {
  recover: async (workspace) => {
    if (workspace.oldFiles !== "interrupted") return;
    await (await import("./legacy/migration_gate.ts")).recoverBefore(workspace);
  },
  migrate: async (workspace) => {
    if (workspace.oldFiles === null) return;
    await (await import("./legacy/migration_gate.ts")).migrateIfConfigured(workspace);
  },
  finishImport: async (workspace) => {
    if (!unfinishedImport(workspace.paths.stateDirectory)) return;
    await (await import("./snapshot/finish_import.ts")).finishImport(workspace);
  },
  bringIn: async (workspace) => {
    await (await import("./state/before_change.ts")).beforeChange(workspace);
  },
  choose: async (workspace, name) => {
    const { sessionOrNull } = await import("./choose_session.ts");
    return await sessionOrNull(workspace, name, { bringIn: true });
  },
  importOld: async (workspace, name) => {
    return await (await import("./legacy/import_old.ts")).importOld(workspace, name);
  },
  refuseInside: async (workspace, { id }) => {
    (await import("./inside_verification.ts")).refuseInside(workspace, id);
  },
  bindAgent: async (workspace, choice) => {
    if (workspace.agentBinding === null) return;
    await (await import("./bind_agent.ts")).bindToSession(workspace, choice);
  },
  releaseEnded: async (workspace, { id }) => {
    if (!await hasClaims(workspace, id)) return;
    await (await import("./ended_claims.ts")).releaseEnded(workspace, id);
  },
};

/** What was derived last says so: the journal is read once, by the command. */
async function hasClaims({ manager }: Workspace, id: string): Promise<boolean> {
  try {
    return (await manager.backend.readText(KEYS.sessionState(id)))?.includes('"claim"') === true;
  } catch {
    // What cannot be read is the command's to report.
    return false;
  }
}

/** The migration gate: passed before a command looks at its arguments. */
export async function passGate(workspace: Workspace, steps: Steps = STEPS): Promise<void> {
  await (await import("./agent_above.ts")).lookForAgentAbove(workspace);
  if (workspace.lostIdentity !== null) {
    await (await import("./lost_identity.ts")).restoreIdentity(workspace);
  }
  const { gate } = PREPARATIONS[workspace.effect];
  if (gate === "pass" || workspace.paths.isHome) return;
  await steps.recover(workspace);
  if (gate === "recover and migrate") await steps.migrate(workspace);
}

/**
 * Prepares a change once its arguments are known to be in order.
 * @param name the session that the arguments name.
 * @returns the session that is changed; null for an effect that is not about one.
 * @throws `no_project`, `no_session`, `session_unknown`, `session_ambiguous`; `item_blocked` inside a
 * verification
 */
export async function openForChange(
  workspace: Workspace,
  name?: string,
  steps: Steps = STEPS,
): Promise<SessionChoice | null> {
  workspace.requireWritableRoot();
  const { finishImport, bringIn, choose } = PREPARATIONS[workspace.effect];
  if (finishImport) await steps.finishImport(workspace);
  if (bringIn) await steps.bringIn(workspace);
  if (!choose) return null;
  const { mayBeBehind } = workspace;
  const found = await steps.choose(workspace, name) ?? await steps.importOld(workspace, name) ??
    await chooseAgain(workspace, name, steps);
  const choice = bringIn && !mayBeBehind && workspace.mayBeBehind
    ? await askAfterwards(workspace, name, steps)
    : found;
  if (choice === null) throw await workspace.noSession();
  await steps.refuseInside(workspace, choice);
  // A session that was named is not one to stay with.
  if (choice.origin === "current") await steps.bindAgent(workspace, choice);
  await steps.releaseEnded(workspace, choice);
  return choice;
}

/**
 * The session came with the configuration that says where it is kept: only now is it known that the
 * server may have more of it.
 */
async function askAfterwards(
  workspace: Workspace,
  name: string | undefined,
  steps: Steps,
): Promise<SessionChoice | null> {
  await steps.bringIn(workspace);
  return await steps.choose(workspace, name);
}

/** Between the two looks before, another process may have imported the old workflow. */
async function chooseAgain(
  workspace: Workspace,
  name: string | undefined,
  steps: Steps,
): Promise<SessionChoice | null> {
  await workspace.refresh();
  return await steps.choose(workspace, name);
}
