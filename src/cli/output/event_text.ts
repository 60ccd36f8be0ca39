/**
 * An event as one line of `log`.
 * @module
 */
import { contradictingLines, lostEvents } from "../../session/load.ts";
import {
  type DefinitionOrigin,
  originRemark,
  settingReplaced,
} from "../../workflow/definition_origin.ts";
import { claimantText } from "../../workflow/claims.ts";
import { isRecord } from "../../workflow/record.ts";
import {
  type Actor,
  type Approval,
  historyLength,
  type SessionEvent,
  type VerificationOutcome,
} from "../../workflow/events.ts";
import { approvalDetails, approvalText } from "./approval_text.ts";
import { lines, num, say, type Shown, shown } from "./shown.ts";
import type { Style } from "./style.ts";
import { clockTime, GUTTER_WIDTH, hang, oneLine, padLeft } from "./text.ts";
import { visibleLength } from "./width.ts";

/**
 * Number, time, what happened, and who did it; cut to the width of the screen.
 * @param number stands for the event's own.
 */
export function eventText(
  event: SessionEvent,
  style: Style,
  number = num(event.seq),
): Shown {
  const head = say`${padLeft(number, 4)}  ${clockTime(event.time, style)}  `;
  const actor = say`  ${actorText(event.actor)}`;
  const room = style.width - head.length - visibleLength(actor);
  const row = say`${style.dim(head)}${whatHappened(event, style, room)}${style.dim(actor)}`;
  switch (event.type) {
    case "session_started":
      return lines([row, ...originRows(event.data.origin, event.data.overriddenSettings, style)]);
    case "session_imported": {
      const { definitionOrigin, overriddenSettings } = event.data.seed;
      return lines([row, ...originRows(definitionOrigin, overriddenSettings, style)]);
    }
    case "item_approved":
    case "phase_approved": {
      const { approval, proofs } = event.data;
      return lines([
        row,
        ...approvalRows(approval).map((text) => underneath(text, style, style.dim)),
        ...staleRows(proofs, style),
      ]);
    }
    case "phase_advanced":
      return lines([row, ...staleRows(event.data.proofs, style)]);
    case "workflow_completed": {
      const { proofs, waived, reason } = event.data;
      return lines([row, ...staleRows(proofs, style), ...waivedRows(waived, reason, style)]);
    }
    case "item_rejected":
      return withRows(row, event.data.also, (items) => `opened again with it: ${items}`, style);
    case "item_reopened":
    case "approval_revoked":
      return withRows(row, event.data.stale, (items) => `to be completed again: ${items}`, style);
    default:
      return row;
  }
}

/** An event with the items that changed with it. */
function withRows(
  row: Shown,
  items: unknown,
  say: (items: string) => string,
  style: Style,
): Shown {
  if (!Array.isArray(items) || items.length === 0) return row;
  return lines([row, underneath(say(items.join(", ")), style, style.yellow)]);
}

/** Details of an approval; stale proofs have rows of their own. */
function approvalRows(approval: Approval): readonly string[] {
  // What was read from a journal may be anything.
  if (!isRecord(approval)) return [];
  const { stale: _, ...rest } = approval;
  return approvalDetails(rest);
}

/** Proofs that did not fit the files at an event, with the names of the files. Takes anything. */
function staleRows(proofs: unknown, style: Style): readonly Shown[] {
  return (Array.isArray(proofs) ? proofs : []).flatMap((seen: unknown): readonly Shown[] => {
    if (!isRecord(seen) || seen["verdict"] !== "stale") return [];
    const files = Array.isArray(seen["files"]) ? seen["files"].map(String) : [];
    const more = Number(seen["changed"] ?? 0) - files.length;
    const names = [...files, ...(more > 0 ? [`and ${more} more`] : [])];
    const changed = names.length === 0 ? "" : ` (changed: ${names.join(", ")})`;
    const text = `the proof of ${String(seen["phase"])}/${
      String(seen["item"])
    } was stale${changed}`;
    return [underneath(text, style, style.yellow)];
  });
}

function waivedRows(waived: unknown, reason: unknown, style: Style): readonly Shown[] {
  const items = (Array.isArray(waived) ? waived : []).filter(isRecord)
    .map(({ phase, item }) => `${String(phase)}/${String(item)}`);
  if (items.length === 0) return [];
  const why = typeof reason === "string" ? `: ${reason}` : "";
  return [underneath(`accepted as it was: ${items.join(", ")}${why}`, style, style.yellow)];
}

/** A row of its own below an event: it must not be cut. */
function underneath(text: string, style: Style, paint: (words: Shown) => Shown): Shown {
  return say`${INDENT}${paint(hang(text, style, GUTTER_WIDTH, INDENT.length))}`;
}

/** What sets the definition of a session apart, in rows of their own: it must not be cut. */
function originRows(
  origin: DefinitionOrigin | undefined,
  overriddenSettings: readonly string[] | undefined,
  style: Style,
): readonly Shown[] {
  // What was read from a journal may be anything.
  const remark = isRecord(origin) ? originRemark(origin) : null;
  const settings = Array.isArray(overriddenSettings) ? overriddenSettings : [];
  return [
    ...(remark === null ? [] : [{ ...remark }]),
    ...settings.map((setting) => ({
      kind: "deviation" as const,
      text: settingReplaced(String(setting), fileOfSetting(origin, setting)),
    })),
  ].map(({ kind, text }) =>
    underneath(text, style, kind === "deviation" ? style.yellow : style.dim)
  );
}

function fileOfSetting(
  origin: DefinitionOrigin | undefined,
  setting: unknown,
): string | undefined {
  const from: unknown = isRecord(origin) ? origin.settingsFrom : undefined;
  if (!isRecord(from) || !Array.isArray(from["settings"])) return undefined;
  return from["settings"].includes(setting) ? String(from["path"]) : undefined;
}

/** Below the number of an event. */
const INDENT = say`      `;

/**
 * `claude-code#3fa2b1c0 (root)` for an agent of that login name, `anna` for a person. What stands
 * behind `#` tells agents of one product apart.
 */
export function actorText(actor: Actor): Shown {
  return shown(claimantText(actor));
}

function whatHappened(event: SessionEvent, style: Style, room: number): Shown {
  // What is said in words gets what the fixed words leave of the line.
  const told = (
    words: string,
    text: string | null | undefined,
    paint: (words: Shown) => Shown = (same) => same,
  ): Shown => {
    const fixed = shown(words);
    if (text === null || text === undefined || text === "") return paint(fixed);
    const left = Math.max(12, room - visibleLength(fixed) - 2);
    return say`${paint(fixed)}${style.dim(say`: ${oneLine(text, left, style)}`)}`;
  };
  switch (event.type) {
    case "session_started":
      return told("started", event.data.task);
    case "session_imported":
      return told(
        typeof event.data.source["branchOf"] === "string"
          ? `diverged from session ${event.data.source["branchOf"]}`
          : `imported ${historyLength(event.data.history)} old events`,
        event.data.seed.task,
      );
    case "item_completed":
      return told(
        `completed ${event.data.item}${event.data.evidence === undefined ? "" : " with evidence"}`,
        [remarkOf(event.data.verification), event.data.notes].filter((text) => text !== undefined)
          .join("; "),
        style.green,
      );
    case "item_failed":
      return told(`failed ${event.data.item}`, failure(event.data.verification), style.red);
    case "item_rechecked": {
      const { item, verification } = event.data;
      return verification.passed
        ? told(`checked ${item} again`, remarkOf(verification), style.green)
        : told(`failed ${item} when it was checked again`, failure(verification), style.red);
    }
    case "item_skipped": {
      const { forced, automatic, item, reason } = event.data;
      const how = forced ? " by force" : automatic ? ` (${automatic})` : "";
      return told(`skipped ${item}${how}`, reason, forced ? style.yellow : undefined);
    }
    case "item_approved":
      return told(
        `approved ${event.data.item} ${approvalText(event.data.approval)}${
          event.data.evidence === undefined ? "" : ", with evidence"
        }`,
        event.data.notes,
        style.green,
      );
    case "phase_approved":
      return told(
        `approved phase ${event.data.phase} ${approvalText(event.data.approval)}`,
        event.data.notes,
        style.green,
      );
    case "item_rejected":
      return told(`rejected ${event.data.item}`, event.data.reason, style.yellow);
    case "item_claimed": {
      const { item, lapsed, ended } = event.data;
      const how = ended === true
        ? ", whose agent was gone"
        : lapsed === true
        ? ", whose claim had lapsed"
        : "";
      return told(`claimed ${item}${how}`, undefined);
    }
    case "claim_released": {
      const { item, forced, ended } = event.data;
      if (ended === true) return told(`released ${item}, whose agent was gone`, undefined);
      return forced === true
        ? told(`ended the claim of ${item} by force`, undefined, style.yellow)
        : told(`released ${item}`, undefined);
    }
    case "handoff_started":
      return told("handed over to", event.data.program);
    case "handoff_ended": {
      const { started, exitCode, signal } = event.data;
      const how = exitCode === null ? `by ${signal ?? "a signal"}` : `with exit code ${exitCode}`;
      return told(`the program of event ${started} ended ${how}`, undefined);
    }
    case "item_reopened":
      return told(`reopened ${event.data.item}`, event.data.reason, style.yellow);
    case "approval_revoked": {
      const { phase, item, elsewhere } = event.data;
      const what = item ?? `phase ${phase}`;
      const by = elsewhere === undefined
        ? ""
        : `, as ${elsewhere.made.by.name} did in session ${elsewhere.session}`;
      return told(`revoked the approval of ${what}${by}`, event.data.reason, style.yellow);
    }
    case "phase_advanced":
      return style.bold(
        say`${shown(event.data.from)} ${style.symbols.arrow} ${shown(event.data.to)}`,
      );
    case "note_added":
      return told("note", event.data.text);
    case "review_recorded": {
      const { review, verdict, by, findings } = event.data;
      const words = `review ${review} by ${by} ${verdict}`;
      return told(words, findings, verdict === "passed" ? style.green : style.yellow);
    }
    case "checkpoint_created":
      return told(`checkpoint ${event.data.checkpoint}`, event.data.message);
    case "checkpoint_restored":
      return style.yellow(
        say`restored checkpoint ${shown(event.data.checkpoint)} (event ${
          num(event.data.checkpointSeq)
        })`,
      );
    case "journal_accepted":
      return told(
        event.data.contradictions === undefined
          ? `continued without ${lostEvents(event.data.known.seq, event.data.found.seq)}`
          : `continued although ${contradictingLines(event.data.contradictions)}`,
        event.data.reason,
        style.yellow,
      );
    case "text_redacted":
      return told(
        `redacted ${event.data.field} of event ${event.data.line}`,
        event.data.reason,
        style.yellow,
      );
    case "session_renamed":
      return told("renamed", event.data.name ?? "no name");
    case "workflow_completed":
      return told("finished", event.data.notes, style.green);
    case "workflow_abandoned":
      return told("abandoned", event.data.reason, style.yellow);
    default:
      return shown(String((event as { type: unknown }).type));
  }
}

/** What is odd of a check that passed. */
function remarkOf(outcome: VerificationOutcome): string | undefined {
  return outcome.type === "none" ? undefined : outcome.remark;
}

function failure(outcome: VerificationOutcome): string | undefined {
  if (outcome.type === "none") return undefined;
  if (outcome.type === "file_exists") return outcome.reason;
  if (outcome.reason !== undefined) return outcome.reason;
  return outcome.exitCode === null
    ? `terminated by ${outcome.signal ?? "a signal"}`
    : `exit code ${outcome.exitCode}`;
}
