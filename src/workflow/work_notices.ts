/**
 * What stays visible of the files behind proofs, whatever happens later: files that were there and changed
 * while a command ran, and rules beside the repository that were changed.
 * @module
 */
import type { SessionEvent } from "./events.ts";
import { workIn } from "./first_state.ts";
import { isRecord } from "./record.ts";
import type { SessionState } from "./state.ts";
import { outerRules } from "./work_marks.ts";
import type { RunChange, WorkRecord } from "./work_record.ts";

/** How many files are named. */
const MOST_NAMES = 5;

/** What an event adds; the event's data may be of any shape. */
export function noticesOf(
  state: Pick<SessionState, "begun" | "ranOver" | "outerChanged">,
  event: SessionEvent,
): Pick<SessionState, "ranOver" | "outerChanged"> {
  const work = workIn(event);
  if (work === undefined) return {};
  return { ...ranOver(state, event, work), ...outerChanged(state, event.seq, work) };
}

function outerChanged(
  { begun, outerChanged: before = {} }: Pick<SessionState, "begun" | "outerChanged">,
  seq: number,
  work: WorkRecord,
): Pick<SessionState, "outerChanged"> {
  if (typeof begun?.tree !== "string" || !("changedCount" in work.tree)) return {};
  const { outer: then = {} } = begun;
  const { outer: now = {} } = outerRules(work);
  const isNew = (name: "ignore" | "attributes") =>
    before[name] === undefined && then[name] !== now[name];
  if (!isNew("ignore") && !isNew("attributes")) return {};
  return {
    outerChanged: {
      ...before,
      ...(isNew("ignore") ? { ignore: seq } : {}),
      ...(isNew("attributes") ? { attributes: seq } : {}),
    },
  };
}

function ranOver(
  { ranOver: before = [] }: Pick<SessionState, "ranOver">,
  { seq, data }: SessionEvent,
  { wrote }: WorkRecord,
): Pick<SessionState, "ranOver"> {
  if (!isRecord(wrote) || !Array.isArray(wrote.changed)) return {};
  if (!("phase" in data) || !("item" in data)) return {};
  const { phase, item } = data;
  if (typeof phase !== "string" || typeof item !== "string") return {};
  const old = wrote.changed.filter(({ mode, isNew }) => mode !== null && isNew !== true)
    .map(({ path }) => path);
  const isMore = wrote.changedCount > wrote.changed.length;
  if (old.length === 0 && !isMore) return {};
  const known = before.find((one) => one.phase === phase && one.item === item);
  const files = [...new Set([...known?.files ?? [], ...old])];
  const hasMore = isMore || known?.more === true || files.length > MOST_NAMES;
  const change: RunChange = {
    phase,
    item,
    seq,
    files: files.slice(0, MOST_NAMES),
    ...(hasMore ? { more: true } : {}),
  };
  return { ranOver: [...before.filter((one) => one !== known), change] };
}

/** The same as sentences for people. */
export function workNotices(
  { ranOver: runs = [], outerChanged: { ignore, attributes } = {} }: Pick<
    SessionState,
    "ranOver" | "outerChanged"
  >,
): readonly string[] {
  return [
    ...runs.map(({ phase, item, seq, files, more }) => {
      const named = files.length === 0
        ? "Files that cannot be named"
        : `${files.join(", ")}${more === true ? " and others" : ""}`;
      return `${named} changed while the command of ${phase}/${item} ran (event ${seq})`;
    }),
    ...(ignore === undefined ? [] : [
      "The ignore rules outside the repository (.git/info/exclude, core.excludesFile) were not " +
      `those of the session's beginning (event ${ignore})`,
    ]),
    ...(attributes === undefined ? [] : [
      `.git/info/attributes was not as at the session's beginning (event ${attributes})`,
    ]),
  ];
}
