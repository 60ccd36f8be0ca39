/**
 * An event as one line of `log`.
 * @module
 */
import type { Actor, Approval, SessionEvent } from "../../workflow/events.ts";
import type { Style } from "./style.ts";
import { clockTime, oneLine, printable, visibleLength } from "./text.ts";

/**
 * Number, time, what happened, and who did it; cut to the width of the screen.
 * @param number stands for the event's own.
 */
export function eventText(
  event: SessionEvent,
  style: Style,
  number = String(event.seq),
): string {
  const head = `${number.padStart(4)}  ${clockTime(event.time)}  `;
  const actor = `  ${actorText(event.actor)}`;
  const room = style.width - head.length - visibleLength(actor);
  return style.dim(head) + whatHappened(event, style, room) + style.dim(actor);
}

/** `claude-code (root)` for an agent of that login name, `anna` for a person. */
export function actorText(actor: Actor): string {
  const name = printable(actor.name);
  return actor.kind === "person" ? name : `${printable(actor.agent ?? actor.kind)} (${name})`;
}

function whatHappened(event: SessionEvent, style: Style, room: number): string {
  // What is said in words gets what the fixed words leave of the line.
  const say = (
    words: string,
    text: string | null | undefined,
    paint: (words: string) => string = (same) => same,
  ): string => {
    const fixed = printable(words);
    if (text === null || text === undefined || text === "") return paint(fixed);
    const left = Math.max(12, room - visibleLength(fixed) - 2);
    return `${paint(fixed)}${style.dim(`: ${oneLine(text, left, style)}`)}`;
  };
  switch (event.type) {
    case "session_started":
      return say("started", event.data.task);
    case "session_imported":
      return say(
        typeof event.data.source["branchOf"] === "string"
          ? `went its own way from session ${event.data.source["branchOf"]}`
          : `imported ${event.data.history.length} old events`,
        event.data.seed.task,
      );
    case "item_completed":
      return say(`completed ${event.data.item}`, event.data.notes, style.green);
    case "item_failed": {
      const outcome = event.data.verification;
      const why = outcome.type === "command"
        ? outcome.reason ??
          (outcome.exitCode === null
            ? `ended by ${outcome.signal ?? "a signal"}`
            : `exit code ${outcome.exitCode}`)
        : outcome.type === "file_exists"
        ? outcome.reason
        : undefined;
      return say(`failed ${event.data.item}`, why, style.red);
    }
    case "item_skipped": {
      const { forced, automatic, item, reason } = event.data;
      const how = forced ? " by force" : automatic ? ` (${automatic})` : "";
      return say(`skipped ${item}${how}`, reason, forced ? style.yellow : undefined);
    }
    case "item_approved":
      return say(
        `approved ${event.data.item}`,
        approvalText(event.data.approval, event.data.notes),
        style.green,
      );
    case "phase_approved":
      return say(
        `approved phase ${event.data.phase}`,
        approvalText(event.data.approval, event.data.notes),
        style.green,
      );
    case "phase_advanced":
      return style.bold(printable(`${event.data.from} ${style.symbols.arrow} ${event.data.to}`));
    case "note_added":
      return say("note", event.data.text);
    case "checkpoint_created":
      return say(`checkpoint ${event.data.checkpoint}`, event.data.message);
    case "checkpoint_restored":
      return style.yellow(
        `went back to checkpoint ${event.data.checkpoint} (event ${event.data.checkpointSeq})`,
      );
    case "session_renamed":
      return say("renamed", event.data.name ?? "no name");
    case "workflow_completed":
      return say("finished", event.data.notes, style.green);
    case "workflow_abandoned":
      return say("abandoned", event.data.reason, style.yellow);
    default:
      return printable(String((event as { type: unknown }).type));
  }
}

/** Why an approval was given, how, and what was detected while it was. */
function approvalText(approval: Approval, notes: string | undefined): string {
  const how = approval.how === "flag" ? "with --yes" : `on a ${approval.how}`;
  const detected = approval.detection === "none" ? "no agent" : approval.detection;
  return [
    ...(notes === undefined ? [] : [notes]),
    ...(approval.byAgent === true ? ["by an agent"] : []),
    how,
    `${detected} detected`,
  ].join(", ");
}
