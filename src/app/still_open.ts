/**
 * What there is to go on with after a session has ended.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import type { NextStep } from "../workflow/next_step.ts";
import type { Workspace } from "./workspace.ts";

/** So many sessions are looked at. */
const MOST_LOOKED_AT = 50;

/**
 * The step to a session that is open: the chosen one, or another one. An agent is not led to the session
 * of another one.
 * @param ended the session that has ended.
 * @returns undefined where none is open, as far as is known.
 */
export async function stepToOpen(
  workspace: Pick<Workspace, "manager" | "choose" | "actor">,
  ended: string,
): Promise<NextStep | undefined> {
  const chosen = await chosenId(workspace);
  if (chosen !== null && chosen !== ended && await openTitle(workspace, chosen) !== null) {
    return { argv: ["status"], byPerson: false, why: `Session ${chosen} goes on` };
  }
  if (workspace.actor.kind === "agent") return undefined;
  const open: { readonly id: string; readonly title: string }[] = [];
  for (const id of (await workspace.manager.listSessions()).slice(0, MOST_LOOKED_AT)) {
    const title = id === ended ? null : await openTitle(workspace, id);
    if (title !== null) open.push({ id, title });
  }
  const [only, ...more] = open;
  if (only === undefined) return undefined;
  return more.length === 0
    ? {
      argv: ["session", "use", only.id],
      byPerson: false,
      why: `Session ${only.id} is still open: ${only.title}`,
    }
    : {
      argv: ["session", "list", "--active"],
      byPerson: false,
      why: `${open.length} other sessions are still open`,
    };
}

async function chosenId(workspace: Pick<Workspace, "choose">): Promise<string | null> {
  return await orNull(async () => (await workspace.choose())?.id ?? null);
}

/** Its name or task while it is active. */
async function openTitle(
  { manager }: Pick<Workspace, "manager">,
  id: string,
): Promise<string | null> {
  return await orNull(async () => {
    const { state } = await manager.load(id);
    return state.status === "active" ? state.name ?? state.task : null;
  });
}

/** What cannot be read leads nowhere: the command itself has succeeded. */
async function orNull<Found>(find: () => Promise<Found | null>): Promise<Found | null> {
  try {
    return await find();
  } catch (error) {
    if (!(error instanceof OrchestratorError)) throw error;
    return null;
  }
}
