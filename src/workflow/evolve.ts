/**
 * `evolve()`: applies an event to the state of a session.
 *
 * The state is the sum of the journal's events, so this function never refuses: an event of an
 * unknown type, or one that names a phase or item that the definition does not have, only moves
 * `seq` and `updatedAt`. `decide.ts` decides beforehand whether an event may happen at all.
 * @module
 */
import { stood, whyOpen, withItem, withPhase } from "./change_state.ts";
import { withClaimsOf } from "./claiming.ts";
import type { EventData, SessionEvent } from "./events.ts";
import { withdraw, withdrawnSince } from "./evolve_withdrawal.ts";
import { begin, filled, listedBy, phaseOf, type Stamp, workIn } from "./first_state.ts";
import { own } from "./record.ts";
import { isSame } from "./review_names.ts";
import { requiredReviews } from "./reviews.ts";
import {
  type Bypass,
  type ItemState,
  type Recent,
  RECENT_LIMIT,
  type RunningHandoff,
  type SessionState,
} from "./state.ts";
import { markOf } from "./work_marks.ts";
import { noticesOf } from "./work_notices.ts";

/**
 * The state after `event`.
 *
 * @param state The state before it, or null before the first event. Never changed; the result shares
 * every part that stays the same.
 * @returns The new state. When `state` is null and the event is not one that begins a session, an
 * empty state whose `session` is `""`: a journal that begins so is damaged.
 */
export function evolve(state: SessionState | null, event: SessionEvent): SessionState {
  const { seq, rules } = event;
  if (state === null) {
    const { audited: _, ...first } = begin(event);
    return rules === undefined ? first : { ...first, audited: seq };
  }
  const moved: SessionState = {
    ...state,
    seq,
    updatedAt: event.time,
    ...(rules === undefined || state.audited !== undefined ? {} : { audited: seq }),
    ...listedBy(event),
    ...oddIn(state, event),
    ...noticesOf(state, event),
  };
  const proof = proofOf(event);
  switch (event.type) {
    case "item_completed":
      return withItem(moved, event.data, (before) => ({
        ...completed(before, event.data, event),
        ...proof,
      }));
    case "item_approved":
      return withItem({ ...moved, ...comparedBy(event) }, event.data, (before) => ({
        ...completed(before, event.data, event),
        ...proof,
      }));
    case "item_claimed": {
      const { seq, time: at, actor: by } = event;
      const { bound } = event.data;
      const claim = { seq, at, by, ...(bound === undefined ? {} : { bound }) };
      return withItem(moved, event.data, (before) => ({ ...before, claim }));
    }
    case "claim_released":
      return withItem(moved, event.data, ({ claim: _, ...before }) => before);
    case "handoff_started":
      return handedOver(moved, event);
    case "handoff_ended":
      return withHandoffs(
        moved,
        (moved.handoffs ?? []).filter((running) => running.seq !== event.data.started),
      );
    case "item_failed":
      return withItem(moved, event.data, (before) => ({
        ...stood(before, event),
        ...whyOpen(before),
        ...(before.claim === undefined ? {} : { claim: before.claim }),
        status: "failed",
        failures: before.failures + 1,
        verification: event.data.verification,
      }));
    case "item_rechecked":
      return withItem(moved, event.data, (before) => rechecked(before, event.data, event, proof));
    case "item_skipped":
      return skipped(moved, event.data, event);
    case "phase_approved":
      return withPhase(
        { ...moved, ...comparedBy(event) },
        event.data.phase,
        ({ withdrawn: _, withdrawnReason: _w, ...phase }) => ({
          ...phase,
          approval: {
            ...event.data.approval,
            at: event.time,
            by: event.actor,
            ...(event.data.notes === undefined ? {} : { notes: event.data.notes }),
            ...proof,
          },
        }),
      );
    case "item_rejected":
    case "item_reopened":
    case "approval_revoked":
      return withdraw(moved, event);
    case "phase_advanced":
      return advanced({ ...moved, ...comparedBy(event) }, event.data, event.time);
    case "note_added":
      return {
        ...moved,
        notes: pushed(moved.notes, {
          seq: event.seq,
          time: event.time,
          by: event.actor,
          text: event.data.text,
          phase: event.data.phase,
        }),
      };
    case "review_recorded":
      return reviewed(moved, event);
    case "checkpoint_created":
      return {
        ...moved,
        checkpoints: pushed(moved.checkpoints, {
          id: event.data.checkpoint,
          seq: event.seq,
          time: event.data.made?.time ?? event.time,
          message: event.data.message,
          phase: event.data.snapshot.phase,
        }),
      };
    case "checkpoint_restored":
      return restored(moved, event.data, event.seq);
    case "journal_accepted": {
      const { seq, time, actor: by, data: { known, found, reason, contradictions } } = event;
      return {
        ...moved,
        accepted: pushed(moved.accepted ?? { count: 0, recent: [] }, {
          seq,
          time,
          by,
          known,
          found: found.seq,
          ...(contradictions === undefined ? {} : { contradictions }),
          reason,
        }),
      };
    }
    case "text_redacted": {
      const { seq, time, actor: by, data: { line, field } } = event;
      const before = moved.redactions ?? { count: 0, recent: [] };
      return { ...moved, redactions: pushed(before, { seq, time, by, line, field }) };
    }
    case "session_renamed":
      return { ...moved, name: event.data.name };
    case "workflow_completed":
      return {
        ...(moved.phase === null ? moved : withPhase(moved, moved.phase, (phase) => ({
          ...phase,
          status: "completed",
          completedAt: event.time,
        }))),
        status: "completed",
        phase: null,
        endedAt: event.time,
        endedBy: event.actor,
        ...(event.data.notes === undefined ? {} : { endNotes: event.data.notes }),
        ...(proof.proof === undefined ? {} : { finished: proof.proof }),
        ...comparedBy(event),
        ...waivedBy(moved, event),
      };
    case "workflow_abandoned":
      // The phase keeps the status `active`: that is where the work stopped.
      return {
        ...moved,
        status: "abandoned",
        phase: null,
        endedAt: event.time,
        endedBy: event.actor,
        abandonReason: event.data.reason,
      };
    default:
      return moved;
  }
}

/** Whether an event's work was elsewhere, or its file odd. */
function oddIn(state: SessionState, event: SessionEvent): Pick<SessionState, "odd"> {
  const outcome = "verification" in event.data ? event.data.verification : undefined;
  const isElsewhere = state.begun?.root !== undefined && workIn(event)?.root !== undefined;
  const isOdd = isElsewhere ||
    outcome !== undefined && outcome.type !== "none" && outcome.remark !== undefined;
  return isOdd ? { odd: true } : {};
}

/** What the project was at an event, for what the event proves. */
function proofOf(event: SessionEvent): Pick<ItemState, "proof"> {
  const work = workIn(event);
  return work === undefined ? {} : { proof: markOf(work, event.seq) };
}

function completed(
  before: ItemState,
  data: EventData["item_completed"] | EventData["item_approved"],
  stamp: Stamp,
): ItemState {
  return {
    ...stood(before, stamp),
    status: "completed",
    ...given(data),
    ...("verification" in data ? { verification: data.verification } : {}),
    ...("approval" in data ? { approval: data.approval } : {}),
  };
}

/** An item that proved again what it had proved, or did not: all else of it stays. */
function rechecked(
  { proof: _, needsAgain: _again, ...before }: ItemState,
  { verification }: EventData["item_rechecked"],
  { seq, time: at, actor: by }: Stamp,
  proof: Pick<ItemState, "proof">,
): ItemState {
  const { passed } = verification;
  return {
    ...before,
    status: passed ? "completed" : "failed",
    touched: seq,
    failures: before.failures + (passed ? 0 : 1),
    at: before.at ?? at,
    by: before.by ?? by,
    verification,
    ...(passed ? proof : {}),
    rechecked: { count: (before.rechecked?.count ?? 0) + 1, seq, at, by },
  };
}

function comparedBy(
  { seq, time, data: { proofs } }:
    & Pick<SessionEvent, "seq" | "time">
    & { readonly data: Pick<EventData["phase_advanced"], "proofs"> },
): Pick<SessionState, "compared"> {
  if (proofs === undefined) return {};
  const found = proofs.map(({ files: _, why: _why, ...rest }) => rest);
  return { compared: { seq, time, proofs: found } };
}

/** The notes and evidence of an event, where it has them. */
function given(
  data: { readonly notes?: string; readonly evidence?: unknown },
): { readonly notes?: string; readonly evidence?: unknown } {
  return {
    ...(data.notes === undefined ? {} : { notes: data.notes }),
    ...(data.evidence === undefined ? {} : { evidence: data.evidence }),
  };
}

function skipped(
  state: SessionState,
  data: EventData["item_skipped"],
  stamp: Stamp,
): SessionState {
  if (own(phaseOf(state.phases, data.phase).items, data.item) === undefined) return state;
  const changed = withItem(state, data, (before) => ({
    ...stood(before, stamp),
    status: "skipped",
    skipReason: data.reason,
    ...given(data),
    // The failure that was skipped stays visible.
    ...(before.verification === undefined ? {} : { verification: before.verification }),
    ...(data.forced === undefined ? {} : { forced: data.forced }),
    ...(data.automatic === undefined ? {} : { automatic: data.automatic }),
  }));
  if (data.forced === undefined && data.automatic === undefined) return changed;
  return {
    ...changed,
    bypasses: bypassed(changed.bypasses, {
      kind: data.forced === undefined ? "automatic" : "forced",
      phase: data.phase,
      item: data.item,
      count: 1,
      seq: stamp.seq,
      time: stamp.time,
      by: stamp.actor,
      reason: data.reason,
    }),
  };
}

function waivedBy(
  { bypasses }: SessionState,
  { data: { waived = [], reason = "" }, seq, time, actor }: Extract<
    SessionEvent,
    { readonly type: "workflow_completed" }
  >,
): Pick<SessionState, "bypasses"> {
  const entries = waived.map(({ phase, item }) =>
    ({ kind: "waived", phase, item, count: 1, seq, time, by: actor, reason }) as const
  );
  return { bypasses: entries.reduce(bypassed, bypasses) };
}

function bypassed(list: readonly Bypass[], entry: Bypass): readonly Bypass[] {
  const same = (other: Bypass) =>
    other.kind === entry.kind && other.phase === entry.phase && other.item === entry.item;
  const count = list.find(same)?.count ?? 0;
  return [...list.filter((other) => !same(other)), { ...entry, count: count + entry.count }];
}

function advanced(
  state: SessionState,
  data: EventData["phase_advanced"],
  time: string,
): SessionState {
  if (own(state.phases, data.from) === undefined || own(state.phases, data.to) === undefined) {
    return state;
  }
  const left = withPhase(state, data.from, (phase) => ({
    ...phase,
    status: "completed",
    completedAt: time,
  }));
  const entered = withPhase(left, data.to, (phase) => ({
    ...phase,
    status: "active",
    startedAt: time,
  }));
  return { ...entered, phase: data.to };
}

function restored(
  state: SessionState,
  { snapshot, checkpointSeq }: EventData["checkpoint_restored"],
  seq: number,
): SessionState {
  const { endedAt: _at, endedBy: _by, endNotes: _notes, abandonReason: _reason, ...more } = state;
  const { finished: _finished, ...rest } = more;
  const phases = withClaimsOf(
    state.phases,
    withdrawnSince(state.phases, snapshot.phases, checkpointSeq),
  );
  return {
    ...(snapshot.status === "active" ? rest : state),
    status: snapshot.status,
    phase: snapshot.phase,
    phases: filled(state.definition, phases, seq),
  };
}

/** Of reviews that nothing requires the journal alone tells. */
function reviewed(
  state: SessionState,
  { seq, time: at, actor: by, data: { review: kind, verdict } }: Extract<
    SessionEvent,
    { readonly type: "review_recorded" }
  >,
): SessionState {
  const review = requiredReviews(state.definition).find((required) => isSame(required, kind));
  if (review === undefined) return state;
  const others = (state.reviews ?? []).filter((other) => other.review !== review);
  return { ...state, reviews: [...others, { review, verdict, at, by, seq }] };
}

function handedOver(
  state: SessionState,
  { seq, time: at, actor: by, data: { program } }: Stamp & {
    readonly data: EventData["handoff_started"];
  },
): SessionState {
  const running = [...state.handoffs ?? [], { seq, at, by, program }];
  return withHandoffs(state, running.slice(-RECENT_LIMIT));
}

function withHandoffs(
  { handoffs: _, ...state }: SessionState,
  handoffs: readonly RunningHandoff[],
): SessionState {
  return handoffs.length === 0 ? state : { ...state, handoffs };
}

function pushed<Value>(list: Recent<Value>, value: Value): Recent<Value> {
  return { count: list.count + 1, recent: [...list.recent, value].slice(-RECENT_LIMIT) };
}
