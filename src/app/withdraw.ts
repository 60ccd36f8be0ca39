/**
 * Taking back what was done or approved, each with a reason.
 * @module
 */
import type { Change } from "../session/session_manager.ts";
import type { Command } from "../workflow/commands.ts";
import { decide } from "../workflow/decide.ts";
import { eachItem, type ItemChange } from "./each_item.ts";
import type { Workspace } from "./workspace.ts";

type Needed = Pick<Workspace, "sessionToChange" | "manager" | "actor" | "warn">;

const PAST = { reject: "rejected", reopen: "reopened", revoke: "revoked" } as const;

/** What is taken back, and why. */
export interface WithdrawalRequest {
  readonly kind: keyof typeof PAST;
  /** Ids of items, at least one. */
  readonly items: readonly string[];
  readonly reason: string;
}

/**
 * Takes back items, one after the other; the first failure ends it, and what was taken back before stays
 * so.
 * @throws what `sessionToChange` and `decide` refuse. With several items, `done` and `notTried` are among
 * the details.
 */
export async function withdrawItems(
  workspace: Needed,
  { kind, items, reason }: WithdrawalRequest,
): Promise<readonly ItemChange[]> {
  const session = await workspace.sessionToChange();
  return await eachItem(workspace, { items, past: PAST[kind] }, async (item) => ({
    item,
    change: await withdraw(workspace, session, commandFor(kind, item, reason)),
  }));
}

function commandFor(kind: WithdrawalRequest["kind"], item: string, reason: string): Command {
  return kind === "revoke" ? { kind, what: { item }, reason } : { kind, item, reason };
}

/**
 * Revokes the approval of a phase.
 * @throws what `sessionToChange` and `decide` refuse.
 */
export async function revokePhase(
  workspace: Needed,
  { phase, reason }: { readonly phase: string; readonly reason: string },
): Promise<Change> {
  const session = await workspace.sessionToChange();
  return await withdraw(workspace, session, { kind: "revoke", what: { phase }, reason });
}

function withdraw({ manager, actor }: Needed, session: string, command: Command): Promise<Change> {
  return manager.change(
    session,
    command.kind,
    (state) => decide(state, command, { actor }),
    { replay: true },
  );
}
