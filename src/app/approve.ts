/**
 * Approving items and phases, once a person has said yes.
 * @module
 */
import type { Change } from "../session/session_manager.ts";
import type { Command } from "../workflow/commands.ts";
import { decide } from "../workflow/decide.ts";
import type { ItemDefinition } from "../workflow/definition.ts";
import type { Approval } from "../workflow/events.ts";
import { proofPaths } from "../workflow/proof_paths.ts";
import type { Accompaniment } from "../workflow/verification_plan.ts";
import { eachItem, type ItemChange } from "./each_item.ts";
import type { Workspace } from "./workspace.ts";

/** What a person is asked to approve. */
export interface ToApprove {
  /** As in `approve <…>`: `"review"`, or `phase "build"`. */
  readonly what: string;
  /** The session's task. */
  readonly task: string;
}

/**
 * Has a person say yes.
 * @returns how the yes was given.
 * @throws for anything but a yes: nothing is approved then.
 */
export type Confirm = (about: ToApprove) => Promise<Approval["how"]>;

type Needed = Pick<
  Workspace,
  "sessionToChange" | "manager" | "actor" | "environment" | "warn" | "paths" | "io"
>;

/**
 * Approves items, one after the other; the first failure ends it, and what was approved before stays.
 * @param confirm is asked for each item that can be approved and is not yet.
 * @throws what `sessionToChange`, `decide` and `confirm` refuse. With several items, `done` and
 * `notTried` are among the details.
 */
export async function approveItems(
  workspace: Needed,
  { items, given: offered }: {
    /** Ids of items of the current phase, at least one. */
    readonly items: readonly string[];
    readonly given: Accompaniment;
  },
  confirm: Confirm,
): Promise<readonly ItemChange[]> {
  const session = await workspace.sessionToChange();
  const detection = detectionOf(workspace);
  return await eachItem(workspace, { items, past: "approved" }, async (item) => {
    const given = await withEvidenceFiles(workspace, { session, item }, offered);
    const change = await approve(workspace, {
      session,
      what: `"${item}"`,
      isMeant: ({ id }, phase, current) => phase === current && id === item,
      make: (how) => ({ kind: "approve_item", item, approval: { how, detection }, ...given }),
    }, confirm);
    return { item, change };
  });
}

async function withEvidenceFiles(
  workspace: Needed,
  { session, item }: { readonly session: string; readonly item: string },
  given: Accompaniment,
): Promise<Accompaniment> {
  if (given.evidence === undefined) return given;
  const { withFiles } = await import("./evidence_files.ts");
  const { state } = await workspace.manager.loadToPlan(session, { replay: true });
  return withFiles(workspace, { state, item }, given);
}

/**
 * Approves a phase.
 * @param confirm is asked unless the phase is approved already.
 * @throws what `sessionToChange`, `decide` and `confirm` refuse.
 */
export async function approvePhase(
  workspace: Needed,
  { phase, notes }: { readonly phase: string; readonly notes: string | undefined },
  confirm: Confirm,
): Promise<Change> {
  const session = await workspace.sessionToChange();
  const detection = detectionOf(workspace);
  return await approve(workspace, {
    session,
    what: `phase "${phase}"`,
    isMeant: (_, id) => id === phase,
    make: (how) => ({
      kind: "approve_phase",
      phase,
      approval: { how, detection },
      ...(notes === undefined ? {} : { notes }),
    }),
  }, confirm);
}

type ApproveCommand = Extract<Command, { kind: "approve_item" | "approve_phase" }>;

/** What is to be approved. */
interface Approving {
  /** The session's id. */
  readonly session: string;
  /** As questions and refusals name it. */
  readonly what: string;
  /** The items it is about. @param current the current phase. */
  readonly isMeant: (item: ItemDefinition, phase: string, current: string | null) => boolean;
  readonly make: (how: Approval["how"]) => ApproveCommand;
}

async function approve(
  workspace: Needed,
  { session, what, isMeant, make }: Approving,
  confirm: Confirm,
): Promise<Change> {
  const { manager, actor } = workspace;
  // Refuse before asking: a question makes no sense for what will be refused.
  const { state } = await manager.loadToPlan(session, { replay: true });
  const rehearsal = await manager.rehearse(state, decide(state, make("flag"), { actor }));
  if (rehearsal.error !== undefined) throw rehearsal.error;
  const { task } = state;
  const already = rehearsal.value.events.length === 0;
  const how = already ? "flag" : await confirm({ what, task });
  const { phase, definition } = state;
  const named = proofPaths(definition, (item, id) => isMeant(item, id, phase));
  const work = already
    ? {}
    : await (await import("./work.ts")).workNow(workspace, { state, named });
  const command = { ...make(how), ...work };
  return await manager.change(
    session,
    "approve",
    (newest) => decide(newest, command, { actor }),
    { replay: true },
  );
}

/** The variable by which an agent was detected, as the approval records it; `none` without one. */
function detectionOf({ environment }: Needed): string {
  return environment.agent?.variable ?? "none";
}
