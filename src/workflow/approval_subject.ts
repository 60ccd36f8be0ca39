/**
 * What a person is asked to approve: the item or the phase, and what has been recorded of it.
 * @module
 */
import { gatePath } from "./recorded_approval.ts";
import type { ItemDefinition } from "./definition.ts";
import { requiredBefore } from "./early_approval.ts";
import { requireApprovable } from "./item_approval.ts";
import { itemState, phaseState } from "./locate.ts";
import type { ApprovedFile } from "./recorded.ts";
import { isDone } from "./reviews.ts";
import type { ItemStatus, Note, SessionState } from "./state.ts";

/** What is approved. */
export type ApprovalTarget = { readonly item: string } | { readonly phase: string };

/** What was recorded of an item of the phase. */
export interface SubjectRecord {
  readonly item: string;
  readonly status: ItemStatus;
  /** Number of the event that `log show` takes. */
  readonly seq: number;
  readonly notes?: string;
  readonly evidence?: unknown;
  readonly skipReason?: string;
}

/** What the question shows. */
export interface ApprovalSubject {
  readonly phase: string;
  /** Absent for a phase. */
  readonly item?: string;
  readonly name: string;
  /** It is of an earlier phase, and is approved again. */
  readonly isAgain: boolean;
  /** Texts of the definition, each once. */
  readonly description: readonly string[];
  /** Ids of the other items of the phase that are not done. */
  readonly open: readonly string[];
  /** Those of them that are required and come before it. */
  readonly required: readonly string[];
  readonly records: readonly SubjectRecord[];
  /** The newest notes of the phase that the state keeps, oldest first. */
  readonly notes: readonly Pick<Note, "seq" | "text">[];
  /** The file that is approved, where the item names one. */
  readonly path?: string;
  /** The file as it was approved before. */
  readonly before?: ApprovedFile;
}

/** The subject; null for what there is not: `decide()` has the refusal. */
export function approvalSubject(
  state: SessionState,
  target: ApprovalTarget,
): ApprovalSubject | null {
  const located = "item" in target ? requireApprovable(state, target.item).value : undefined;
  const phase = "item" in target
    ? located?.phase.definition
    : state.definition.phases.find(({ id }) => id === target.phase);
  if (phase === undefined) return null;
  const standing = phaseState(state, phase.id);
  const others = phase.items.filter(({ id }) => id !== located?.definition.id);
  const records = others.flatMap(({ id }): readonly SubjectRecord[] => {
    const { status, touched: seq, notes, evidence, skipReason } = itemState(standing, id);
    if (touchedNothing([notes, evidence, skipReason])) return [];
    return [{
      item: id,
      status,
      seq,
      ...(notes === undefined ? {} : { notes }),
      ...(evidence === undefined ? {} : { evidence }),
      ...(skipReason === undefined ? {} : { skipReason }),
    }];
  });
  const path = located === undefined ? undefined : gatePath(state, located.definition);
  const before = located?.state.approval?.file ?? located?.state.fileBefore;
  return {
    phase: phase.id,
    ...(located === undefined ? {} : { item: located.definition.id }),
    name: located?.definition.name ?? phase.name,
    isAgain: phase.id !== state.phase,
    description: located === undefined
      ? present([phase.description])
      : present([located.definition.description, gateText(located.definition)]),
    required: requiredBefore(state, {
      phase,
      ...(located === undefined ? {} : { item: located.definition.id }),
    }),
    open: others.filter(({ id }) => !isDone(itemState(standing, id))).map(({ id }) => id),
    records,
    notes: state.notes.recent.filter((note) => note.phase === phase.id)
      .map(({ seq, text }) => ({ seq, text })),
    ...(path === undefined ? {} : { path }),
    ...(before === undefined ? {} : { before }),
  };
}

/** The same text for subjects that show the same; notes may be added while a person thinks. */
export function subjectKey({ open, records, description }: ApprovalSubject): string {
  return JSON.stringify([open, records, description]);
}

function gateText({ verification }: ItemDefinition): string | undefined {
  return verification.type === "manual_gate" ? verification.description : undefined;
}

function present(texts: readonly (string | undefined)[]): readonly string[] {
  return [...new Set(texts.filter((text) => text !== undefined))];
}

function touchedNothing(parts: readonly unknown[]): boolean {
  return parts.every((part) => part === undefined);
}
