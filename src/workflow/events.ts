/**
 * The events of a session, which the journal stores one per line.
 * `decide()` returns {@link NewEvent}s; the session layer adds seq, time and actor and appends
 * them; `evolve()` folds the {@link SessionEvent}s into the state. Event types are never renamed,
 * because journals live for years. A program that meets a type it does not know reads the journal and
 * writes nothing to it.
 * @module
 */
import type { WorkflowDefinition } from "./definition.ts";
import type { DefinitionOrigin, Namesakes } from "./definition_origin.ts";
import type {
  Actor,
  Approval,
  EvidenceFiles,
  HistoryFile,
  RevokedElsewhere,
  VerificationOutcome,
} from "./recorded.ts";
import type { ProofSeen, Waived } from "./proof_seen.ts";
import type { EarlierSession, Recent, ReviewVerdict, Snapshot, StateSeed } from "./state.ts";
import type { FileFacts, WorkRecord } from "./work_record.ts";

export type {
  Actor,
  Approval,
  EvidenceFiles,
  HistoryFile,
  VerificationOutcome,
} from "./recorded.ts";

/**
 * JSON values from before a session began: lines of the old tool's log, or of the session it was split
 * from. In the event itself, as 0.1.0 wrote them; of a line that is too long to be held only how many
 * there are (`inLine`); or in a file of the session, `history/<sha256>.jsonl`, one a line.
 */
export type History =
  | readonly unknown[]
  | { readonly inLine: number }
  | HistoryFile;

/** Whether a history is a file. Takes anything, see {@link historyLength}. */
export function isHistoryFile(history: unknown): history is HistoryFile {
  return typeof history === "object" && history !== null && "sha256" in history &&
    typeof history.sha256 === "string" && /^[0-9a-f]{64}$/.test(history.sha256);
}

/** How many values a history has. Takes anything: what was read from a journal may be no history. */
export function historyLength(history: unknown): number {
  if (Array.isArray(history)) return history.length;
  if (typeof history !== "object" || history === null) return 0;
  const count = "lines" in history ? history.lines : "inLine" in history ? history.inLine : 0;
  return typeof count === "number" ? count : 0;
}

/** A line from which a text was taken out. */
export interface RedactedLine {
  readonly seq: number;
  /** SHA-256 of the line as it was written. */
  readonly original: string;
  /** SHA-256 of the line as it is since. */
  readonly stub: string;
}

/** Every event type with its data. */
export interface EventData {
  /** Always the first event of a session that began here. */
  readonly session_started: {
    readonly session: string;
    readonly lineage: string;
    readonly name: string | null;
    readonly task: string;
    readonly project: string | null;
    readonly constraints: readonly string[];
    readonly definition: WorkflowDefinition;
    /** SHA-256 of the frozen workflow.yaml's bytes. */
    readonly definitionSha256: string;
    /** Names of settings that `start --set` replaced. */
    readonly overriddenSettings: readonly string[];
    /** Where the definition came from; absent in lines of older versions. */
    readonly origin?: DefinitionOrigin;
    /** Other sessions with the same name or task; absent where there was none. */
    readonly namesakes?: Namesakes;
    /** The workflow's effective settings are in `definition.settings`. */
    readonly toolVersion: string;
    /** Sessions of this name or task that were removed; absent where there is none. */
    readonly earlier?: Recent<EarlierSession>;
    /** What the project was; absent in lines of earlier programs, here and below. */
    readonly work?: WorkRecord;
    /** What was at the paths that verifications name, as they are spelled there. */
    readonly proofFiles?: Readonly<Record<string, FileFacts>>;
  };
  /** Always the first event of a session that came from elsewhere; carries all that is known. */
  readonly session_imported: {
    readonly session: string;
    readonly lineage: string;
    readonly seed: StateSeed;
    /** The origin: generation, relative file names, hashes, findings. */
    readonly source: Readonly<Record<string, unknown>>;
    /** What was recorded before the session began, oldest first. */
    readonly history: History;
    readonly toolVersion: string;
    /** As in `session_started`. */
    readonly earlier?: Recent<EarlierSession>;
  };
  /** An item is done: its verification passed, or it needs none. */
  readonly item_completed: {
    readonly phase: string;
    readonly item: string;
    readonly notes?: string;
    readonly evidence?: unknown;
    readonly evidenceFiles?: EvidenceFiles;
    readonly verification: VerificationOutcome;
    /** `touched` of the item when its verification began; absent in lines of earlier programs. */
    readonly basis?: number;
    readonly work?: WorkRecord;
  };
  /** An attempt to complete an item: its verification did not pass. */
  readonly item_failed: {
    readonly phase: string;
    readonly item: string;
    /** What was handed in with the attempt. */
    readonly notes?: string;
    readonly evidence?: unknown;
    readonly evidenceFiles?: EvidenceFiles;
    readonly verification: VerificationOutcome;
    readonly basis?: number;
    readonly work?: WorkRecord;
  };
  /**
   * An item of this phase or an earlier one proved again what it had proved, or did not: then it has
   * failed, and is open again.
   */
  readonly item_rechecked: {
    readonly phase: string;
    readonly item: string;
    readonly verification: VerificationOutcome;
    readonly basis: number;
    readonly work?: WorkRecord;
  };
  /** An item is left undone, and why. */
  readonly item_skipped: {
    readonly phase: string;
    readonly item: string;
    readonly reason: string;
    /** The item was a gate and `--force` was given. */
    readonly forced?: true;
    /** Skipped by the supervision mode, not by a decision. */
    readonly automatic?: "zero_human";
    /** What `complete` was given when the skip is automatic. */
    readonly notes?: string;
    readonly evidence?: unknown;
  };
  /** A manual gate approved; the item is completed by it. */
  readonly item_approved: {
    readonly phase: string;
    readonly item: string;
    readonly notes?: string;
    readonly evidence?: unknown;
    readonly evidenceFiles?: EvidenceFiles;
    readonly approval: Approval;
    readonly work?: WorkRecord;
    /** What was found of the proofs behind it; absent where there are none, and in older lines. */
    readonly proofs?: readonly ProofSeen[];
  };
  /** A person approved the phase. */
  readonly phase_approved: {
    readonly phase: string;
    readonly notes?: string;
    readonly approval: Approval;
    readonly work?: WorkRecord;
    readonly proofs?: readonly ProofSeen[];
  };
  /**
   * A person says no: the item is open again, and so are those that need it. A gate that waits for an
   * approval can be rejected, too.
   */
  readonly item_rejected: {
    readonly phase: string;
    readonly item: string;
    readonly reason: string;
    /** Items of the phase that were done and need it: they are open again. */
    readonly also?: readonly string[];
    /** The phase had been approved: it needs approval again. */
    readonly phaseToo?: true;
  };
  /** One of several agents works on the item: others leave it alone. */
  readonly item_claimed: {
    readonly phase: string;
    readonly item: string;
    /** Another one's claim, made long before, ended by it. */
    readonly lapsed?: true;
    /** The claim of an agent whose binding was gone ended by it. */
    readonly ended?: true;
    /** The state directory that has the agent's binding, as a hash; absent where it has none. */
    readonly bound?: string;
  };
  /** A claim ended. */
  readonly claim_released: {
    readonly phase: string;
    readonly item: string;
    /** Another one's claim, ended by a person. */
    readonly forced?: true;
    /** The claim of an agent whose binding was gone. */
    readonly ended?: true;
  };
  /** `handoff --run` started a program in this session. */
  readonly handoff_started: { readonly program: string };
  /** The program that the event `started` names has ended. */
  readonly handoff_ended: {
    readonly started: number;
    /** Null where a signal ended it. */
    readonly exitCode: number | null;
    readonly signal: string | null;
  };
  /** A completion or a skip was wrong: the item is open again. */
  readonly item_reopened: {
    readonly phase: string;
    readonly item: string;
    readonly reason: string;
    /** Items of the phase that were done and need it: they must be completed once more. */
    readonly stale?: readonly string[];
    readonly phaseToo?: true;
  };
  /** An approval does not hold any more. */
  readonly approval_revoked: {
    readonly phase: string;
    /** Absent for the approval of the phase itself. */
    readonly item?: string;
    readonly reason: string;
    /** As in `item_reopened`. */
    readonly stale?: readonly string[];
    readonly phaseToo?: true;
    /** It was revoked in another half of this session. */
    readonly elsewhere?: RevokedElsewhere;
  };
  /** One phase ends and the next begins: a single event, so that it cannot happen partially. */
  readonly phase_advanced: {
    readonly from: string;
    readonly to: string;
    /** What was found of the proofs of the phase; absent where there are none, and in older lines. */
    readonly proofs?: readonly ProofSeen[];
  };
  /** A text for those who read the record. */
  readonly note_added: { readonly text: string; readonly phase: string | null };
  /** A review of the work that was made outside of the program; the actor is who recorded it. */
  readonly review_recorded: {
    /** What was reviewed, as `required_reviews` names it. */
    readonly review: string;
    /** Who made it. */
    readonly by: string;
    readonly verdict: ReviewVerdict;
    readonly findings?: string;
    readonly evidence?: unknown;
    readonly phase: string | null;
    readonly work?: WorkRecord;
  };
  /** The state now, to be restored later. */
  readonly checkpoint_created: {
    readonly checkpoint: string;
    readonly message: string | null;
    readonly decisions: readonly string[];
    readonly files: readonly string[];
    readonly snapshot: Snapshot;
    /** Part of an import: no command made it. */
    readonly imported?: true;
    /** When and by whom it was made, before the import; without `by` where nothing says who. */
    readonly made?: { readonly time: string; readonly by?: Actor };
  };
  /** The state of a checkpoint holds again. */
  readonly checkpoint_restored: {
    readonly checkpoint: string;
    /** Seq of the `checkpoint_created` event. */
    readonly checkpointSeq: number;
    readonly snapshot: Snapshot;
  };
  /** The session has another name, or none. */
  readonly session_renamed: { readonly name: string | null };
  /**
   * A person continued from a journal that lacks lines that its state.json was derived from
   * (acknowledged lines are missing or were replaced), or whose lines contradict each other.
   */
  readonly journal_accepted: {
    /** Numbers of the lines that contradict; absent where lines are missing. */
    readonly contradictions?: readonly number[];
    /** The line that state.json was derived from. */
    readonly known: { readonly seq: number; readonly hash: string };
    /** The end of the journal when it was accepted. */
    readonly found: { readonly seq: number; readonly hash: string };
    readonly reason: string | null;
  };
  /** A text was taken out of the journal: markers stand in its place wherever it was. */
  readonly text_redacted: {
    /** The line and the field that were named. */
    readonly line: number;
    readonly field: string;
    readonly reason: string;
    /** All lines that had the text. */
    readonly lines: readonly RedactedLine[];
  };
  /** All is done: the session has ended. */
  readonly workflow_completed: {
    readonly notes?: string;
    readonly work?: WorkRecord;
    /** The same of all proofs. */
    readonly proofs?: readonly ProofSeen[];
    /** Whose stale or failed proofs a person accepted, and why; absent where there are none. */
    readonly waived?: readonly Waived[];
    readonly reason?: string;
  };
  /** The session has ended without being done. */
  readonly workflow_abandoned: { readonly reason: string };
}

/** The name of an event. */
export type EventType = keyof EventData;

/** All names of events. */
const EVENT_TYPES: Readonly<Record<EventType, true>> = {
  session_started: true,
  session_imported: true,
  item_completed: true,
  item_failed: true,
  item_rechecked: true,
  item_skipped: true,
  item_approved: true,
  phase_approved: true,
  item_rejected: true,
  item_claimed: true,
  claim_released: true,
  handoff_started: true,
  handoff_ended: true,
  item_reopened: true,
  approval_revoked: true,
  phase_advanced: true,
  note_added: true,
  review_recorded: true,
  checkpoint_created: true,
  checkpoint_restored: true,
  session_renamed: true,
  journal_accepted: true,
  text_redacted: true,
  workflow_completed: true,
  workflow_abandoned: true,
};

/** Whether this program knows what an event of a type means. */
export function isEventType(type: string): type is EventType {
  return Object.hasOwn(EVENT_TYPES, type);
}

/** What data of every type can have besides its own fields. */
export interface Redaction {
  /** Names of the fields from which known secrets were taken out when the event was recorded. */
  readonly redacted?: readonly string[];
}

/** An event as `decide()` makes it. */
export type NewEvent = {
  readonly [Type in EventType]: { readonly type: Type; readonly data: EventData[Type] & Redaction };
}[EventType];

/** An event as stored in the journal. `seq` counts from 1; `time` is RFC 3339 UTC. */
export type SessionEvent = NewEvent & {
  readonly seq: number;
  readonly time: string;
  readonly actor: Actor;
  /** By which rules it was decided (`rules.ts`); absent in a line from before that was recorded. */
  readonly rules?: number;
  /** Digest of the state that it led to (`projection.ts`); present where `rules` is. */
  readonly state?: string;
  /** SHA-256 of its line as it was written; present when texts were taken out of it since. */
  readonly original?: string;
};
