/**
 * All that the journal records of one event, for people.
 * @module
 */
import {
  type Actor,
  type Approval,
  historyLength,
  isHistoryFile,
  type SessionEvent,
} from "../../workflow/events.ts";
import { isRecord, own } from "../../workflow/record.ts";
import { outputLines } from "./command_output.ts";
import { approvalDetails, approvalText } from "./approval_text.ts";
import { actorText } from "./event_text.ts";
import { joined, lines, num, say, type Shown, shown } from "./shown.ts";
import type { Style } from "./style.ts";
import { clockTime, columns, count, flat, lead } from "./text.ts";
import { fieldText } from "./value_text.ts";
import { filesSummary, workSummary } from "./work_text.ts";

/** What the screen of an event shows besides it. */
export interface EventScreen {
  /** SHA-256 of its line; null for an event that has no line yet. */
  readonly hash: string | null;
  /** Takes secrets out of what is shown. */
  readonly redact: (text: string) => string;
  /** Names of the fields whose texts can be redacted. */
  readonly redactable?: readonly string[];
}

/** Fields that can be redacted are named up to here; more are counted. */
const MOST_FIELDS = 12;

/** Draws the screen. */
export function eventRecord(event: SessionEvent, screen: EventScreen, style: Style): Shown {
  const data: Readonly<Record<string, unknown>> = isRecord(event.data) ? event.data : {};
  const facts = columns(
    [
      [say`time`, clockTime(event.time, style)],
      [say`actor`, actorRecord(event.actor)],
      ...(event.rules === undefined ? [] : [[say`rules`, num(event.rules)]]),
      ...(event.state === undefined ? [] : [[say`state`, shown(event.state)]]),
      ...(screen.hash === null ? [] : [[say`line hash`, shown(screen.hash)]]),
    ].map(([name, value]) => [style.dim(name ?? say``), value ?? say``]),
    "  ",
  );
  return lines([
    say`${style.bold(say`Event ${num(event.seq)}: ${flat(String(event.type))}`)}`,
    facts,
    ...Object.keys(data).map((name) => part(event, name, screen, style)),
    ...(event.original === undefined ? [] : [
      style.yellow(
        say`Texts of this event were redacted; the hash is that of its line as it was written`,
      ),
    ]),
    ...redactableText(screen.redactable ?? [], style),
  ]);
}

function redactableText(fields: readonly string[], style: Style): readonly Shown[] {
  if (fields.length === 0) return [];
  const more = fields.length - MOST_FIELDS;
  const names = joined(fields.slice(0, MOST_FIELDS).map(shown), say`, `);
  const rest = more > 0 ? say` and ${num(more)} more` : say``;
  return [style.dim(say`log redact can take out: ${names}${rest}`)];
}

function actorRecord(actor: Actor): Shown {
  return say`${actorText(actor)}, ${shown(actor.kind)}`;
}

function part(event: SessionEvent, name: string, screen: EventScreen, style: Style): Shown {
  const value = own(event.data as unknown as Readonly<Record<string, unknown>>, name);
  const title = lead(name);
  switch (name) {
    case "verification":
      return isRecord(value)
        ? verificationText(value, screen, style, "  ")
        : fieldText(title, value, style, "  ");
    case "approval":
      return isRecord(value)
        ? fieldText(title, approvalRecord(value as unknown as Approval), style, "  ")
        : fieldText(title, value, style, "  ");
    case "definition":
      return fieldText(title, definitionSummary(value), style, "  ");
    case "snapshot":
      return fieldText(title, snapshotSummary(value), style, "  ");
    case "seed":
      return fieldText(title, seedSummary(value), style, "  ");
    case "work":
      return fieldText(title, workSummary(value, event.type === "session_started"), style, "  ");
    case "proofFiles":
      return fieldText(say`files named by verifications`, filesSummary(value), style, "  ");
    case "history":
      return fieldText(title, historySummary(value), style, "  ");
    case "evidenceFiles":
      return fieldText(say`files named by the evidence`, missingText(value), style, "  ");
    default:
      return fieldText(title, value, style, "  ");
  }
}

/** How an approval was given and what was approved, with the whole hash of the file. */
export function approvalRecord(approval: Approval): unknown {
  const { file, ...rest } = approval;
  const details = approvalDetails(rest);
  if (details.length === 0 && file === undefined) return approvalText(approval);
  return {
    given: [approvalText(approval), ...details].join("; "),
    ...(file === undefined ? {} : { file }),
  };
}

/**
 * What a verification recorded; the output of its command with each of its lines.
 * @param indent stands in front of each line.
 */
export function verificationText(
  verification: Readonly<Record<string, unknown>>,
  { redact }: Pick<EventScreen, "redact">,
  style: Style,
  indent: string,
): Shown {
  const { outputTail, ...rest } = verification;
  const rows = [fieldText(say`verification`, inWords(rest), style, indent)];
  if (typeof outputTail === "string") {
    const inner = shown(`${indent}  `);
    if (outputTail.trim() === "") rows.push(say`${inner}${style.dim(say`output:`)} (none)`);
    else {
      rows.push(say`${inner}${style.dim(say`output, the end of it:`)}`);
      const bar = say`${inner}${style.symbols.gutter}`;
      for (const line of recordedOutput(outputTail, redact)) {
        rows.push(shown(say`${bar}${line}`.trimEnd()));
      }
    }
  }
  return lines(rows);
}

/**
 * The lines of a recorded output, without controls. Secrets are looked for once more: without its
 * controls a text can be a secret that it was not with them.
 */
function recordedOutput(
  tail: string,
  redact: (text: string) => string,
): readonly Shown[] {
  const plain = joined(outputLines(tail.trimEnd()), say`\n`);
  return redact(plain).split("\n").map(shown);
}

function inWords(fields: Readonly<Record<string, unknown>>): unknown {
  const { durationMs, shell, variables, ...rest } = fields;
  return {
    ...rest,
    ...(shell === undefined ? {} : { shell: shellText(shell) }),
    ...(variables === undefined
      ? {}
      : { variables: Array.isArray(variables) ? variables.join(", ") : variables }),
    ...(typeof durationMs === "number"
      ? { duration: `${durationMs} ms` }
      : durationMs === undefined
      ? {}
      : { durationMs }),
  };
}

/** `bash 5.2.15 (/bin/bash), strict`. */
function shellText(shell: unknown): unknown {
  if (!isRecord(shell)) return shell;
  const { name, path, version, strict } = shell;
  const what = version === undefined ? String(name) : `${String(name)} ${String(version)}`;
  return `${what} (${String(path)})${strict === true ? ", strict" : ""}`;
}

/** Behind what is too long for a screen. */
const WHOLE = "whole with --json";

function definitionSummary(value: unknown): string {
  const { name, phases } = isRecord(value) ? value : {};
  const list: readonly unknown[] = Array.isArray(phases) ? phases : [];
  const items = list.reduce((sum: number, phase) => {
    const inside = isRecord(phase) ? phase["items"] : undefined;
    return sum + (Array.isArray(inside) ? inside.length : 0);
  }, 0);
  return `${String(name ?? "")}, ${count(list.length, say`phase`)}, ${
    count(items, say`item`)
  } (${WHOLE})`;
}

function snapshotSummary(value: unknown): string {
  const { phase, phases } = isRecord(value) ? value : {};
  const states = isRecord(phases) ? Object.values(phases) : [];
  const items = states.flatMap((entry) =>
    isRecord(entry) && isRecord(entry["items"]) ? Object.values(entry["items"]) : []
  );
  const done = items.filter((item) =>
    isRecord(item) && (item["status"] === "completed" || item["status"] === "skipped")
  );
  const where = typeof phase === "string" ? `phase ${phase}, ` : "";
  return `${where}${done.length} of ${count(items.length, say`item`)} done (${WHOLE})`;
}

/** Files are counted from 1 for people. */
function missingText(value: unknown): unknown {
  const missing = isRecord(value) ? value["missing"] : undefined;
  if (!Array.isArray(missing)) return value;
  if (missing.length === 0) return "all there";
  const places = missing.map((at) => typeof at === "number" ? `no. ${at + 1}` : String(at));
  return `not there: ${places.join(", ")}`;
}

function seedSummary(value: unknown): unknown {
  if (!isRecord(value)) return value;
  const { definition, phases, phase, ...rest } = value;
  return {
    ...rest,
    definition: definitionSummary(definition),
    phases: snapshotSummary({ phase, phases }),
  };
}

function historySummary(value: unknown): string {
  const where = isHistoryFile(value) ? `in history/${value.sha256}.jsonl, ` : "";
  return `${count(historyLength(value), say`line`)} (${where}shown by \`orchestrator log\`)`;
}
