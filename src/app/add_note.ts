/**
 * Adding a note to a session.
 * @module
 */
import type { Change } from "../session/session_manager.ts";
import { decide } from "../workflow/decide.ts";
import type { Workspace } from "./workspace.ts";

/** Adds a note to the session; throws what `sessionToChange` and `decide` refuse. */
export async function addNote(
  workspace: Pick<Workspace, "sessionToChange" | "manager" | "actor">,
  { text }: { readonly text: string },
): Promise<Change> {
  const { manager, actor } = workspace;
  const session = await workspace.sessionToChange();
  return await manager.change(
    session,
    "note",
    (state) => decide(state, { kind: "note", text }, { actor }),
  );
}
