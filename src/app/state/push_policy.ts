/**
 * When the state is pushed after a change. Pure: what happened comes in as events.
 * @module
 */
import type { SessionEvent } from "../../workflow/events.ts";
import type { SessionState } from "../../workflow/state.ts";
import { waitingFor } from "../../workflow/waiting.ts";

/** Between pushes of what can wait a moment, in milliseconds. */
const PAUSE_MS = 20_000;

/** The values of `state_push`. */
export type PushRule = "phases" | "waiting" | "every";

/** What is not on the server yet, and how the last push went. */
export interface Unpushed {
  readonly state: SessionState;
  /** The events that the server does not have, oldest first. */
  readonly events: readonly SessionEvent[];
  /** When a push was last tried, RFC 3339 UTC; null for never. */
  readonly triedAt: string | null;
  /** Whether that push has failed. */
  readonly failed: boolean;
}

/** A push to make. */
export interface WantedPush {
  /** The first line of the commit's message. */
  readonly reason: string;
  /** It is tried although the last one has failed a moment ago. */
  readonly urgent: boolean;
}

/** Events with which a phase, or a session, begins or ends, and those that take something back from all copies. */
const OF_PHASES: ReadonlySet<string> = new Set([
  "session_started",
  "session_imported",
  "phase_advanced",
  "workflow_completed",
  "workflow_abandoned",
  "text_redacted",
]);

/** What a person has decided, and what another must know before going on. */
const OF_PERSONS: ReadonlySet<string> = new Set([
  "item_approved",
  "phase_approved",
  "item_rejected",
  "item_reopened",
  "approval_revoked",
  "checkpoint_restored",
  "journal_accepted",
]);

/** Behind these nothing may come that would be pushed. */
const LAST: ReadonlySet<string> = new Set([
  ...OF_PERSONS,
  "workflow_completed",
  "workflow_abandoned",
  "text_redacted",
]);

/**
 * The push that a rule wants.
 * @returns null for none: there is nothing to push, or it can wait.
 */
export function wantedPush(
  rule: PushRule,
  { state, events, triedAt, failed }: Unpushed,
  now: Date,
): WantedPush | null {
  const last = events.at(-1);
  if (last === undefined) return null;
  const telling = events.findLast((event) => isTelling(event, state));
  const wanted = {
    reason: reasonOf(telling ?? last),
    urgent: events.some(({ type }) => LAST.has(type)),
  };
  if (rule === "every" || events.some(({ type }) => OF_PHASES.has(type))) return wanted;
  if (rule === "phases") return null;
  if (telling !== undefined || waitingFor(state).length > 0) return wanted;
  const passed = triedAt === null ? Infinity : now.getTime() - Date.parse(triedAt);
  return failed || passed < 0 || passed >= PAUSE_MS ? wanted : null;
}

/** Whether an event is pushed by itself. */
function isTelling(event: SessionEvent, state: SessionState): boolean {
  return OF_PHASES.has(event.type) || OF_PERSONS.has(event.type) || isGate(event, state);
}

/** Whether an event is about a gate: what must be proved or approved. */
function isGate(event: SessionEvent, { definition }: SessionState): boolean {
  if (!("item" in event.data)) return false;
  const { item: id } = event.data;
  return definition.phases.some(({ items }) =>
    items.some((item) =>
      item.id === id &&
      (item.step_type === "gate" || item.verification.type === "manual_gate")
    )
  );
}

function reasonOf(event: SessionEvent): string {
  switch (event.type) {
    case "session_started":
    case "session_imported":
      return "Start";
    case "phase_advanced":
      return `Advance to ${event.data.to}`;
    case "workflow_completed":
      return "Finish";
    case "workflow_abandoned":
      return "Abandon";
    case "text_redacted":
      return "Redact";
    case "item_approved":
    case "phase_approved":
      return "Approve";
    case "item_rejected":
      return "Reject";
    case "approval_revoked":
      return "Revoke";
    case "review_recorded":
      return "Review";
    case "note_added":
      return "Note";
    case "checkpoint_created":
      return "Checkpoint";
    default:
      return "Work";
  }
}
