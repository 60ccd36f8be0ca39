/**
 * An event as one line of `log`.
 * @module
 */
import type { Actor, SessionEvent } from "../../workflow/events.ts";
import type { Style } from "./style.ts";
import { oneLine, printable } from "./text.ts";

/** Time, who, and what happened. */
export function eventText(event: SessionEvent, style: Style): string {
  const head = [
    style.dim(String(event.seq).padStart(4)),
    style.dim(printable(event.time).replace("T", " ").replace(/\.\d+Z$/, "Z")),
    actorText(event.actor),
  ].join("  ");
  const room = Math.max(24, style.width - 40);
  return `${head}  ${whatHappened(event, style, room)}`;
}

/** `agent claude-code (root)`, `anna` */
export function actorText(actor: Actor): string {
  const name = printable(actor.name);
  return actor.kind === "person" ? name : `${printable(actor.agent ?? actor.kind)} (${name})`;
}

function whatHappened(event: SessionEvent, style: Style, room: number): string {
  const rest = (text: string | null | undefined): string =>
    text === null || text === undefined || text === ""
      ? ""
      : style.dim(`: ${oneLine(text, room, style)}`);
  switch (event.type) {
    case "session_started":
      return `started${rest(event.data.task)}`;
    case "session_imported":
      return `imported ${event.data.history.length} old events${rest(event.data.seed.task)}`;
    case "item_completed":
      return style.green(`completed ${event.data.item}`) + rest(event.data.notes);
    case "item_failed": {
      const outcome = event.data.verification;
      const why = outcome.type === "command"
        ? outcome.reason ?? `exit code ${outcome.exitCode}`
        : outcome.type === "file_exists"
        ? outcome.reason
        : undefined;
      return style.red(`verification of ${event.data.item} failed`) + rest(why);
    }
    case "item_skipped": {
      const { forced, automatic, item, reason } = event.data;
      const how = forced ? "skipped by force" : automatic ? `skipped (${automatic})` : "skipped";
      return style.yellow(`${how} ${item}`) + rest(reason);
    }
    case "item_approved":
      return style.green(`approved ${event.data.item}`) +
        approvalText(event.data.approval) + rest(event.data.notes);
    case "phase_approved":
      return style.green(`approved phase ${event.data.phase}`) +
        approvalText(event.data.approval) + rest(event.data.notes);
    case "phase_advanced":
      return style.bold(`${event.data.from} ${style.symbols.arrow} ${event.data.to}`);
    case "note_added":
      return `note${rest(event.data.text)}`;
    case "checkpoint_created":
      return `checkpoint ${event.data.checkpoint}${rest(event.data.message)}`;
    case "checkpoint_restored":
      return style.yellow(
        `went back to checkpoint ${event.data.checkpoint} (event ${event.data.checkpointSeq})`,
      );
    case "session_renamed":
      return `renamed${rest(event.data.name ?? "no name")}`;
    case "workflow_completed":
      return style.green("finished") + rest(event.data.notes);
    case "workflow_abandoned":
      return style.yellow("abandoned") + rest(event.data.reason);
    default:
      return printable(String((event as { type: unknown }).type));
  }
}

function approvalText(
  approval: { readonly how: string; readonly detection: string; readonly byAgent?: boolean },
): string {
  const by = approval.byAgent === true ? "by an agent, " : "";
  return ` (${by}${approval.how}, agent detection: ${printable(approval.detection)})`;
}
