/**
 * How far a session has come, in the shape that `status`, `handoff` and `finish` show.
 * @module
 */
import {
  advanceBlockers,
  type Blocker,
  finishBlockers,
  isApproved,
  needsApproval,
} from "./blockers.ts";
import type {
  EvidenceSchemaName,
  ItemDefinition,
  PhaseDefinition,
  StepType,
  Verification,
} from "./definition.ts";
import { claimantText } from "./claims.ts";
import { originRemark, settingFile } from "./definition_origin.ts";
import { correctionRemarks } from "./ended_phase.ts";
import type { Actor, Approval } from "./events.ts";
import { exampleEvidence } from "./evidence.ts";
import { currentPhase, isLastPhase, itemState, type LocatedPhase, phaseState } from "./locate.ts";
import {
  failureOf,
  itemStep,
  type NextStep,
  nextStep,
  skipsItself,
  workBefore,
} from "./next_step.ts";
import { approvalsOf, type GivenApproval } from "./given_approvals.ts";
import { whenCompared } from "./held_proofs.ts";
import { variableRemarks } from "./variable_remarks.ts";
import { workNotices } from "./work_notices.ts";
import { itemRemarks } from "./item_remarks.ts";
import { namesText, needsOf, openNeeds } from "./needs.ts";
import { isDone, isOpen } from "./reviews.ts";
import { type Revocation, revocationsOf, revokedText } from "./revocations.ts";
import type {
  Acceptance,
  Bypass,
  Claim,
  EarlierSession,
  ItemState,
  ItemStatus,
  PhaseStatus,
  SessionState,
  WorkflowStatus,
} from "./state.ts";
import { fillIn } from "./template.ts";

/** One phase in numbers. */
export interface PhaseProgress {
  readonly id: string;
  readonly name: string;
  readonly status: PhaseStatus;
  /** Items completed or skipped. */
  readonly done: number;
  readonly total: number;
  /** Required items that are neither. */
  readonly requiredOpen: number;
  /** Whether leaving the phase takes an approval, and whether it is given. */
  readonly approval: "not_needed" | "missing" | "given";
}

/** What an item takes before it counts as completed. */
export interface Proof {
  /** Templates substituted; an unknown one stays as it is. */
  readonly verification: Verification;
  /** True when evidence must be handed in. */
  readonly evidence: boolean;
  /** The form of the evidence, also when it is optional. */
  readonly evidenceSchema?: EvidenceSchemaName;
  readonly evidencePrompt?: string;
  /** JSON that would do as evidence; present when evidence must be handed in. */
  readonly evidenceExample?: string;
  /** All of it in words, for people: `the file "docs/plan.md"`, `evidence (TestPlanEvidence)`. */
  readonly inWords: readonly string[];
}

/** One item of a phase. */
export interface ItemProgress {
  readonly id: string;
  readonly name: string;
  readonly description?: string;
  readonly status: ItemStatus;
  readonly required: boolean;
  readonly stepType: StepType;
  readonly proof: Proof;
  /** How many verifications have failed. */
  readonly failures: number;
  /** What prevents completing an open item now: a failure, an approval, a missing setting. */
  readonly blocked?: string;
  /** The command that completes it, while it is open and in the current phase. */
  readonly next?: NextStep;
  readonly notes?: string;
  readonly skipReason?: string;
  readonly forced?: true;
  readonly automatic?: "zero_human";
  readonly approval?: Approval;
  /** Ids of items that must be done before it; absent without any. */
  readonly needs?: readonly string[];
  /** How often it was rejected; absent for never. */
  readonly rejections?: number;
  /** What was said against it, and what it waits for, as clauses; absent where there is nothing. */
  readonly remarks?: readonly string[];
  /** Who works on it, while it is open; absent for no one. */
  readonly claim?: Claim;
  /** It had this status before the import: nothing of it was proven here. */
  readonly beforeImport?: true;
}

/** An item that was skipped with a reason the rules accept. */
export interface Skip {
  readonly phase: string;
  readonly item: string;
  readonly reason: string;
}

/** A deviation from the workflow that must stay visible. */
export type BypassNotice =
  | (Bypass & {
    /** True when the skip was undone: a checkpoint was restored since. */
    readonly undone: boolean;
  })
  | {
    readonly kind: "agent_approval";
    readonly phase: string;
    /** Absent when the phase itself was approved. */
    readonly item?: string;
  }
  | ({ readonly kind: "approval_revoked" } & Revocation)
  | { readonly kind: "setting_overridden"; readonly setting: string; readonly file?: string }
  /** The definition is not the project's committed one. */
  | { readonly kind: "other_definition"; readonly message: string }
  | ({ readonly kind: "journal_accepted" } & Omit<Acceptance, "seq">)
  | ({ readonly kind: "earlier_session" } & EarlierSession)
  | {
    /** Items that were done or skipped before the import: nothing of them was proven here. */
    readonly kind: "before_import";
    readonly items: readonly { readonly phase: string; readonly item: string }[];
  }
  | {
    /** The first lines of the journal do not record what they led to: an older program wrote them. */
    readonly kind: "before_audits";
    readonly lines: number;
    /** Whether there are no others. */
    readonly all: boolean;
  }
  | {
    /** An item of an ended phase that was never done. */
    readonly kind: "left_open";
    readonly phase: string;
    readonly item: string;
    readonly status: ItemStatus;
    readonly required: boolean;
  };

/** The whole read model of a session. */
export interface Progress {
  readonly status: WorkflowStatus;
  /** Id of the current phase; null when the workflow has ended. */
  readonly phase: string | null;
  /** Over all phases. */
  readonly done: number;
  readonly total: number;
  readonly phases: readonly PhaseProgress[];
  /** The items of the current phase. */
  readonly items: readonly ItemProgress[];
  /** What blocks `advance`, or `finish` in the last phase. */
  readonly blockers: readonly Blocker[];
  /** Approvals that were given and that hold, oldest phase first. */
  readonly approvals: readonly GivenApproval[];
  /** What approvals were revoked, as a clause; absent where none was. */
  readonly revoked?: string;
  readonly skips: readonly Skip[];
  readonly bypasses: readonly BypassNotice[];
  /** What people should know of the session although nothing is wrong; absent where nothing is. */
  readonly remarks?: readonly string[];
  readonly next: NextStep;
}

/** Reads a session's progress off its state. @param actor see {@link nextStep}. */
export function describe(state: SessionState, actor?: Actor): Progress {
  const current = currentPhase(state);
  const phases = state.definition.phases.map((phase) => describePhase(state, phase));
  const revoked = revokedText(state);
  return {
    status: state.status,
    phase: state.phase,
    done: phases.reduce((sum, phase) => sum + phase.done, 0),
    total: phases.reduce((sum, phase) => sum + phase.total, 0),
    phases,
    items: current === undefined ? [] : describeItems(state, current.definition.id),
    blockers: current === undefined
      ? []
      : isLastPhase(state, current)
      ? finishBlockers(state, current)
      : advanceBlockers(state, current),
    approvals: approvalsOf(state),
    ...(revoked === null ? {} : { revoked }),
    skips: skipsOf(state),
    bypasses: bypassesOf(state),
    ...remarksOf(state),
    next: nextStep(state, actor),
  };
}

/** The items of any phase, in the definition's order; empty for a phase that does not exist. */
export function describeItems(state: SessionState, phase: string): readonly ItemProgress[] {
  const index = state.definition.phases.findIndex((candidate) => candidate.id === phase);
  const definition = state.definition.phases[index];
  if (definition === undefined) return [];
  const located = { index, definition, state: phaseState(state, phase) };
  const isCurrent = currentPhase(state)?.index === index;
  return definition.items.map((item) => describeItem(state, located, item, isCurrent));
}

function describePhase(state: SessionState, phase: PhaseDefinition): PhaseProgress {
  const standing = phaseState(state, phase.id);
  const open = phase.items.filter((item) => !isDone(itemState(standing, item.id)));
  return {
    id: phase.id,
    name: phase.name,
    status: standing.status,
    done: phase.items.length - open.length,
    total: phase.items.length,
    requiredOpen: open.filter((item) => item.required).length,
    approval: !needsApproval(phase) ? "not_needed" : isApproved(standing) ? "given" : "missing",
  };
}

function describeItem(
  state: SessionState,
  phase: LocatedPhase,
  item: ItemDefinition,
  isCurrent: boolean,
): ItemProgress {
  const standing = itemState(phase.state, item.id);
  const { proof, missing } = proofOf(state, phase, item);
  const open = isCurrent && !isDone(standing);
  const waiting = open ? openNeeds(state, phase.definition, item).map((need) => need.item) : [];
  const blocked = !open
    ? undefined
    : waiting.length > 0
    ? `needs ${namesText(waiting)} first`
    : blockedBy(item, standing, proof, missing);
  const needs = needsOf(state.definition, phase.definition, item).map((need) => need.item);
  const { claim } = standing;
  const remarks = [
    ...(open && claim !== undefined ? [`claimed by ${claimantText(claim.by)}`] : []),
    ...itemRemarks(standing, open && isWorkedOn(phase, item)),
    ...(waiting.length === 0 ? [] : [`needs ${namesText(waiting)} first`]),
  ];
  return {
    id: item.id,
    name: item.name,
    ...(item.description === undefined ? {} : { description: item.description }),
    status: standing.status,
    required: item.required,
    stepType: item.step_type,
    proof,
    failures: standing.failures,
    ...(blocked === undefined ? {} : { blocked }),
    ...(open && waiting.length === 0 ? { next: itemStep(state, phase, item) } : {}),
    ...(standing.notes === undefined ? {} : { notes: standing.notes }),
    ...(standing.skipReason === undefined ? {} : { skipReason: standing.skipReason }),
    ...(standing.forced === undefined ? {} : { forced: standing.forced }),
    ...(standing.automatic === undefined ? {} : { automatic: standing.automatic }),
    ...(standing.approval === undefined ? {} : { approval: standing.approval }),
    ...(needs.length === 0 ? {} : { needs }),
    ...(standing.rejections === undefined ? {} : { rejections: standing.rejections }),
    ...(remarks.length === 0 ? {} : { remarks }),
    ...(open && claim !== undefined ? { claim } : {}),
    ...(isBeforeImport(state, standing) ? { beforeImport: true } : {}),
  };
}

/** Whether work that an approval is about has been done since the item was rejected. */
function isWorkedOn(
  { definition, state: standing }: LocatedPhase,
  item: ItemDefinition,
): boolean {
  const { withdrawn } = itemState(standing, item.id);
  return withdrawn?.how === "rejected" && withdrawn.because === undefined &&
    workBefore(definition, item).map((id) => itemState(standing, id))
      .some((work) => work.touched > withdrawn.seq && isDone(work));
}

/** Whether an item has had its status before the import: what happens here says who did it. */
function isBeforeImport({ imported }: SessionState, { status, by }: ItemState): boolean {
  return imported !== undefined && by === undefined && !isOpen(status);
}

function proofOf(
  state: SessionState,
  phase: LocatedPhase,
  item: ItemDefinition,
): { readonly proof: Proof; readonly missing: readonly string[] } {
  const { verification, missing } = substitutedVerification(state, item);
  const evidence = item.step_type === "documented" && !skipsItself(state, phase, item);
  const schema = item.evidence_schema;
  return {
    missing,
    proof: {
      verification,
      evidence,
      ...(schema === undefined ? {} : { evidenceSchema: schema }),
      ...(evidence ? { evidenceExample: exampleEvidence(schema) } : {}),
      ...(item.evidence_prompt === undefined ? {} : { evidencePrompt: item.evidence_prompt }),
      inWords: [
        ...(skipsItself(state, phase, item) ? [] : verificationInWords(verification)),
        ...(evidence ? [schema === undefined ? "evidence" : `evidence (${schema})`] : []),
      ],
    },
  };
}

function substitutedVerification(
  state: SessionState,
  item: ItemDefinition,
): { readonly verification: Verification; readonly missing: readonly string[] } {
  const { verification } = item;
  if (verification.type === "file_exists") {
    const { text, missing } = fillIn(verification.path, state.definition);
    return { verification: { ...verification, path: text }, missing };
  }
  if (verification.type === "command") {
    const { text, missing } = fillIn(verification.command, state.definition);
    return { verification: { ...verification, command: text }, missing };
  }
  return { verification, missing: [] };
}

function verificationInWords(verification: Verification): readonly string[] {
  switch (verification.type) {
    case "none":
      return [];
    case "file_exists":
      return [`the file "${verification.path}"`];
    case "command":
      return [`"${verification.command}" exits with code ${verification.expect_exit_code}`];
    case "manual_gate":
      return [
        verification.description === undefined
          ? "approval by a person"
          : `approval by a person: ${verification.description}`,
      ];
  }
}

function blockedBy(
  item: ItemDefinition,
  standing: ItemState,
  proof: Proof,
  missing: readonly string[],
): string | undefined {
  if (missing.length > 0) {
    return `its verification uses settings that do not exist: ${missing.join(", ")}`;
  }
  if (standing.status === "failed") return failureOf(standing) ?? "its verification failed";
  if (item.verification.type === "manual_gate" && proof.inWords.length > 0) {
    return "needs approval";
  }
  return undefined;
}

function skipsOf(state: SessionState): readonly Skip[] {
  return everyItem(state).flatMap(({ phase, item, standing }): Skip[] => {
    const bypassed = standing.forced !== undefined || standing.automatic !== undefined;
    if (standing.status !== "skipped" || bypassed) return [];
    return [{ phase: phase.id, item: item.id, reason: standing.skipReason ?? "" }];
  });
}

function remarksOf(state: SessionState): Pick<Progress, "remarks"> {
  const { definitionOrigin, redactions } = state;
  const origin = definitionOrigin === undefined ? null : originRemark(definitionOrigin);
  const remarks = origin?.kind === "remark" ? [origin.text] : [];
  const last = redactions?.recent.at(-1);
  if (redactions !== undefined && last !== undefined) {
    const { by, line } = last;
    remarks.push(
      redactions.count === 1
        ? `A text of event ${line} was redacted by ${by.name}`
        : `${redactions.count} texts were redacted, the last one, of event ${line}, by ${by.name}`,
    );
  }
  remarks.push(
    ...reviewRemarks(state),
    ...whenCompared(state),
    ...workNotices(state),
    ...variableRemarks(state),
    ...correctionRemarks(state),
  );
  for (const { phase, item, standing: { verification } } of everyItem(state)) {
    if (verification?.type !== "command" || verification.wroteState === undefined) continue;
    remarks.push(
      `While the command of ${phase.id}/${item.id} ran, files of the state were edited: ` +
        verification.wroteState.join(", "),
    );
  }
  return remarks.length === 0 ? {} : { remarks };
}

function bypassesOf(state: SessionState): readonly BypassNotice[] {
  const { phases } = state.definition;
  // In an abandoned workflow the phase where the work stopped is still `active`, not ended.
  const hasEnded = (phase: PhaseDefinition) => phaseState(state, phase.id).status === "completed";
  const lines = state.audited === undefined ? state.seq : state.audited - 1;
  const origin = state.definitionOrigin === undefined ? null : originRemark(state.definitionOrigin);
  const revocations = revocationsOf(state);
  const old = everyItem(state).filter(({ standing }) => isBeforeImport(state, standing))
    .map(({ phase, item }) => ({ phase: phase.id, item: item.id }));
  return [
    ...(origin?.kind === "deviation"
      ? [{ kind: "other_definition" as const, message: origin.text }]
      : []),
    ...(lines === 0
      ? []
      : [{ kind: "before_audits" as const, lines, all: state.audited === undefined }]),
    ...(state.earlier?.recent ?? []).map((earlier): BypassNotice => ({
      kind: "earlier_session",
      ...earlier,
    })),
    ...(old.length === 0 ? [] : [{ kind: "before_import", items: old } as const]),
    ...(state.accepted?.recent ?? []).map(({ seq: _, ...acceptance }): BypassNotice => ({
      kind: "journal_accepted",
      ...acceptance,
    })),
    ...revocations.map((revocation): BypassNotice => ({
      kind: "approval_revoked",
      ...revocation,
    })),
    ...state.bypasses.map((bypass) => ({
      ...bypass,
      undone: bypass.kind !== "waived" &&
        itemState(phaseState(state, bypass.phase), bypass.item)[bypass.kind] === undefined,
    })),
    ...phases.flatMap((phase): BypassNotice[] =>
      phaseState(state, phase.id).approval?.byAgent === true
        ? [{ kind: "agent_approval", phase: phase.id }]
        : []
    ),
    ...everyItem(state).flatMap(({ phase, item, standing }): BypassNotice[] => {
      if (standing.approval?.byAgent === true) {
        return [{ kind: "agent_approval", phase: phase.id, item: item.id }];
      }
      if (!hasEnded(phase) || !isOpen(standing.status)) return [];
      const { status } = standing;
      return [{
        kind: "left_open",
        phase: phase.id,
        item: item.id,
        status,
        required: item.required,
      }];
    }),
    ...state.overriddenSettings.map((setting) => settingNotice(state, setting)),
  ];
}

function settingNotice(state: SessionState, setting: string): BypassNotice {
  const file = settingFile(state.definitionOrigin, setting);
  return { kind: "setting_overridden", setting, ...(file === undefined ? {} : { file }) };
}

/** Reviews that no person has recorded. */
function reviewRemarks({ reviews }: SessionState): readonly string[] {
  return (reviews ?? []).flatMap(({ review, by }) => {
    if (by === undefined) return [`The review "${review}" was recorded by the old tool`];
    if (by.kind === "person") return [];
    return [`The review "${review}" was recorded by ${by.agent ?? by.kind} (${by.kind})`];
  });
}

function everyItem(state: SessionState): readonly {
  readonly phase: PhaseDefinition;
  readonly item: ItemDefinition;
  readonly standing: ItemState;
}[] {
  return state.definition.phases.flatMap((phase) => {
    const standing = phaseState(state, phase.id);
    return phase.items.map((item) => ({ phase, item, standing: itemState(standing, item.id) }));
  });
}
