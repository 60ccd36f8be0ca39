/**
 * What the lines of a journal record of the files. A session that was split off has proofs from before:
 * the lines that recorded them are in the other session, and in its own history.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { firstEvent, visitEvents } from "../session/read_events.ts";
import { visitHistoryFile } from "../session/history.ts";
import type { SessionEvent } from "../workflow/events.ts";
import type { HeldProof } from "../workflow/held_proofs.ts";
import { isRecord } from "../workflow/record.ts";
import type { SessionState } from "../workflow/state.ts";
import type { WorkRecord } from "../workflow/work_record.ts";
import { type Split, splitOf } from "./state/split_from.ts";
import type { Sessions } from "./workspace.ts";

/** Records by the numbers of their lines; for a split, lines from before come first. */
export interface ProofRecords {
  readonly records: ReadonlyMap<number, WorkRecord>;
  /** A proof, with the number that its record has here. */
  readonly place: (held: HeldProof) => HeldProof;
}

type Needed = Pick<Sessions, "manager">;

/** A line that records files, as far as it is known whose proof it is. */
interface RecordingLine {
  readonly work: WorkRecord;
  /** `PHASE/item`; null for a line that is about no item. */
  readonly about: string | null;
}

type Lines = ReadonlyMap<number, RecordingLine>;

/** Reads them. */
export async function readProofRecords(
  { manager }: Needed,
  { session }: Pick<SessionState, "session">,
): Promise<ProofRecords> {
  const own = new Map<number, RecordingLine>();
  await visitEvents(manager.backend, session, {}, (event) => take(own, event));
  const split = await splitOf({ manager }, session);
  if (split === null) return { records: worksOf(own), place: (held) => held };
  const before = await linesBefore({ manager }, session, split);
  const records = new Map(worksOf(before));
  for (const [seq, work] of worksOf(own)) records.set(split.seq + seq, shifted(work, split.seq));
  return { records, place: (held) => placed(held, { own, before, split }) };
}

function take(lines: Map<number, RecordingLine>, event: Pick<SessionEvent, "seq" | "data">): void {
  const { seq, data } = event;
  if (!("work" in data) || data.work === undefined) return;
  const about = "item" in data && "phase" in data ? `${data.phase}/${data.item}` : null;
  lines.set(seq, { work: data.work, about });
}

function worksOf(lines: Lines): ReadonlyMap<number, WorkRecord> {
  return new Map([...lines].map(([seq, { work }]) => [seq, work]));
}

/** A record that refers to a line of its own journal refers to the same one here. */
function shifted(work: WorkRecord, by: number): WorkRecord {
  const { tree } = work;
  if (!("changedIn" in tree) || tree.changedIn === undefined) return work;
  return { ...work, tree: { ...tree, changedIn: tree.changedIn + by } };
}

/** Of two lines with one number, the one that is about the item counts; where neither is, none does. */
function placed(
  held: HeldProof,
  { own, before, split }: { readonly own: Lines; readonly before: Lines; readonly split: Split },
): HeldProof {
  const { phase, item, proof } = held;
  const name = `${phase.id}/${item.id}`;
  const isIn = (lines: Lines) => lines.get(proof.seq)?.about === name;
  const seq = isIn(own) ? split.seq + proof.seq : isIn(before) ? proof.seq : NO_LINE;
  return { ...held, proof: { ...proof, seq } };
}

const NO_LINE = 0;

/** What was recorded before the split: what is missing is not known. */
async function linesBefore(
  { manager: { backend } }: Needed,
  session: string,
  { from, common }: Split,
): Promise<Lines> {
  const lines = new Map<number, RecordingLine>();
  try {
    await visitEvents(backend, from, { to: common }, (event) => take(lines, event));
    const first = await firstEvent(backend, session);
    if (first?.type !== "session_imported") return lines;
    const { history } = first.data;
    if ("sha256" in history) {
      await visitHistoryFile(backend, session, history, (value) => {
        if (value !== null) takeValue(lines, JSON.parse(value));
      });
    } else if (!("inLine" in history)) {
      for (const value of history) takeValue(lines, value);
    }
  } catch (error) {
    if (!(error instanceof OrchestratorError || error instanceof SyntaxError)) throw error;
  }
  return lines;
}

/** A line of the copy that gave way, which was checked when the session was split. */
function takeValue(lines: Map<number, RecordingLine>, value: unknown): void {
  if (isEvent(value)) take(lines, value);
}

function isEvent(value: unknown): value is Pick<SessionEvent, "seq" | "data"> {
  if (!isRecord(value) || typeof value["seq"] !== "number" || !isRecord(value["data"])) {
    return false;
  }
  const { work } = value["data"];
  return work === undefined || isRecord(work) && isRecord(work["tree"]);
}
