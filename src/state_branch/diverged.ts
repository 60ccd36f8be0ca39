/**
 * A session that diverged: the version that was published first keeps the id, the other one
 * continues as a new session, a **branch session**, with all its events.
 *
 * All of it is derived from the journal, so every machine creates the same branch session.
 * @module
 */
import { createHash } from "node:crypto";
import { OrchestratorError } from "../errors.ts";
import { joinBytes } from "../platform/join_bytes.ts";
import { base32 } from "../platform/random.ts";
import { type VisitValues, writeHistory } from "../session/history_file.ts";
import { encodeEvents, type Stamp } from "../session/journal.ts";
import { encodeLines } from "../snapshot/collect.ts";
import { checkSession, type Incoming } from "../snapshot/incoming.ts";
import { ORIGIN_HASH } from "../storage/backend.ts";
import { VERSION } from "../version.ts";
import { TEXT_LIMITS } from "../workflow/text_limits.ts";
import type { NewEvent } from "../workflow/events.ts";
import type { SessionState, StateSeed } from "../workflow/state.ts";

/** The id of the branch session of the way that begins with `line` behind event `common`. */
function branchId(session: string, common: number, line: string): string {
  const hash = createHash("sha256").update(`branch\n${session}\n${common}\n${line}`).digest();
  return base32(hash).slice(0, ID_LENGTH);
}

const ID_LENGTH = 13;
const LINEAGE_LENGTH = 20;

/**
 * Makes the branch session.
 * @param end the way that loses the id.
 * @param common how many lines both ways share.
 */
export function branchSession(end: Incoming, common: number): Incoming {
  const first = end.lines[common] ?? end.lines.at(-1) ?? "";
  const id = branchId(end.id, common, first);
  const name = splitName(end.state.name, id);
  const last = end.events.at(-1);
  if (last === undefined) throw new TypeError("a checked session has events");
  const lineage = base32(createHash("sha256").update(`lineage\n${id}\n${first}`).digest());
  const events: NewEvent[] = [{
    type: "session_imported",
    data: {
      session: id,
      lineage: lineage.slice(0, LINEAGE_LENGTH),
      seed: { ...seedOf(end.state), name },
      source: { branchOf: end.id, lineage: end.state.lineage, seq: end.lines.length, common },
      history: [],
      toolVersion: VERSION,
    },
  }];
  for (const event of end.events) {
    if (event.type === "checkpoint_created") {
      const made = event.data.made ?? { time: event.time, by: event.actor };
      events.push({ type: event.type, data: { ...event.data, imported: true, made } });
    }
  }
  const visit: VisitValues = (take) => {
    for (const line of end.lines.slice(common)) take(JSON.parse(line));
  };
  const { lines, files } = withHistory(id, events, visit, { actor: last.actor, time: last.time });
  const meta = {
    id,
    name,
    task: end.state.task,
    created: end.state.createdAt,
    actor: end.state.createdBy,
    branch: null,
    parent: end.id,
  };
  return checkSession(id, encodeLines(lines), {
    ...end.files,
    ...files,
    "meta.json": new TextEncoder().encode(JSON.stringify(meta, null, 2) + "\n"),
  });
}

/** A name must be unique: that of the session, and the beginning of the id. */
function splitName(name: string | null, id: string): string | null {
  if (name === null) return null;
  const end = `-${id.slice(0, NAMED_BY)}`;
  return name.slice(0, TEXT_LIMITS.name - end.length) + end;
}

const NAMED_BY = 4;

/**
 * The lines of the branch session's journal. Its history is in the first one, as 0.1.0 makes it too,
 * unless that would be longer or deeper than a line may be: then it is a file.
 */
function withHistory(
  id: string,
  events: readonly NewEvent[],
  history: VisitValues,
  stamp: Stamp,
): { readonly lines: readonly string[]; readonly files: Readonly<Record<string, Uint8Array>> } {
  const start = { state: null, head: { seq: 0, hash: ORIGIN_HASH, etag: "" } };
  const values: unknown[] = [];
  history((value) => values.push(value));
  const inLine = events.map((event) =>
    event.type === "session_imported"
      ? { ...event, data: { ...event.data, history: values } }
      : event
  );
  try {
    return { lines: encodeEvents(inLine, start, stamp).lines, files: {} };
  } catch (error) {
    if (!(error instanceof OrchestratorError) || error.code !== "too_long") throw error;
  }
  const written = writeHistory({ id, events, history }, (text) => text);
  return {
    lines: encodeEvents(written.events, start, stamp).lines,
    files: Object.fromEntries(
      Object.entries(written.blobs).map(([name, pieces]) => [name, joinBytes(pieces)]),
    ),
  };
}

function seedOf(state: SessionState): StateSeed {
  return {
    status: state.status,
    phase: state.phase,
    phases: state.phases,
    name: null,
    task: state.task,
    project: state.project,
    constraints: state.constraints,
    definition: state.definition,
    ...(state.overriddenSettings.length === 0
      ? {}
      : { overriddenSettings: state.overriddenSettings }),
    ...(state.definitionOrigin === undefined ? {} : { definitionOrigin: state.definitionOrigin }),
    ...(state.namesakes === undefined ? {} : { namesakes: state.namesakes }),
    createdAt: state.createdAt,
    updatedAt: state.updatedAt,
    notes: state.notes.recent,
    ...(state.accepted === undefined ? {} : { accepted: state.accepted }),
    ...(state.redactions === undefined ? {} : { redactions: state.redactions }),
    // The numbers of its events mean others here.
    ...(state.reviews === undefined
      ? {}
      : { reviews: state.reviews.map(({ seq: _, ...review }) => review) }),
    ...(state.endedAt === undefined ? {} : { endedAt: state.endedAt }),
    ...(state.endNotes === undefined ? {} : { endNotes: state.endNotes }),
    ...(state.abandonReason === undefined ? {} : { abandonReason: state.abandonReason }),
  };
}
