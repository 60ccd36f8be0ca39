/**
 * The command that an event records.
 * @module
 */
import type { Command } from "../commands.ts";
import { isRecord } from "../record.ts";
import type { EventData, EventType, EvidenceFiles, NewEvent, Redaction } from "../events.ts";
import type { Accompaniment } from "../verification_plan.ts";
import type { ProofSeen } from "../proof_seen.ts";
import type { WorkRecord } from "../work_record.ts";

/**
 * What `decide()` must have been asked, from what the event records; null for events that no command
 * makes. The data must be of its type.
 */
export function commandOf(event: NewEvent): Command | null {
  switch (event.type) {
    case "item_completed":
    case "item_failed":
      return completion(event.data);
    case "item_rechecked": {
      const { phase, item, verification: outcome, basis } = event.data;
      return { kind: "recheck", phase, item, outcome, basis, ...workIn(event.data) };
    }
    case "item_skipped": {
      const { item, reason, forced, automatic } = event.data;
      return automatic === undefined
        ? { kind: "skip", item, reason, force: forced === true }
        : { kind: "complete", item, ...given(event.data) };
    }
    case "item_approved":
    case "phase_approved":
      return approvalOf(event);
    case "item_rejected":
    case "item_reopened": {
      const { item, reason } = event.data;
      return { kind: event.type === "item_rejected" ? "reject" : "reopen", item, reason };
    }
    case "item_claimed":
    case "claim_released":
    case "handoff_started":
    case "handoff_ended":
      return sharingOf(event);
    case "approval_revoked":
      return revocation(event.data);
    case "phase_advanced":
      return { kind: "advance", ...proofsIn(event.data) };
    case "note_added":
      return { kind: "note", text: event.data.text };
    case "review_recorded":
      return reviewOf(event.data);
    case "checkpoint_created": {
      const { checkpoint, message, decisions, files } = event.data;
      const said = message === null ? {} : { message };
      return { kind: "create_checkpoint", checkpoint, ...said, decisions, files };
    }
    case "checkpoint_restored": {
      const { checkpoint, checkpointSeq, snapshot } = event.data;
      return { kind: "restore_checkpoint", checkpoint, checkpointSeq, snapshot };
    }
    case "session_renamed":
      return { kind: "rename", name: event.data.name };
    case "workflow_completed": {
      const { notes } = event.data;
      const said = notes === undefined ? {} : { notes };
      const seen = { ...workIn(event.data), ...proofsIn(event.data) };
      return { kind: "finish", ...said, ...seen, ...waiverIn(event.data) };
    }
    case "workflow_abandoned":
      return { kind: "abandon", reason: event.data.reason };
    default:
      return null;
  }
}

function reviewOf(
  { phase: _, redacted: _r, ...said }: EventData["review_recorded"] & Redaction,
): Command {
  return { kind: "review", ...said };
}

/** Of events about who works on what. */
function releaseOf({ item, forced, ended }: EventData["claim_released"]): Command {
  const force = forced === true;
  return { kind: "release", item, force, ...(ended === undefined ? {} : { ended }) };
}

function sharingOf(
  event: Extract<
    NewEvent,
    { readonly type: "item_claimed" | "claim_released" | "handoff_started" | "handoff_ended" }
  >,
): Command {
  switch (event.type) {
    case "item_claimed": {
      const { phase: _, ...command } = event.data;
      return { kind: "claim", ...command };
    }
    case "claim_released":
      return releaseOf(event.data);
    case "handoff_started":
      return { kind: "start_handoff", program: event.data.program };
    case "handoff_ended": {
      const { started, exitCode, signal } = event.data;
      return { kind: "end_handoff", started, exitCode, signal };
    }
  }
}

function approvalOf(
  event: Extract<NewEvent, { readonly type: "item_approved" | "phase_approved" }>,
): Command {
  const { approval, notes } = event.data;
  const seen = { approval, ...workIn(event.data), ...proofsIn(event.data) };
  if (event.type === "item_approved") {
    return { kind: "approve_item", item: nameIn(event.data), ...given(event.data), ...seen };
  }
  const said = notes === undefined ? {} : { notes };
  return { kind: "approve_phase", phase: event.data.phase, ...said, ...seen };
}

function completion(data: EventData["item_completed"] | EventData["item_failed"]): Command {
  const { item, verification: outcome, basis } = data;
  return {
    kind: "complete",
    item,
    ...given(data),
    outcome,
    ...(basis === undefined ? {} : { basis }),
    ...workIn(data),
  };
}

function waiverIn({ waived, reason }: EventData["workflow_completed"]) {
  if (waived === undefined && reason === undefined) return {};
  const items = (Array.isArray(waived) ? waived : []).flatMap((one: unknown) =>
    isRecord(one) ? [nameIn({ phase: String(one["phase"]), item: String(one["item"]) })] : []
  );
  return { waive: { items, reason: reason ?? "" } };
}

function revocation(
  { phase, item, reason, elsewhere }: EventData["approval_revoked"],
): Command {
  const what = item === undefined ? { phase } : { item: nameIn({ phase, item }) };
  return { kind: "revoke", what, reason, ...(elsewhere === undefined ? {} : { elsewhere }) };
}

/** What is approved or revoked may be in an earlier phase. */
function nameIn({ phase, item }: { readonly phase: string; readonly item: string }): string {
  return `${phase}/${item}`;
}

function given(
  { notes, evidence, evidenceFiles }: {
    readonly notes?: string;
    readonly evidence?: unknown;
    readonly evidenceFiles?: EvidenceFiles;
  },
): Accompaniment {
  return {
    ...(notes === undefined ? {} : { notes }),
    ...(evidence === undefined ? {} : { evidence }),
    ...(evidenceFiles === undefined ? {} : { evidenceFiles }),
  };
}

function workIn({ work }: { readonly work?: WorkRecord }): { readonly work?: WorkRecord } {
  return work === undefined ? {} : { work };
}

function proofsIn(
  { proofs }: { readonly proofs?: readonly ProofSeen[] },
): { readonly proofs?: readonly ProofSeen[] } {
  return proofs === undefined ? {} : { proofs };
}

const MADE_BY_COMMANDS: ReadonlySet<string> = new Set<EventType>([
  "item_completed",
  "item_failed",
  "item_rechecked",
  "item_skipped",
  "item_approved",
  "phase_approved",
  "item_rejected",
  "item_reopened",
  "item_claimed",
  "claim_released",
  "handoff_started",
  "handoff_ended",
  "approval_revoked",
  "phase_advanced",
  "note_added",
  "review_recorded",
  "checkpoint_created",
  "checkpoint_restored",
  "session_renamed",
  "workflow_completed",
  "workflow_abandoned",
]);

/** Whether {@link commandOf} knows the type of an event. */
export function isMadeByCommand(type: string): boolean {
  return MADE_BY_COMMANDS.has(type);
}
