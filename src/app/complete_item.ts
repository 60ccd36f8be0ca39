/**
 * Completing items: each is verified as its definition asks, and completed when that passes.
 * @module
 */
import type { Redactor } from "../secrets/redact.ts";
import type { Command } from "../workflow/commands.ts";
import { decideComplete } from "../workflow/completion.ts";
import { namedItem } from "../workflow/locate.ts";
import type { SessionState } from "../workflow/state.ts";
import {
  type Accompaniment,
  planVerification,
  type VerificationPlan,
} from "../workflow/verification_plan.ts";
import type { ItemChange } from "./each_item.ts";
import type { Workspace } from "./workspace.ts";

/** Items to complete. */
export interface CompleteRequest {
  /** Ids of items of the current phase, at least one. */
  readonly items: readonly string[];
  /** What is kept with each of them. */
  readonly given: Accompaniment;
}

/** Takes what a verification command prints, while it runs. */
export interface OutputTaker {
  readonly push: (chunk: Uint8Array) => void;
  /** No more output comes, also when the command was interrupted. */
  readonly close: () => void;
  /**
   * The command has failed, as the event `seq` records.
   * @returns the lines of its output that the error is to list.
   */
  readonly failed: (seq: number) => readonly string[];
}

/** What the caller has to do with a command that runs. */
export interface Watching {
  /** Ends the command, with all it started. */
  readonly signal: AbortSignal;
  /** Called once for each item that is not refused. */
  readonly takeOutput: (redactor: Redactor) => Promise<OutputTaker>;
}

/** An item that is complete. */
export interface CompletedItem extends ItemChange {
  /** The item was skipped instead, because the workflow is unsupervised. */
  readonly automatic: boolean;
}

type Needed = Pick<
  Workspace,
  "sessionToChange" | "manager" | "paths" | "io" | "redactor" | "warn"
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
  { signal, takeOutput }: Watching,
): Promise<CompletedItem> {
  const { manager } = workspace;
  const { session, item } = completing;
  const { state, plan, given } = await planned(workspace, completing);
  const redactor = await workspace.redactor();
  const output = await takeOutput(redactor);
  let command: Extract<Command, { readonly kind: "complete" }>;
  try {
    command = plan === null ? { kind: "complete", item, ...given } : {
      kind: "complete",
      item,
      ...given,
      basis: plan.basis,
      ...await (await import("./prove.ts")).prove({
        plan,
        paths: workspace.paths,
        state,
        item: namedItem(state, item).item,
        env: workspace.io.env,
        signal,
        onOutput: output.push,
        redactTail: (text) => redactor.redactTail(text),
      }),
    };
  } finally {
    // What was held back belongs to what was seen, also when the command was interrupted.
    output.close();
  }
  const change = await manager.change(
    session,
    "complete",
    (newest) => decideComplete(newest, command),
  );
  const offered = Object.keys(completing.given);
  if (change.already !== null && offered.length > 0) {
    workspace.warn(`Nothing was changed; not stored: ${offered.join(", ")}`);
  }
  const failed = change.events.find((event) => event.type === "item_failed");
  if (failed !== undefined) {
    const { seq } = failed;
    const { verificationFailed } = await import("./failed_verification.ts");
    throw verificationFailed(change.state, { item, seq, list: output.failed(seq) });
  }
  const { phases, phase } = change.state;
  const { item: id } = namedItem(state, item);
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
  return { state, plan: "already" in value ? null : value.plan, given };
}
