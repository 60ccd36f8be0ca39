/**
 * What is said of a session that is a copy of another one, split off where both went on.
 * @module
 */
import { OrchestratorError } from "../../errors.ts";
import { eventsFrom, firstEvent } from "../../session/read_events.ts";
import type { SessionEvent } from "../../workflow/events.ts";
import { approvalsOf } from "../../workflow/given_approvals.ts";
import type { SessionState } from "../../workflow/state.ts";
import type { Sessions } from "../workspace.ts";

type Needed = Pick<Sessions, "manager">;

/** Where a session was split off. */
export interface Split {
  /** The session that kept the id. */
  readonly from: string;
  /** How many events both have. */
  readonly common: number;
  /** How many events the copy had that became the split. */
  readonly seq: number;
}

/**
 * That a session is a split, and which approvals that it has were revoked in the other one since.
 * @returns sentences without a full stop, raw: redact them; none for a session that is no split.
 */
export async function splitTexts(
  workspace: Needed,
  state: SessionState,
): Promise<readonly string[]> {
  const split = await splitOf(workspace, state.session);
  if (split === null) return [];
  const { from, common } = split;
  const other = await nameOf(workspace, from);
  return [
    `This is a split of session ${other}: both went on after event ${common}`,
    ...await lacking(workspace, state, split),
  ];
}

/** The same of a session by its id, behind "session …". */
export async function splitText(workspace: Needed, session: string): Promise<string> {
  const { state } = await workspace.manager.load(session);
  const split = await splitOf(workspace, session);
  const lacks = split === null ? [] : await lacking(workspace, state, split);
  const other = split === null ? "another one" : await nameOf(workspace, split.from);
  return [`is now the current one, a split of session ${other}, which went on elsewhere`, ...lacks]
    .join(". ");
}

/** The session that was split off, by its first event. Most sessions have no parent: it is not read then. */
export async function splitOf({ manager }: Needed, session: string): Promise<Split | null> {
  if (((await manager.meta(session))?.parent ?? null) === null) return null;
  const first = await firstEvent(manager.backend, session);
  if (first?.type !== "session_imported") return null;
  const { branchOf: from, common, seq } = first.data.source;
  return typeof from === "string" && typeof common === "number" && typeof seq === "number"
    ? { from, common, seq }
    : null;
}

async function nameOf({ manager }: Needed, session: string): Promise<string> {
  const name = (await manager.meta(session))?.name ?? null;
  return name === null ? session : `${name} (${session})`;
}

async function lacking(
  { manager }: Needed,
  state: SessionState,
  { from, common }: Split,
): Promise<readonly string[]> {
  let events: readonly SessionEvent[];
  try {
    events = await eventsFrom(manager.backend, from, common + 1);
  } catch (error) {
    // The other one was removed, or cannot be read: that is said where it is opened.
    if (error instanceof OrchestratorError) return [];
    throw error;
  }
  const given = approvalsOf(state);
  return events.flatMap((event) => {
    if (event.type !== "approval_revoked") return [];
    const { phase, item, reason } = event.data;
    const isHere = given.some((one) => one.phase === phase && one.item === item);
    if (!isHere) return [];
    const what = item === undefined ? `phase ${phase}` : `${phase}/${item}`;
    return [`The approval of ${what} was revoked there by ${event.actor.name}: ${reason}`];
  });
}
