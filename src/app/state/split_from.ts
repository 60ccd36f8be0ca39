/**
 * Where a session was split off from another one.
 * @module
 */
import { firstEvent } from "../../session/read_events.ts";
import type { StorageBackend } from "../../storage/backend.ts";
import type { SessionEvent } from "../../workflow/events.ts";
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

/** The session that was split off, by its first event. Most sessions have no parent: it is not read then. */
export async function splitOf({ manager }: Needed, session: string): Promise<Split | null> {
  if (((await manager.meta(session))?.parent ?? null) === null) return null;
  return await splitIn(manager.backend, session);
}

/** The same of a session in any place; null also for one that it does not have. */
export async function splitIn(backend: StorageBackend, session: string): Promise<Split | null> {
  return await backend.hasSession(session) ? splitAt(await firstEvent(backend, session)) : null;
}

function splitAt(first: SessionEvent | null): Split | null {
  if (first?.type !== "session_imported") return null;
  const { branchOf: from, common, seq } = first.data.source;
  return typeof from === "string" && typeof common === "number" && typeof seq === "number"
    ? { from, common, seq }
    : null;
}
