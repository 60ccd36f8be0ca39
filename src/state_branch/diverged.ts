/**
 * A session that went two ways at once: the way that was published first keeps the id, the other one
 * goes on as a session of its own, a **branch session**, with everything that happened on it.
 *
 * Everything in it follows from the journal it is made of, so that whoever makes it makes the same.
 * @module
 */
import { createHash } from "node:crypto";
import { base32 } from "../platform/random.ts";
import { encodeEvents } from "../session/journal.ts";
import { checkSession, type Incoming } from "../snapshot/incoming.ts";
import { encodeLines } from "../snapshot/collect.ts";
import { ORIGIN_HASH } from "../storage/backend.ts";
import { VERSION } from "../version.ts";
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
  const last = end.events.at(-1);
  if (last === undefined) throw new TypeError("a checked session has events");
  const lineage = base32(createHash("sha256").update(`lineage\n${id}\n${first}`).digest());
  const events: NewEvent[] = [{
    type: "session_imported",
    data: {
      session: id,
      lineage: lineage.slice(0, LINEAGE_LENGTH),
      seed: seedOf(end.state),
      source: { branchOf: end.id, lineage: end.state.lineage, seq: end.lines.length, common },
      history: end.lines.slice(common).map((line): unknown => JSON.parse(line)),
      toolVersion: VERSION,
    },
  }];
  for (const event of end.events) {
    if (event.type === "checkpoint_created") events.push({ type: event.type, data: event.data });
  }
  const { lines } = encodeEvents(
    events,
    { seq: 0, hash: ORIGIN_HASH, mark: "" },
    { actor: last.actor, time: last.time },
  );
  const meta = {
    id,
    name: null,
    task: end.state.task,
    created: end.state.createdAt,
    actor: end.state.createdBy,
    branch: null,
    parent: end.id,
  };
  return checkSession(id, encodeLines(lines), {
    ...end.files,
    "meta.json": new TextEncoder().encode(JSON.stringify(meta, null, 2) + "\n"),
  });
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
    createdAt: state.createdAt,
    updatedAt: state.updatedAt,
    notes: state.notes.recent,
    ...(state.accepted === undefined ? {} : { accepted: state.accepted }),
    ...(state.endedAt === undefined ? {} : { endedAt: state.endedAt }),
    ...(state.endNotes === undefined ? {} : { endNotes: state.endNotes }),
    ...(state.abandonReason === undefined ? {} : { abandonReason: state.abandonReason }),
  };
}
