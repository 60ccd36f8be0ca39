/**
 * `evolve()`: applies an event to the state of a session.
 *
 * The state is the sum of the journal's events, so this function never refuses: an event of an
 * unknown type, or one that names a phase or item that the definition does not have, only moves
 * `seq` and `updatedAt`. `decide.ts` decides beforehand whether an event may happen at all.
 * @module
 */
import type { WorkflowDefinition } from "./definition.ts";
import { type EventData, isHistoryFile, type SessionEvent } from "./events.ts";
import { own } from "./record.ts";
import {
  type Bypass,
  type EarlierSession,
  type ItemState,
  type PhaseState,
  type Recent,
  RECENT_LIMIT,
  type SessionState,
  type Snapshot,
} from "./state.ts";

/** When and by whom an event was made. */
type Stamp = Pick<SessionEvent, "seq" | "time" | "actor">;

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
  };
  switch (event.type) {
    case "item_completed":
      return withItem(moved, event.data, (before) => completed(before, event.data, event));
    case "item_approved":
      return withItem(moved, event.data, (before) => completed(before, event.data, event));
    case "item_failed":
      return withItem(moved, event.data, (before) => ({
        ...stood(before, event),
        status: "failed",
        failures: before.failures + 1,
        verification: event.data.verification,
      }));
    case "item_skipped":
      return skipped(moved, event.data, event);
    case "phase_approved":
      return withPhase(moved, event.data.phase, (phase) => ({
        ...phase,
        approval: {
          ...event.data.approval,
          at: event.time,
          by: event.actor,
          ...(event.data.notes === undefined ? {} : { notes: event.data.notes }),
        },
      }));
    case "phase_advanced":
      return advanced(moved, event.data, event.time);
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
    case "checkpoint_created":
      return {
        ...moved,
        checkpoints: pushed(moved.checkpoints, {
          id: event.data.checkpoint,
          seq: event.seq,
          time: event.time,
          message: event.data.message,
          phase: event.data.snapshot.phase,
        }),
      };
    case "checkpoint_restored":
      return restored(moved, event.data.snapshot, event.seq);
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

function begin(event: SessionEvent): SessionState {
  const stamped = {
    seq: event.seq,
    createdBy: event.actor,
    checkpoints: { count: 0, recent: [] },
  };
  if (event.type === "session_started") {
    const { data } = event;
    const first = data.definition.phases[0];
    const phases = filled(data.definition, {});
    return {
      ...stamped,
      session: data.session,
      lineage: data.lineage,
      name: data.name,
      task: data.task,
      project: data.project,
      constraints: data.constraints,
      definition: data.definition,
      overriddenSettings: data.overriddenSettings,
      ...(data.origin === undefined
        ? {}
        : { definitionOrigin: { ...data.origin, sha256: data.definitionSha256 } }),
      ...(data.namesakes === undefined ? {} : { namesakes: data.namesakes }),
      status: "active",
      phase: first?.id ?? null,
      phases: first === undefined ? phases : {
        ...phases,
        [first.id]: { ...phaseOf(phases, first.id), status: "active", startedAt: event.time },
      },
      createdAt: event.time,
      updatedAt: event.time,
      notes: { count: 0, recent: [] },
      bypasses: [],
      ...earlierIn(data),
    };
  }
  if (event.type === "session_imported") return beginImported(event, stamped);
  return {
    ...stamped,
    session: "",
    lineage: "",
    name: null,
    task: "",
    project: null,
    constraints: [],
    definition: { name: "", version: "", phases: [], settings: {} },
    overriddenSettings: [],
    status: "active",
    phase: null,
    phases: {},
    createdAt: event.time,
    updatedAt: event.time,
    notes: { count: 0, recent: [] },
    bypasses: [],
  };
}

function beginImported(
  event: Extract<SessionEvent, { readonly type: "session_imported" }>,
  stamped: Pick<SessionState, "seq" | "createdBy" | "checkpoints">,
): SessionState {
  const { session, lineage, seed, source, history } = event.data;
  const phases = filled(seed.definition, seed.phases, event.seq);
  return {
    ...seed,
    ...stamped,
    session,
    lineage,
    overriddenSettings: seed.overriddenSettings ?? [],
    phases,
    notes: { count: seed.notes.length, recent: seed.notes.slice(-RECENT_LIMIT) },
    bypasses: bypassesIn(seed.definition, phases, event),
    ...earlierIn(event.data),
    ...(isHistoryFile(history) ? { history } : {}),
    ...(typeof source.generation === "string" ? { imported: source.generation } : {}),
  };
}

/** @throws TypeError for anything else than sessions that went. */
function earlierIn(
  { earlier }: Pick<EventData["session_started"], "earlier">,
): Pick<SessionState, "earlier"> {
  if (earlier === undefined) return {};
  const isOne = ({ session, status, time, by, done, total, seq }: EarlierSession) =>
    [session, status, time, by.name].every((text) => typeof text === "string") &&
    [done, total, seq].every((number) => typeof number === "number");
  if (typeof earlier.count === "number" && earlier.recent.every(isOne)) return { earlier };
  throw new TypeError("the event names no earlier sessions");
}

/**
 * Every phase and item of the definition, as in `given`, else pending. With `touched`, every item
 * counts as changed by that event, so that no verification that began earlier can be applied.
 */
function filled(
  definition: WorkflowDefinition,
  given: Readonly<Record<string, PhaseState>>,
  touched?: number,
): Readonly<Record<string, PhaseState>> {
  return Object.fromEntries(definition.phases.map((phase) => {
    const old: PhaseState = own(given, phase.id) ?? { status: "pending", items: {} };
    const items = Object.fromEntries(phase.items.map((item) => {
      const state = own(old.items, item.id) ?? PENDING;
      return [item.id, touched === undefined ? state : { ...state, touched }];
    }));
    return [phase.id, { ...old, items }];
  }));
}

const PENDING: ItemState = Object.freeze({ status: "pending", touched: 0, failures: 0 });

function phaseOf(phases: Readonly<Record<string, PhaseState>>, id: string): PhaseState {
  return own(phases, id) ?? { status: "pending", items: {} };
}

function withPhase(
  state: SessionState,
  id: string,
  change: (phase: PhaseState) => PhaseState,
): SessionState {
  const phase = own(state.phases, id);
  if (phase === undefined) return state;
  return { ...state, phases: { ...state.phases, [id]: change(phase) } };
}

function withItem(
  state: SessionState,
  where: { readonly phase: string; readonly item: string },
  change: (item: ItemState) => ItemState,
): SessionState {
  return withPhase(state, where.phase, (phase) => {
    const item = own(phase.items, where.item);
    if (item === undefined) return phase;
    return { ...phase, items: { ...phase.items, [where.item]: change(item) } };
  });
}

/** What every change of an item has in common; `legacy` and the count of failures stay. */
function stood(before: ItemState, stamp: Stamp): Omit<ItemState, "status"> {
  return {
    touched: stamp.seq,
    failures: before.failures,
    at: stamp.time,
    by: stamp.actor,
    ...(before.legacy === undefined ? {} : { legacy: before.legacy }),
  };
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

function bypassed(list: readonly Bypass[], entry: Bypass): readonly Bypass[] {
  const same = (other: Bypass) =>
    other.kind === entry.kind && other.phase === entry.phase && other.item === entry.item;
  const count = list.find(same)?.count ?? 0;
  return [...list.filter((other) => !same(other)), { ...entry, count: count + entry.count }];
}

/** The bypasses an imported state shows by its items. */
function bypassesIn(
  definition: WorkflowDefinition,
  phases: Readonly<Record<string, PhaseState>>,
  stamp: Stamp,
): readonly Bypass[] {
  return definition.phases.flatMap((phase) =>
    phase.items.flatMap((item): Bypass[] => {
      const state = own(phaseOf(phases, phase.id).items, item.id);
      if (state?.forced === undefined && state?.automatic === undefined) return [];
      return [{
        kind: state.forced === undefined ? "automatic" : "forced",
        phase: phase.id,
        item: item.id,
        count: 1,
        seq: stamp.seq,
        time: state.at ?? stamp.time,
        by: state.by ?? stamp.actor,
        reason: state.skipReason ?? "",
      }];
    })
  );
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

function restored(state: SessionState, snapshot: Snapshot, seq: number): SessionState {
  const { endedAt: _at, endedBy: _by, endNotes: _notes, abandonReason: _reason, ...rest } = state;
  return {
    ...(snapshot.status === "active" ? rest : state),
    status: snapshot.status,
    phase: snapshot.phase,
    phases: filled(state.definition, snapshot.phases, seq),
  };
}

function pushed<Value>(list: Recent<Value>, value: Value): Recent<Value> {
  return { count: list.count + 1, recent: [...list.recent, value].slice(-RECENT_LIMIT) };
}
