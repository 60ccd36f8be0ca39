/**
 * The commands that change a session: the input of `decide()`.
 * @module
 */
import type { Actor, Approval, EvidenceFiles, VerificationOutcome } from "./events.ts";
import type { Snapshot } from "./state.ts";
import type { WorkRecord } from "./work_record.ts";

/** A request to change a session. Texts are not trimmed yet: `decide()` trims them. */
export type Command =
  | {
    readonly kind: "complete";
    readonly item: string;
    readonly notes?: string;
    readonly evidence?: unknown;
    /** The verification's outcome; absent when the item needs none or it has not run. */
    readonly outcome?: VerificationOutcome;
    /**
     * `touched` of the item when its verification began: if it differs now, the outcome is outdated
     * and the command is refused (`state_moved`).
     */
    readonly basis?: number;
    /** What the project is now; absent where that was not looked at, here and below. */
    readonly work?: WorkRecord;
    /** Which files the evidence names are there; absent where it has no field for files. */
    readonly evidenceFiles?: EvidenceFiles;
  }
  | {
    readonly kind: "skip";
    readonly item: string;
    readonly reason: string;
    readonly force: boolean;
  }
  | {
    readonly kind: "approve_item";
    readonly item: string;
    readonly notes?: string;
    readonly evidence?: unknown;
    readonly approval: Approval;
    readonly work?: WorkRecord;
    readonly evidenceFiles?: EvidenceFiles;
  }
  | {
    readonly kind: "approve_phase";
    readonly phase: string;
    readonly notes?: string;
    readonly approval: Approval;
    readonly work?: WorkRecord;
  }
  | {
    readonly kind: "reject" | "reopen";
    readonly item: string;
    readonly reason: string;
  }
  | {
    readonly kind: "revoke";
    /** What was approved: an item, or the end of a phase. */
    readonly what: { readonly item: string } | { readonly phase: string };
    readonly reason: string;
  }
  | { readonly kind: "advance" }
  | { readonly kind: "finish"; readonly notes?: string; readonly work?: WorkRecord }
  | { readonly kind: "abandon"; readonly reason: string }
  | { readonly kind: "note"; readonly text: string }
  | {
    readonly kind: "create_checkpoint";
    readonly checkpoint: string;
    readonly message?: string;
    readonly decisions: readonly string[];
    readonly files: readonly string[];
  }
  | {
    readonly kind: "restore_checkpoint";
    readonly checkpoint: string;
    readonly checkpointSeq: number;
    readonly snapshot: Snapshot;
  }
  | { readonly kind: "rename"; readonly name: string | null };

/** What `decide()` must know besides the state. */
export interface DecideContext {
  readonly actor: Actor;
  /** Judges texts and evidence as programs did that recorded no rules: for lines of theirs only. */
  readonly asBefore?: boolean;
}

/** Upper and lower bounds of texts, in characters (UTF-16 units). */
export const TEXT_LIMITS = {
  task: 5000,
  name: 100,
  notes: 2000,
  constraint: 1000,
  reason: 2000,
  note: 5000,
  /** Evidence, as JSON text. */
  evidence: 50_000,
  checkpoint: 100,
  checkpointMessage: 2000,
  decision: 1000,
  file: 1000,
  /** Entries of a checkpoint's decisions or files. */
  entries: 200,
  /** Minimum length of a reason to skip a flexible item. */
  flexibleReason: 10,
  /** Minimum length of a reason to abandon a workflow. */
  abandonReason: 10,
  /** Minimum length of a reason to skip a documented item, or to force the skip of a gate. */
  weightyReason: 50,
} as const;
