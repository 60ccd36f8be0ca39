/**
 * The repository's journal in words.
 * @module
 */
import type { DataOf } from "../../answers/table.ts";
import type { account, gone } from "../../answers/parts.ts";
import {
  type ArrivedSession,
  type LogLine,
  sessionsIn,
} from "../../session/repository_log/lines.ts";
import { earlierSession, type SessionAccount } from "../../session/repository_log/earlier.ts";
import type { Arrival, Arrived, Departure } from "../../session/repository_log/ledger.ts";
import { previousOf } from "../../session/repository_log/read_log.ts";
import type { Progress } from "../../workflow/progress.ts";
import { isRecord } from "../../workflow/record.ts";
import type { SessionState } from "../../workflow/state.ts";
import { actorText } from "./event_text.ts";
import { num, say, type Shown, shown } from "./shown.ts";
import { departedData } from "./status_data.ts";
import { departureText } from "./notice_text.ts";
import type { Style } from "./style.ts";
import { clockTime, hang, padLeft } from "./text.ts";

/** A line: its place among all, time, what happened, and who did it. */
export function repositoryLineText(line: LogLine, place: number, style: Style): Shown {
  const head = say`${padLeft(num(place), 4)}  ${clockTime(line.time, style)}  `;
  const what = hang(whatHappened(line), style, head.length);
  return say`${style.dim(head)}${what}${style.dim(say`  ${actorText(line.actor)}`)}`;
}

function whatHappened(line: LogLine): string {
  const { type, data } = line;
  const sessions = sessionsIn(data);
  const names = namesOf(sessions);
  switch (type) {
    case "opened": {
      const previous = previousOf(line);
      return previous === null
        ? `began to write, as ${line.writer}`
        : `began to write, as ${line.writer}: the chain of ${previous.writer} was ${previous.why}`;
    }
    case "session_started":
      return `started ${namesOf(sessions, false)}`;
    case "session_removed":
      return `removed ${names}${typeof data["why"] === "string" ? `: ${data["why"]}` : ""}`;
    case "sessions_imported":
      return `imported ${names} (${text(data["how"])})${originText(data["from"])}${
        data["adopted"] === true ? ", adopted from another repository" : ""
      }`;
    case "sessions_restored":
      return `restored ${names} (${text(data["how"])})`;
    case "session_split":
      return `kept both ends of ${names}: one is session ${text(data["into"])} now`;
    case "migrated":
      return `migrated ${names}`;
    case "rolled_back":
      return `rolled a migration back: ${names} went`;
    case "mode_changed":
      return `changed the mode from ${text(data["from"])} to ${text(data["to"])}`;
    case "sessions_found":
      return data["first"] === true
        ? `found ${names}: from before this journal`
        : `found ${names}: no line says how it came`;
    case "sessions_missing":
      return `missing: ${names}, deleted without a record`;
    default:
      return `${type}: of a newer version`;
  }
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "?";
}

const NAMED = 3;

function namesOf(sessions: readonly ArrivedSession[], far = true): string {
  const names = sessions.slice(0, NAMED).map((one) => nameOf(one, far)).join("; ");
  const more = sessions.length - NAMED;
  return more > 0 ? `${names}; and ${more} more sessions` : names || "no session";
}

function nameOf({ session, name, task, replaced, ...at }: ArrivedSession, far: boolean): string {
  const kept = replaced === undefined || replaced.backup === null
    ? ""
    : `, kept in ${replaced.backup}`;
  const instead = replaced === undefined ? "" : `, in place of a copy${farText(replaced)}${kept}`;
  return `session ${session}${name === null ? "" : ` ("${name}")`}${
    task === "" ? "" : ` "${task}"`
  }${far ? farText(at) : ""}${instead}`;
}

function farText(
  { status, done, total, seq }: Pick<ArrivedSession, "status" | "done" | "total" | "seq">,
): string {
  return seq === 0 ? "" : ` (${status}, ${done} of ${total} items done, ${eventsText(seq)})`;
}

function eventsText(count: number): string {
  return count === 1 ? "1 event" : `${count} events`;
}

function originText(from: unknown): string {
  if (!isRecord(from)) return "";
  const { repository, made, tool } = from;
  const what = [
    ...(typeof repository === "string" ? [`of ${repository}`] : []),
    ...(typeof made === "string" ? [`made ${made.slice(0, 16).replace("T", " ")}Z`] : []),
    ...(typeof tool === "string" ? [`by ${/^\d/.test(tool) ? `orchestrator ${tool}` : tool}`] : []),
  ];
  return what.length === 0 ? "" : `, from a state ${what.join(", ")}`;
}

/** How a session came in, as a sentence. */
function arrivalText({ how, from, adopted, at, time, actor }: Arrival): string {
  return `imported on ${time.slice(0, 16).replace("T", " ")}Z by ${actor.name} (${how})${
    originText(from)
  }${adopted ? ", adopted from another repository" : ""}, when it was${
    farText(at).replace(/[()]/g, "")
  }`;
}

/** A session's progress with a remark on how it came in; what is not {@link Arrived} adds nothing. */
export function withArrival(progress: Progress, arrived: unknown): Progress {
  if (!isArrived(arrived)) return progress;
  const { replaced } = arrived;
  const instead = replaced === undefined ? "" : `, in place of a copy${farText(replaced)}`;
  return {
    ...progress,
    remarks: [...progress.remarks ?? [], `${arrivalText(arrived)}${instead}`],
  };
}

/** Anybody can write a state.json. */
function isArrived(value: unknown): value is Arrived {
  if (!isRecord(value)) return false;
  const { how, time, actor, at, replaced } = value;
  return typeof how === "string" && typeof time === "string" && isRecord(actor) &&
    typeof actor["name"] === "string" && isRecord(at) &&
    (replaced === undefined || isRecord(replaced));
}

/** What is to be said of a session besides what its own state says. */
export function accountTexts(
  { arrivals, earlier }: SessionAccount,
  { earlier: known }: Pick<SessionState, "earlier">,
): readonly string[] {
  const said = new Set(known?.recent.map(({ session, hash, time }) => session + hash + time));
  return [
    ...earlier.filter(({ at, time }) => !said.has(at.session + at.hash + time))
      .map((one) => departureText(earlierSession(one))),
    ...arrivals.map(arrivalText),
  ];
}

/** A departure for programs. */
export function departureData(departure: Departure): DataOf<typeof gone> {
  const { backup, returned } = departure;
  return { ...departedData(earlierSession(departure)), backup, returned };
}

/** The same of all that is said of a session; nothing where nothing is. */
export function accountData(
  { arrivals, earlier }: SessionAccount,
): { readonly repository?: DataOf<typeof account> } {
  if (arrivals.length === 0 && earlier.length === 0) return {};
  return {
    repository: {
      arrivals: arrivals.map(({ how, from, adopted, at, time, actor }) => {
        const { status, seq, hash, done, total } = at;
        const progress = { done, total };
        return { how, from, adopted, status, seq, hash, progress, time, actor };
      }),
      earlier: earlier.map(departureData),
    },
  };
}

/** Sessions that went, one a line. */
export function departureLine(departure: Departure, style: Style): Shown {
  const back = departure.returned ? say` ${style.dim(say`(here again)`)}` : say``;
  return say`${style.symbols.bullet} ${
    hang(departureText(earlierSession(departure)), style, 2)
  }${back}`;
}

/** A problem of the journal. */
export function problemText(
  { writer, line, reason }: {
    readonly writer: string;
    readonly line: number;
    readonly reason: string;
  },
): string {
  return `log/${writer}.jsonl, line ${line}: ${reason}`;
}

/** The same for people. */
export function problemLine(problem: Parameters<typeof problemText>[0]): Shown {
  return shown(problemText(problem));
}
