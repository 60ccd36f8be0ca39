/**
 * An audit: whether each event of a journal is one that `decide()` allows in the state before it, on
 * what the event records, by that actor.
 *
 * Pure. What a line does not record cannot be judged: how long a command took and what it printed, who
 * an actor really was, what an import brought along.
 * @module
 */
import { refusalIfAgent } from "../approval_rules.ts";
import { CLAIM_MS } from "../claiming.ts";
import { decide } from "../decide.ts";
import type { NewEvent, SessionEvent } from "../events.ts";
import { own } from "../record.ts";
import { isRedacted } from "../redacted.ts";
import type { SessionState, Snapshot } from "../state.ts";
import { claimOf, outcomeText, reasonOf, whyNot } from "./claims.ts";
import { commandOf, isMadeByCommand } from "./command_of.ts";
import type { AuditRemark, AuditReport, Contradiction } from "./finding.ts";
import { meansField, redactedFields } from "../text_fields.ts";
import { elsewhereProblem, stampProblem } from "./stamp.ts";
import { structureOf } from "./structure.ts";
import { firstDifference } from "./same.ts";
import { withRecorded, withStandIns } from "./stand_in.ts";
import { workProblem } from "./work_problem.ts";

/** What an audit needs besides the events. */
export interface AuditOptions {
  /** A hash of a text. */
  readonly digest: (text: string) => string;
  /** Times after it, by more than {@link CLOCK_TOLERANCE_MS}, are ahead. */
  readonly now: Date;
  /** The newest rules that this program knows. */
  readonly rules: number;
}

/** Clocks of machines that share a session may differ by this much without a remark. */
export const CLOCK_TOLERANCE_MS = 5 * 60 * 1000;

/** The lines that a person accepted although they contradict, with the line that says so. */
interface AcceptedLines {
  readonly by: number;
  readonly lines: ReadonlySet<number>;
}

interface KnownCheckpoint {
  readonly id: string;
  readonly digest: string;
  /** Of the snapshot without its texts. */
  readonly structure: string;
}

/** Audits the events of one session, in their order. */
export class Auditor {
  readonly #options: AuditOptions;
  readonly #contradictions: Contradiction[] = [];
  readonly #remarks: AuditRemark[] = [];
  readonly #accepted: AcceptedLines[] = [];
  readonly #checkpoints = new Map<number, KnownCheckpoint>();
  /** Names of the texts that were taken out of lines. */
  readonly #redacted = new Map<number, readonly string[]>();
  #first: SessionEvent | null = null;
  /** Whether all lines so far are of an import. */
  #importing = false;
  #latest = -Infinity;
  #decided = 0;
  #newer = 0;

  constructor(options: AuditOptions) {
    this.#options = options;
  }

  /** The event of line 1; null before it. */
  get first(): SessionEvent | null {
    return this.#first;
  }

  get report(): AuditReport {
    const accepted = new Map(
      this.#accepted.flatMap(({ by, lines }) => [...lines].map((line) => [line, by] as const)),
    );
    const contradictions = inOrder(this.#contradictions.filter(({ line }) => !accepted.has(line)));
    const remarks = this.#contradictions.flatMap(({ line, claims, instead }): AuditRemark[] => {
      const by = accepted.get(line);
      if (by === undefined) return [];
      return [{ line, remark: `claims that ${claims}, but ${instead} (accepted in line ${by})` }];
    });
    return {
      decided: this.#decided,
      newer: this.#newer,
      contradictions,
      remarks: inOrder([...remarks, ...this.#remarks]),
    };
  }

  /** Adds a contradiction that was found elsewhere. */
  contradict(event: SessionEvent, instead: string): void {
    this.#contradictions.push({ line: event.seq, claims: claimOf(event), instead });
  }

  /** Adds a remark. */
  remark(line: number, remark: string): void {
    this.#remarks.push({ line, remark });
  }

  /**
   * Audits the next event. Never throws.
   * @param state the state before it; null for the first.
   */
  take(state: SessionState | null, event: SessionEvent): void {
    this.#lookAtTime(event);
    const rules = rulesOf(event);
    // What a newer program's line led to is not known, nor then what may follow.
    if (this.#newer > 0 || rules > this.#options.rules || !isKnown(event)) {
      this.#newer += 1;
      this.#importing = false;
      this.#first ??= event;
      return;
    }
    this.#decided += 1;
    if (event.original !== undefined) this.#redacted.set(event.seq, redactedFields(event));
    let instead: string | null;
    try {
      instead = stampProblem(event) ?? redactedProblem(event) ?? this.#judge(state, event, rules);
    } catch {
      instead = `its data does not belong in "${event.type}"`;
    }
    if (instead !== null) this.contradict(event, instead);
  }

  /** Why an event is not possible; null when it is. */
  #judge(state: SessionState | null, event: SessionEvent, rules: number): string | null {
    if (state === null) {
      this.#first = event;
      this.#importing = event.type === "session_imported";
      return workProblem({}, event, this.#options.digest);
    }
    const imported = this.#isImported(event, rules);
    if (event.type === "checkpoint_created") this.#remember(event.seq, event.data);
    if (imported) return null;
    this.#importing = false;
    switch (event.type) {
      case "session_started":
      case "session_imported":
        return "the session had begun already";
      case "journal_accepted":
        return this.#judgeAcceptance(state, event);
      case "text_redacted":
        return this.#judgeRedaction(event);
      default:
        return this.#decideAgain(state, event, rules);
    }
  }

  /** The checkpoints of an import are directly behind line 1, of the same append. */
  #isImported(event: SessionEvent, rules: number): boolean {
    if (!this.#importing || event.type !== "checkpoint_created") return false;
    if (rules > 0 && event.data.imported !== true) return false;
    const { first } = this;
    return first !== null && event.time === first.time &&
      firstDifference(first.actor, event.actor) === null;
  }

  #remember(
    seq: number,
    { checkpoint, snapshot }: { readonly checkpoint: string; readonly snapshot: Snapshot },
  ): void {
    this.#checkpoints.set(seq, {
      id: checkpoint,
      digest: this.#options.digest(JSON.stringify(snapshot)),
      structure: this.#options.digest(structureOf(snapshot)),
    });
  }

  #decideAgain(state: SessionState, event: SessionEvent, rules: number): string | null {
    const { event: complete, fields } = rules > 0 && event.original === undefined
      ? { event: event as NewEvent, fields: [] }
      : withStandIns(event, state);
    const command = commandOf(complete);
    if (command === null) return "no command makes such an event";
    const wrong = recordedProblem(event) ?? claimProblem(state, event) ??
      elsewhereProblem(this.#first, event) ??
      workProblem(state, event, this.#options.digest) ??
      this.#restoredProblem(event, rules);
    if (wrong !== null) return wrong;
    const decision = decide(state, command, {
      actor: event.actor,
      ...(rules === 0 ? { asBefore: true } : {}),
    });
    const decided = decision.value?.events[0];
    if (decided === undefined || decided.type !== event.type) {
      return whyNot(state, event, decision, null);
    }
    const { redacted: _, ...recorded } = event.data;
    const difference = differenceOf(withRecorded(decided, event, fields), recorded, {
      snapshotRedacted: mayBeRedacted(event, "snapshot", rules),
    });
    return difference === null ? null : whyNot(state, event, decision, difference);
  }

  /** A restored snapshot is that of its checkpoint. */
  #restoredProblem(event: SessionEvent, rules: number): string | null {
    if (event.type !== "checkpoint_restored") return null;
    const { checkpoint, checkpointSeq, snapshot } = event.data;
    const known = this.#checkpoints.get(checkpointSeq);
    if (known === undefined) return `line ${checkpointSeq} created no checkpoint`;
    if (known.id !== checkpoint) {
      return `line ${checkpointSeq} created the checkpoint "${known.id}"`;
    }
    const { digest } = this.#options;
    const same = digest(JSON.stringify(snapshot)) === known.digest ||
      mayBeRedacted(event, "snapshot", rules) && digest(structureOf(snapshot)) === known.structure;
    return same ? null : `its snapshot is not that of the checkpoint in line ${checkpointSeq}`;
  }

  #judgeAcceptance(
    state: SessionState,
    event: Extract<SessionEvent, { readonly type: "journal_accepted" }>,
  ): string | null {
    const { found, contradictions } = event.data;
    if (found.seq !== event.seq - 1) return `the journal ended at line ${event.seq - 1} then`;
    if (contradictions === undefined) return null;
    const refusal = refusalIfAgent(state, { actor: event.actor }, "accept the journal");
    if (refusal !== undefined) return reasonOf(refusal);
    const lines = new Set(contradictions.filter((line) => line < event.seq));
    this.#accepted.push({ by: event.seq, lines });
    return null;
  }

  /** The line that a redaction names has a text in that field, and it was taken out. */
  #judgeRedaction(
    { data: { line, field, reason } }: Extract<SessionEvent, { readonly type: "text_redacted" }>,
  ): string | null {
    if (reason.trim() === "") return "it gives no reason";
    const redacted = this.#redacted.get(line);
    // Without: an older copy of that line came back, which is said elsewhere.
    if (redacted === undefined || redacted.some((name) => meansField(field, { name }))) return null;
    return `line ${line} has no text "${field}" that was taken out`;
  }

  #lookAtTime({ seq, time }: SessionEvent): void {
    const at = Date.parse(time);
    if (!Number.isFinite(at)) return;
    if (at - this.#options.now.getTime() > CLOCK_TOLERANCE_MS) {
      this.remark(seq, `has a time in the future: ${time}`);
    }
    if (this.#latest - at > CLOCK_TOLERANCE_MS) {
      const before = new Date(this.#latest).toISOString();
      this.remark(seq, `has the time ${time}, and a line before it has ${before}`);
      // Said once for a clock that was set back, not for every line from there on.
      this.#latest = at;
      return;
    }
    this.#latest = Math.max(this.#latest, at);
  }
}

function inOrder<Found extends { readonly line: number }>(
  list: readonly Found[],
): readonly Found[] {
  return [...list].sort((one, other) => one.line - other.line);
}

/** The number of the rules an event was decided by; 0 before that was recorded. */
function rulesOf(event: SessionEvent): number {
  return "rules" in event && typeof event.rules === "number" ? event.rules : 0;
}

/** Events of other types are of a newer program. */
function isKnown(event: SessionEvent): boolean {
  switch (event.type) {
    case "session_started":
    case "session_imported":
    case "journal_accepted":
    case "text_redacted":
      return true;
    default:
      return isMadeByCommand(event.type);
  }
}

/** Whether secrets may have been removed from a field. */
function mayBeRedacted(event: SessionEvent, field: string, rules: number): boolean {
  return rules === 0 || event.data.redacted?.includes(field) === true;
}

function differenceOf(
  expected: Readonly<Record<string, unknown>>,
  recorded: Readonly<Record<string, unknown>>,
  { snapshotRedacted }: { readonly snapshotRedacted: boolean },
) {
  if (expected["snapshot"] === undefined || !snapshotRedacted) {
    return firstDifference(expected, recorded);
  }
  const { snapshot, ...rest } = expected;
  const { snapshot: recordedSnapshot, ...recordedRest } = recorded;
  return firstDifference(rest, recordedRest) ??
    firstDifference({ snapshot }, { snapshot: recordedSnapshot }, true);
}

/** Fields that are said to have been redacted are there and look like it. */
function redactedProblem(event: SessionEvent): string | null {
  const { data, original } = event;
  const { redacted } = data;
  if (redacted === undefined) return null;
  const fields = data as unknown as Readonly<Record<string, unknown>>;
  // What was removed then may have gone with the whole text since.
  const gone = original === undefined ? [] : redactedFields(event);
  const isGone = (name: string) => gone.some((field) => meansField(name, { name: field }));
  const wrong = redacted.find((name) => !isRedacted(own(fields, name)) && !isGone(name));
  return wrong === undefined ? null : `nothing was removed from its field "${wrong}"`;
}

/** A claim is taken over only when it is old enough, or its agent had a binding that can be gone. */
function claimProblem(state: SessionState, event: SessionEvent): string | null {
  if (event.type !== "item_claimed" && event.type !== "claim_released") return null;
  const { phase, item, ended } = event.data;
  const lapsed = event.type === "item_claimed" && event.data.lapsed !== undefined;
  if (ended === undefined && !lapsed) return null;
  const claim = own(own(state.phases, phase)?.items ?? {}, item)?.claim;
  if (claim === undefined) return "no one had claimed it";
  if (ended !== undefined && claim.bound === undefined) return "its agent had no binding to lose";
  if (!lapsed) return null;
  const age = Date.parse(event.time) - Date.parse(claim.at);
  return age < CLAIM_MS ? `it was claimed at ${claim.at}, too short before` : null;
}

/** What is wrong with what `decide()` takes as it is given. */
function recordedProblem(event: SessionEvent): string | null {
  const { data, actor } = event;
  if ("verification" in data && data.verification.type === "command") {
    const { passed, exitCode, expectedExitCode, timedOut } = data.verification;
    if (exitCode !== null && typeof exitCode !== "number") return "it records no exit code";
    const fits = passed === (exitCode === expectedExitCode && timedOut !== true);
    if (!fits) return `the line records ${outcomeText(data.verification)}, and passed: ${passed}`;
  }
  if ("approval" in data) {
    const { how, detection } = data.approval;
    if (how !== "terminal" && how !== "flag") return `it was approved by ${JSON.stringify(how)}`;
    if (how === "terminal" && data.approval.place?.terminal === "none") {
      return "it was approved on a terminal, and there was none";
    }
    const agent = actor.kind === "agent";
    if ((detection === "none") === agent) {
      return agent
        ? "no agent was detected when it was approved"
        : `an agent was detected when it was approved (${detection})`;
    }
  }
  return null;
}
