/**
 * The state of a session: the sum of the journal's events.
 *
 * Its size does not grow with the journal: lists that could grow are stored as a count plus the
 * newest few entries ({@link RECENT_LIMIT}); the journal has all of them.
 * @module
 */
import type { WorkflowDefinition } from "./definition.ts";
import type { KnownOrigin, Namesakes } from "./definition_origin.ts";
import type {
  Actor,
  Approval,
  ApprovedFile,
  HistoryFile,
  VerificationOutcome,
} from "./recorded.ts";
import type { ProofSeen } from "./proof_seen.ts";
import type { Beginning, ChangedRules, ListedFiles, RunChange, WorkMark } from "./work_record.ts";

/** How many of a growing list the state keeps. */
export const RECENT_LIMIT = 20;

export type WorkflowStatus = "active" | "completed" | "abandoned";
export type PhaseStatus = "pending" | "active" | "completed";
export type ItemStatus = "pending" | "completed" | "skipped" | "failed";

/** The status of one item. Times are RFC 3339 UTC. */
export interface ItemState {
  readonly status: ItemStatus;
  /** Seq of the last event that changed this item; 0 when none has. Compare-and-swap basis. */
  readonly touched: number;
  /** How many verifications have failed. */
  readonly failures: number;
  /** When it reached its present status. */
  readonly at?: string;
  readonly by?: Actor;
  readonly notes?: string;
  readonly evidence?: unknown;
  readonly verification?: VerificationOutcome;
  readonly skipReason?: string;
  /** A gate skipped with `--force`: shown wherever the item is. */
  readonly forced?: true;
  readonly automatic?: "zero_human";
  readonly approval?: Approval;
  /** What the project was when it was completed; absent where that is not recorded. */
  readonly proof?: WorkMark;
  /** How often a person has rejected it; absent for never. */
  readonly rejections?: number;
  /**
   * How it was opened again or lost its approval; absent once it is done again. With the status
   * `completed` it is an item of an ended phase or session whose approval was revoked.
   */
  readonly withdrawn?: Withdrawal;
  /** The reason given for that. */
  readonly withdrawnReason?: string;
  /**
   * Id of an item that it needs and that was opened again after it: it must be completed once more.
   * Absent once it is.
   */
  readonly needsAgain?: string;
  /** The file of its last approval that was withdrawn. */
  readonly fileBefore?: ApprovedFile;
  /** The last time that it was checked again, and how often it was; absent where it was not. */
  readonly rechecked?: {
    readonly count: number;
    readonly seq: number;
    readonly at: string;
    readonly by: Actor;
  };
  /** Who works on it; absent for no one. */
  readonly claim?: Claim;
  /** Fields of an imported item that have no place above, kept verbatim. */
  readonly legacy?: Readonly<Record<string, unknown>>;
}

/** One of several agents on the session works on an item. */
export interface Claim {
  readonly seq: number;
  readonly at: string;
  readonly by: Actor;
  /** The state directory that has the agent's binding, as a hash; absent where it had none. */
  readonly bound?: string;
}

/** A program that `handoff --run` has started and that has not been seen to end. */
export interface RunningHandoff {
  readonly seq: number;
  readonly at: string;
  readonly by: Actor;
  readonly program: string;
}

/** A change that takes back what was done or approved. */
export interface Withdrawal {
  readonly how: "rejected" | "reopened" | "revoked";
  readonly seq: number;
  readonly at: string;
  readonly by: Actor;
  /** The item that was rejected, reopened or revoked, where it is another one. */
  readonly because?: string;
}

/** The status of one phase. `items` has every item of the definition, in its order. */
export interface PhaseState {
  readonly status: PhaseStatus;
  readonly startedAt?: string;
  readonly completedAt?: string;
  readonly approval?: Approval & {
    readonly at: string;
    readonly by: Actor;
    readonly notes?: string;
    readonly proof?: WorkMark;
  };
  /** How it lost its approval; absent once it is given again. */
  readonly withdrawn?: Withdrawal;
  readonly withdrawnReason?: string;
  readonly items: Readonly<Record<string, ItemState>>;
}

/** The content of a checkpoint, which `checkpoint restore` restores. */
export interface Snapshot {
  readonly status: WorkflowStatus;
  /** Id of the active phase; null when the workflow has ended. */
  readonly phase: string | null;
  readonly phases: Readonly<Record<string, PhaseState>>;
}

/** A list that may grow: how many there are, and the newest few, oldest first. */
export interface Recent<Value> {
  readonly count: number;
  readonly recent: readonly Value[];
}

export interface Note {
  readonly seq: number;
  readonly time: string;
  readonly by: Actor;
  readonly text: string;
  readonly phase: string | null;
}

export interface CheckpointSummary {
  readonly id: string;
  readonly seq: number;
  readonly time: string;
  readonly message: string | null;
  readonly phase: string | null;
}

/**
 * An item that was skipped without its proof or approval, or whose proof was accepted as it was. One entry per phase, item and kind, so
 * the list is bounded by the definition. It survives `checkpoint restore`, so that the skip stays
 * visible.
 */
export interface Bypass {
  /** `forced`: a gate skipped with `--force`. `automatic`: skipped by the supervision mode.
   * `waived`: its stale proof was accepted at the end. */
  readonly kind: "forced" | "automatic" | "waived";
  readonly phase: string;
  readonly item: string;
  /** How often it happened; the rest of the entry is about the last time. */
  readonly count: number;
  readonly seq: number;
  readonly time: string;
  readonly by: Actor;
  readonly reason: string;
}

/** A text that was taken out of the journal. The reason is in the journal alone. */
export interface TextRedaction {
  readonly seq: number;
  readonly time: string;
  readonly by: Actor;
  /** Number of the line that was named, and the name of its field. */
  readonly line: number;
  readonly field: string;
}

/** A session that was continued although its journal lacks events, or contradicts itself. */
export interface Acceptance {
  readonly seq: number;
  readonly time: string;
  readonly by: Actor;
  /** The line that was known. */
  readonly known: { readonly seq: number; readonly hash: string };
  /** Number of the journal's last line then. */
  readonly found: number;
  /** Numbers of the lines that contradict; absent where events are missing. */
  readonly contradictions?: readonly number[];
  readonly reason: string | null;
}

/**
 * A session of the same name or task that was removed, or an earlier copy of this one that another took
 * the place of, as far as the repository's journal knew when this session began.
 */
export interface EarlierSession {
  readonly what: "removed" | "replaced" | "missing" | "rolled_back";
  readonly session: string;
  readonly name: string | null;
  readonly task: string;
  /** Its status then, or `unknown`. */
  readonly status: string;
  /** Number of its last event. */
  readonly seq: number;
  /** SHA-256 of the line of that event. */
  readonly hash: string;
  /** Items completed or skipped, of how many. */
  readonly done: number;
  readonly total: number;
  /** When it went, RFC 3339 UTC. */
  readonly time: string;
  readonly by: Actor;
  readonly why: string | null;
}

/** How a review ended. */
export type ReviewVerdict = "passed" | "failed";

/** The newest review of its kind. What it says is in the line `seq`. */
export interface RecordedReview {
  /** As `required_reviews` names it. */
  readonly review: string;
  readonly verdict: ReviewVerdict;
  /** Null where the old tool did not record it. */
  readonly at: string | null;
  /** Who recorded it, and in which event; absent where the old tool did. */
  readonly by?: Actor;
  readonly seq?: number;
}

/** What an import hands over: a state without the fields the journal itself provides. */
export interface StateSeed extends Snapshot {
  readonly name: string | null;
  readonly task: string;
  readonly project: string | null;
  readonly constraints: readonly string[];
  readonly definition: WorkflowDefinition;
  /** Absent where none was replaced. */
  readonly overriddenSettings?: readonly string[];
  readonly definitionOrigin?: KnownOrigin;
  readonly namesakes?: Namesakes;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly endedAt?: string;
  readonly endNotes?: string;
  readonly abandonReason?: string;
  readonly notes: readonly Note[];
  readonly accepted?: Recent<Acceptance>;
  readonly redactions?: Recent<TextRedaction>;
  readonly reviews?: readonly RecordedReview[];
  /** Fields of the old state that have no equivalent here, verbatim. */
  readonly legacy?: Readonly<Record<string, unknown>>;
}

/** The whole state of one session after the event `seq`. */
export interface SessionState extends Snapshot {
  readonly session: string;
  readonly lineage: string;
  readonly seq: number;
  readonly name: string | null;
  readonly task: string;
  readonly project: string | null;
  readonly constraints: readonly string[];
  readonly definition: WorkflowDefinition;
  readonly overriddenSettings: readonly string[];
  /** Absent where it was not recorded: in sessions of older versions, and in imported ones. */
  readonly definitionOrigin?: KnownOrigin;
  /** Absent where there was none. */
  readonly namesakes?: Namesakes;
  readonly createdAt: string;
  readonly createdBy: Actor;
  readonly updatedAt: string;
  readonly endedAt?: string;
  readonly endedBy?: Actor;
  readonly endNotes?: string;
  readonly abandonReason?: string;
  readonly notes: Recent<Note>;
  readonly checkpoints: Recent<CheckpointSummary>;
  readonly bypasses: readonly Bypass[];
  /** Absent where there is none. */
  readonly accepted?: Recent<Acceptance>;
  /** Absent where there is none. */
  readonly redactions?: Recent<TextRedaction>;
  /** Absent where there is none. */
  readonly earlier?: Recent<EarlierSession>;
  /** The file of what was recorded before the session began. */
  readonly history?: HistoryFile;
  /** What the project was when the session began; absent where that is not recorded. */
  readonly begun?: Beginning;
  /** Absent while no line has a list of changed files. */
  readonly listed?: ListedFiles;
  /** What the project was when the workflow was completed. */
  readonly finished?: WorkMark;
  /** Whether something of a proof may deserve a remark (`work_remarks.ts`). */
  readonly odd?: true;
  /**
   * The last time that proofs were compared with the files; absent where they were not. Names of files
   * are in the line `seq`.
   */
  readonly compared?: {
    readonly seq: number;
    readonly time: string;
    readonly proofs: readonly Omit<ProofSeen, "files" | "why">[];
  };
  /** One entry per item at most: it stays visible. Absent while there is none. */
  readonly ranOver?: readonly RunChange[];
  /** Required reviews that were recorded, one entry each at most; absent while there is none. */
  readonly reviews?: readonly RecordedReview[];
  /** The newest few, oldest first; absent where there is none. */
  readonly handoffs?: readonly RunningHandoff[];
  /** Absent where they are as at the beginning. */
  readonly outerChanged?: ChangedRules;
  /**
   * Seq of the first event whose line names its rules and the state it led to; absent where there is
   * none. What is before it was written by a program that did not record that yet.
   */
  readonly audited?: number;
  /** Set when the session came from the old tool: its generation. */
  readonly imported?: string;
  readonly legacy?: Readonly<Record<string, unknown>>;
}
