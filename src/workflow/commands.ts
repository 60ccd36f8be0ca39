/**
 * The commands that change a session: the input of `decide()`.
 * @module
 */
import type { Actor, Approval, EvidenceFiles, VerificationOutcome } from "./events.ts";
import type { RevokedElsewhere } from "./recorded.ts";
import type { ProofSeen } from "./proof_seen.ts";
import type { ReviewVerdict, Snapshot } from "./state.ts";
import type { WorkRecord } from "./work_record.ts";

export { TEXT_LIMITS } from "./text_limits.ts";

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
    /** What was found of the proofs behind it; absent where they were not compared. */
    readonly proofs?: readonly ProofSeen[];
  }
  | {
    readonly kind: "approve_phase";
    readonly phase: string;
    readonly notes?: string;
    readonly approval: Approval;
    readonly work?: WorkRecord;
    readonly proofs?: readonly ProofSeen[];
  }
  | {
    readonly kind: "reject" | "reopen";
    readonly item: string;
    readonly reason: string;
  }
  | {
    readonly kind: "claim";
    readonly item: string;
    /** The present claim was made so long ago that it can be taken over. */
    readonly lapsed?: boolean;
    /** The binding of the agent that has the present claim is gone. */
    readonly ended?: boolean;
    /** See `Claim.bound`. */
    readonly bound?: string;
  }
  | {
    readonly kind: "release";
    readonly item: string;
    readonly force: boolean;
    /** The binding of the agent that has the claim is gone. */
    readonly ended?: boolean;
  }
  | { readonly kind: "start_handoff"; readonly program: string }
  | {
    readonly kind: "end_handoff";
    /** Seq of the event that recorded its start. */
    readonly started: number;
    readonly exitCode: number | null;
    readonly signal: string | null;
  }
  | {
    readonly kind: "revoke";
    /** What was approved: an item, or the end of a phase. */
    readonly what: { readonly item: string } | { readonly phase: string };
    readonly reason: string;
    /** Absent where it is revoked in this session. */
    readonly elsewhere?: RevokedElsewhere;
  }
  | {
    /** A completed item proves again what it has proved. */
    readonly kind: "recheck";
    readonly phase: string;
    readonly item: string;
    readonly outcome: VerificationOutcome;
    /** As of `complete`. */
    readonly basis: number;
    readonly work?: WorkRecord;
  }
  | {
    readonly kind: "advance";
    /** What was found of the proofs of the phase; absent where they were not compared. */
    readonly proofs?: readonly ProofSeen[];
  }
  | {
    readonly kind: "finish";
    readonly notes?: string;
    readonly work?: WorkRecord;
    /** The same of all proofs. */
    readonly proofs?: readonly ProofSeen[];
    /** Names of items whose stale proofs are accepted, and why. */
    readonly waive?: { readonly items: readonly string[]; readonly reason: string };
  }
  | { readonly kind: "abandon"; readonly reason: string }
  | { readonly kind: "note"; readonly text: string }
  | {
    readonly kind: "review";
    /** What is reviewed, as `required_reviews` names it. */
    readonly review: string;
    /** Who made it. */
    readonly by: string;
    readonly verdict: ReviewVerdict;
    readonly findings?: string;
    readonly evidence?: unknown;
    readonly work?: WorkRecord;
  }
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
