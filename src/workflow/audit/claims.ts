/**
 * What a line says, and why that was not possible, as clauses for people.
 * @module
 */
import type { OrchestratorError } from "../../errors.ts";
import type { CommandSetup } from "../command_setup.ts";
import type { Decision } from "../decision.ts";
import type { NewEvent, SessionEvent, VerificationOutcome } from "../events.ts";
import { own } from "../record.ts";
import type { SessionState } from "../state.ts";
import { quoted } from "../texts.ts";
import { planVerification } from "../verification_plan.ts";
import type { Difference } from "./same.ts";

/** What an event says, as a clause after "claims that". Takes any data: it may not be of its type. */
export function claimOf(event: SessionEvent | NewEvent): string {
  const data = event.data as unknown as Readonly<Record<string, unknown>>;
  const name = (field: string) => {
    const value = data[field];
    return typeof value === "string" ? quoted(value) : "something";
  };
  switch (event.type) {
    case "session_started":
      return "a session was started";
    case "session_imported":
      return "a session was imported";
    case "item_completed":
      return `${name("item")} was completed${checkText(data["verification"])}`;
    case "item_failed":
      return `${name("item")} failed its verification`;
    case "item_rechecked":
      return `${name("item")} was checked again${checkText(data["verification"])}`;
    case "item_skipped":
      return `${name("item")} was skipped${byForce(data)}`;
    case "item_approved":
      return `${name("item")} was approved by ${actorText(event)}`;
    case "phase_approved":
      return `the phase ${name("phase")} was approved by ${actorText(event)}`;
    case "item_rejected":
      return `${name("item")} was rejected by ${actorText(event)}`;
    case "item_claimed":
      return `${name("item")} was claimed`;
    case "claim_released":
      return `the claim of ${name("item")} ended${byForce(data)}`;
    case "handoff_started":
      return `the program ${name("program")} was started`;
    case "handoff_ended":
      return `the program of line ${String(data["started"])} ended`;
    case "item_reopened":
      return `${name("item")} was reopened`;
    case "approval_revoked":
      return `the approval of ${name(data["item"] === undefined ? "phase" : "item")} was revoked`;
    case "phase_advanced":
      return `the phase ${name("from")} ended and ${name("to")} began`;
    case "review_recorded":
      return `the review ${name("review")} was recorded`;
    case "checkpoint_created":
      return `the checkpoint ${name("checkpoint")} was created`;
    case "checkpoint_restored":
      return `the checkpoint ${name("checkpoint")} was restored`;
    case "journal_accepted":
      return `the journal was accepted by ${actorText(event)}`;
    case "text_redacted":
      return `a text of line ${String(data["line"])} was redacted by ${actorText(event)}`;
    default:
      return own(WHOLE, event.type) ?? "something happened that this program does not know";
  }
}

/** Claims that say nothing of the event's data. */
const WHOLE: Readonly<Record<string, string>> = {
  note_added: "a note was added",
  session_renamed: "the session was renamed",
  workflow_completed: "the workflow was finished",
  workflow_abandoned: "the workflow was abandoned",
};

function byForce(data: Readonly<Record<string, unknown>>): string {
  return data["forced"] === true ? " by force" : "";
}

function checkText(outcome: unknown): string {
  const type = typeof outcome === "object" && outcome !== null && "type" in outcome
    ? outcome.type
    : undefined;
  return type === "command" || type === "file_exists" ? " with a passing check" : "";
}

function actorText(event: SessionEvent | NewEvent): string {
  if (!("actor" in event)) return "an actor";
  return event.actor.kind === "agent" ? "an agent" : "a person";
}

/** What a recorded outcome says, as a noun phrase. */
export function outcomeText(outcome: VerificationOutcome): string {
  switch (outcome.type) {
    case "command": {
      const { command, exitCode, timedOut, signal } = outcome;
      const end = timedOut === true
        ? "timed out"
        : exitCode === null
        ? `was terminated by ${signal ?? "a signal"}`
        : `ended with exit code ${exitCode}`;
      return `\`${short(command)}\`${placeText(outcome)}, which ${end}`;
    }
    case "file_exists":
      return `the file ${quoted(outcome.path)}, which ${
        outcome.passed ? "exists" : "does not exist"
      }`;
    case "none":
      return "no check";
    default:
      return "a check of another type";
  }
}

/** Where and by what a command ran, where that is recorded. */
function placeText(
  { shell, dir }: Extract<VerificationOutcome, { readonly type: "command" }>,
): string {
  const by = shell === undefined
    ? ""
    : ` by ${short(String(shell.name))}${shell.strict === true ? " (strict)" : ""}`;
  return `${dir === undefined ? "" : ` in ${quoted(dir)}`}${by}`;
}

/** Where and by what a command must run, where it is not as usual. */
function setupText({ shell, dir }: CommandSetup): string {
  const by = shell === "sh" ? "" : shell === "strict" ? " by a strict shell" : ` by ${shell}`;
  return `${dir === undefined ? "" : ` in ${quoted(dir)}`}${by}`;
}

/** What the workflow demands for an item, as a noun phrase; null when that cannot be told. */
function demandOf(state: SessionState, item: string): string | null {
  const planned = planVerification(state, item);
  if (planned.error !== undefined || "already" in planned.value) return null;
  const { verification } = planned.value.plan;
  switch (verification.type) {
    case "command":
      return `\`${short(verification.command)}\`${setupText(verification.setup)} with exit code ` +
        `${verification.expect_exit_code}`;
    case "file_exists":
      return `the file ${quoted(verification.path)}`;
    case "none":
      return "no check";
  }
}

/** Why a decision other than the recorded event was the only possible one, as a clause. */
export function whyNot(
  state: SessionState,
  event: NewEvent,
  decision: Decision,
  difference: Difference | null,
): string {
  const outcome = "verification" in event.data ? event.data.verification : undefined;
  if (decision.error !== undefined) {
    const demand = outcome === undefined || decision.error.code !== "state_moved" ||
        !("item" in event.data)
      ? null
      : demandOf(state, event.data.item);
    if (demand === null || outcome === undefined || basisMoved(decision.error)) {
      return reasonOf(decision.error);
    }
    return `the workflow demands ${demand}, and the line records ${outcomeText(outcome)}`;
  }
  const { events: [decided], already } = decision.value;
  if (decided === undefined) return already === undefined ? "nothing was to do" : lower(already);
  if (decided.type !== event.type) {
    if (outcome === undefined) return `only this was possible: ${claimOf(decided)}`;
    return `the line records ${outcomeText(outcome)}, and passed: ${outcome.passed}`;
  }
  if (difference === null) return "it records something else";
  const { path, expected, recorded } = difference;
  return `it records ${shortValue(recorded)} as ${path}, and ${
    shortValue(expected)
  } was the only possibility`;
}

function basisMoved(error: OrchestratorError): boolean {
  return error.message.includes("changed while");
}

/** The part of a refusal behind "Cannot …: ". */
export function reasonOf(error: OrchestratorError): string {
  const match = /^Cannot [^":]*(?:"(?:[^"\\]|\\.)*"[^":]*)?: (?<reason>.+)$/su.exec(error.message);
  return match?.groups?.["reason"] ?? lower(error.message);
}

function lower(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}

function short(text: string): string {
  const line = text.replaceAll(/\s+/gu, " ");
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
}

function shortValue(value: unknown): string {
  if (value === undefined) return "nothing";
  return short(JSON.stringify(value));
}
