/**
 * The state that the first event of a journal leads to.
 * @module
 */
import type { WorkflowDefinition } from "./definition.ts";
import { type EventData, isHistoryFile, type SessionEvent } from "./events.ts";
import { isRecord, own } from "./record.ts";
import {
  type Bypass,
  type EarlierSession,
  type ItemState,
  type PhaseState,
  RECENT_LIMIT,
  type SessionState,
} from "./state.ts";
import { listedIn, markOf, outerRules } from "./work_marks.ts";
import type { WorkRecord } from "./work_record.ts";

/** When and by whom an event was made. */
export type Stamp = Pick<SessionEvent, "seq" | "time" | "actor">;

/** The state after the first event; an empty one, whose `session` is `""`, when it begins no session. */
export function begin(event: SessionEvent): SessionState {
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
      ...begunIn(event),
      ...listedBy(event),
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

function begunIn(
  event: Extract<SessionEvent, { readonly type: "session_started" }>,
): Pick<SessionState, "begun"> {
  const work = workIn(event);
  if (work === undefined) return {};
  return {
    begun: { ...markOf(work, event.seq), files: event.data.proofFiles ?? {}, ...outerRules(work) },
  };
}

/** What an event records of the project; undefined too for what is no such record. */
export function workIn({ data }: SessionEvent): WorkRecord | undefined {
  const work = "work" in data ? data.work : undefined;
  return isRecord(work) && isRecord(work.tree) ? work : undefined;
}

/** The list of changed files that an event has. */
export function listedBy(event: SessionEvent): Pick<SessionState, "listed"> {
  const work = workIn(event);
  const list = work === undefined ? undefined : listedIn(work, event.seq);
  return list === undefined ? {} : { listed: list };
}

/**
 * Every phase and item of the definition, as in `given`, else pending. With `touched`, every item
 * counts as changed by that event, so that no verification that began earlier can be applied.
 */
export function filled(
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

/** A phase of a list; an untouched one where the list has none of that id. */
export function phaseOf(phases: Readonly<Record<string, PhaseState>>, id: string): PhaseState {
  return own(phases, id) ?? { status: "pending", items: {} };
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
