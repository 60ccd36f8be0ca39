/**
 * What the state branch has is brought in before something is changed: a decision that a person made in
 * another clone counts here, and what is done here goes on from it.
 * @module
 */
import { OrchestratorError } from "../../errors.ts";
import type { MergedSession } from "../../state_branch/merge.ts";
import type { SessionState } from "../../workflow/state.ts";
import type { Workspace } from "../workspace.ts";
import { decides } from "./deciding.ts";
import { refsMayKnow } from "./known_refs.ts";
import { webMode } from "./when_to_fetch.ts";

/** The commands that move a session on, or end it. */
const MOVING: ReadonlySet<string> = new Set(["advance", "finish"]);

/**
 * Brings in what branches have, as the command needs it.
 * @throws `session_diverged`, `state_moved` where a session is to be moved on that is not where it was
 * when the command was given.
 */
export async function beforeChange(workspace: Workspace): Promise<void> {
  await takeIn(workspace);
  if (decides(workspace) || MOVING.has(workspace.operation)) await takeOverRevoked(workspace);
}

/** What was revoked in the other half of a session that was split counts in this one too. */
async function takeOverRevoked(workspace: Workspace): Promise<void> {
  const here = await standingHere(workspace);
  if (here === null) return;
  const { takeOverRevocations, whatOf, whyOf } = await import("./revoked_elsewhere.ts");
  for (const one of await takeOverRevocations(workspace, here)) {
    const { session } = one.elsewhere;
    workspace.warn(
      `The approval of ${whatOf(one)} was revoked in session ${session} ${whyOf(one)}`,
    );
  }
}

async function takeIn(workspace: Workspace): Promise<void> {
  if (decides(workspace)) await (await import("./for_person.ts")).bringInToDecide(workspace);
  const before = await toCatchUp(workspace);
  const ask = async () =>
    workspace.mayBeBehind ? await (await import("./bring_in.ts")).bringIn(workspace) : null;
  const { mayBeBehind } = workspace;
  const brought = await ask();
  if (workspace.effect === "new_session" && workspace.meta === null) {
    await (await import("./adopt_known.ts")).adoptKnown(workspace);
    // The configuration came with the project.
    if (!mayBeBehind) await ask();
  }
  if (before === null) return;
  const moves = MOVING.has(workspace.operation);
  const { catchUpWith } = await import("./catch_up.ts");
  const merged = brought ?? await catchUpWith(workspace, before, { moves });
  if (moves) await refuseMoved(workspace, before, merged);
}

/** The session that is to be changed, where a state branch may know more of it. */
async function toCatchUp(workspace: Workspace): Promise<SessionState | null> {
  if (workspace.effect !== "session" || workspace.paths.isHome || decides(workspace)) return null;
  const isKept = workspace.mayBeBehind || await webMode(workspace) || await refsMayKnow(workspace);
  return isKept ? await standingHere(workspace) : null;
}

/** The session as it is here; null where it is not, or cannot be read: the command says so. */
async function standingHere(workspace: Workspace): Promise<SessionState | null> {
  try {
    const choice = await workspace.choose();
    return choice === null ? null : (await workspace.manager.load(choice.id)).state;
  } catch (error) {
    if (error instanceof OrchestratorError) return null;
    throw error;
  }
}

async function refuseMoved(
  workspace: Workspace,
  before: SessionState,
  merged: readonly MergedSession[],
): Promise<void> {
  const { operation, manager } = workspace;
  const { session } = before;
  const found = merged.find(({ id }) => id === session);
  if (found === undefined) return;
  const details = { session, ...(found.branch === null ? {} : { branch: found.branch }) };
  const hint = "Run `orchestrator status`";
  if (found.branch !== null) {
    const { splitText } = await import("./split.ts");
    throw new OrchestratorError(
      "session_diverged",
      `Cannot ${operation}: session ${found.branch} ${await splitText(workspace, found.branch)}`,
      { hint, details },
    );
  }
  if (operation !== "advance") return;
  const { phase } = (await manager.load(session)).state;
  if (phase === before.phase) return;
  throw new OrchestratorError(
    "state_moved",
    `Cannot advance from ${before.phase ?? "the end"}: the session went on elsewhere, and is now ${
      phase === null ? "finished" : `in ${phase}`
    }`,
    { hint, details },
  );
}
