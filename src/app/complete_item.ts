/**
 * Completing items: each is verified as its definition asks, and completed when that passes.
 * @module
 */
import { refusalOfClaim } from "../workflow/claims.ts";
import type { Command } from "../workflow/commands.ts";
import { decideComplete } from "../workflow/completion.ts";
import { namedItem, requireItem } from "../workflow/locate.ts";
import type { SessionState } from "../workflow/state.ts";
import {
  type Accompaniment,
  planVerification,
  type VerificationPlan,
} from "../workflow/verification_plan.ts";
import type { ItemChange } from "./each_item.ts";
import type { Watching } from "./watching.ts";
import type { Workspace } from "./workspace.ts";

/** Items to complete. */
export interface CompleteRequest {
  /** Ids of items of the current phase, at least one. */
  readonly items: readonly string[];
  /** What is kept with each of them. */
  readonly given: Accompaniment;
}

/** An item that is complete. */
export interface CompletedItem extends ItemChange {
  /** The item was skipped instead, because the workflow is unsupervised. */
  readonly automatic: boolean;
}

type Needed = Pick<
  Workspace,
  "sessionToChange" | "manager" | "actor" | "paths" | "io" | "redactor" | "warn"
>;

/**
 * Completes items, one after the other; the first failure ends it, and what was completed before stays.
 * @throws `verification_failed`, once the failure is recorded; `interrupted` when `signal` fires; what
 * `sessionToChange` and `decide` refuse. With several items, `done` and `notTried` are among the details.
 */
export async function completeItems(
  workspace: Needed,
  { items, given }: CompleteRequest,
  watching: Watching,
): Promise<readonly CompletedItem[]> {
  const session = await workspace.sessionToChange();
  const complete = (item: string) => completeItem(workspace, { session, item, given }, watching);
  const [item, ...more] = items;
  if (item !== undefined && more.length === 0) return [await complete(item)];
  const { eachItem } = await import("./each_item.ts");
  return await eachItem(workspace, { items, past: "completed" }, complete);
}

/** What is to be completed, and what is kept with it. */
interface Completing {
  /** Its id. */
  readonly session: string;
  readonly item: string;
  readonly given: Accompaniment;
}

async function completeItem(
  workspace: Needed,
  completing: Completing,
  watching: Watching,
): Promise<CompletedItem> {
  const { manager, actor } = workspace;
  const { session, item } = completing;
  const { state, plan, given } = await planned(workspace, completing);
  const { item: id } = namedItem(state, item);
  const run = plan === null
    ? null
    : await (await import("./prove.ts")).prove(workspace, { plan, state, item: id }, watching);
  const command: Extract<Command, { readonly kind: "complete" }> = {
    kind: "complete",
    item,
    ...given,
    ...(plan === null ? {} : { basis: plan.basis, ...run?.proved }),
  };
  const change = await manager.change(
    session,
    "complete",
    (newest) => decideComplete(newest, command, { actor }),
  );
  if (change.already !== null) {
    (await import("./not_stored.ts")).warnUnstored(workspace, change.state, completing);
  }
  for (const { type, seq, data } of change.events) {
    if (type === "item_failed") {
      const { verificationFailed } = await import("./failed_verification.ts");
      throw verificationFailed(change.state, { item, seq, list: run?.failed(seq) ?? [] });
    }
    if (type === "item_completed" && data.verification.type === "file_exists") {
      (await import("./file_warning.ts")).warnOfFile(workspace, item, data.verification);
    }
  }
  const { phases, phase } = change.state;
  return { item, change, automatic: phases[phase ?? ""]?.items[id]?.automatic !== undefined };
}

/** What is to be completed, once it is known not to be refused. */
interface Planned {
  readonly state: SessionState;
  /** Null when the item is complete already. */
  readonly plan: VerificationPlan | null;
  /** What is kept with it, and what was found of that. */
  readonly given: Accompaniment;
}

async function planned(
  workspace: Needed,
  { session, item, given: offered }: Completing,
): Promise<Planned> {
  const { manager } = workspace;
  const { state } = await manager.loadToPlan(session);
  const given = offered.evidence === undefined
    ? offered
    : await (await import("./evidence_files.ts")).withFiles(workspace, { state, item }, offered);
  const recorded = await manager.withoutSecrets({ ...given });
  const { error, value } = planVerification(state, item, recorded.given);
  if (error !== undefined) {
    const { refusedWithout } = await import("../session/recordable.ts");
    throw planVerification(state, item, given).error ?? refusedWithout(error, recorded.redacted);
  }
  if (!("already" in value)) refuseClaimed(state, item, workspace.actor);
  return { state, plan: "already" in value ? null : value.plan, given };
}

/** Refuses what another agent has claimed before a verification runs for it. */
function refuseClaimed(state: SessionState, item: string, actor: Workspace["actor"]): void {
  const located = requireItem(state, item, "complete").value;
  const error = located && refusalOfClaim(located, { actor }, `complete "${item}"`);
  if (error !== undefined) throw error;
}
