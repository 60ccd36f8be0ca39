/**
 * Whether a session can be trusted: its whole chain, and its state.json against it.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import type { JournalVisit, StorageBackend } from "../storage/backend.ts";
import { checkHistoryFile } from "./history.ts";
import type { BadLine } from "./journal.ts";
import type { ChainHead } from "./repository_log/lines.ts";
import { scanJournal } from "./scan_journal.ts";
import type { AuditReport } from "../workflow/audit/finding.ts";
import { oddCheckLines, oddRoots } from "../workflow/work_remarks.ts";
import {
  type LoadedSession,
  loadSession,
  type Lost,
  type NewerLine,
  type Rebuilt,
} from "./load.ts";

/** What {@link verifySession} found. */
export interface Verification extends AuditReport {
  readonly session: string;
  /** Lines that can be trusted. */
  readonly lines: number;
  readonly bad: BadLine | null;
  /** The line that state.json was derived from, where the journal does not hold it. */
  readonly lost: Lost | null;
  /** Bytes behind them that were never acknowledged. */
  readonly tornBytes: number;
  readonly lineEnds: JournalVisit["lineEnds"];
  /** Whether state.json is what the journal adds up to; null when the journal is bad. */
  readonly rebuilt: Rebuilt | null;
  /** The first line that only a newer program knows: nothing from there on was compared. */
  readonly unknown: NewerLine | null;
  /** How many lines were written before lines recorded their rules and states. */
  readonly beforeAudits: number;
  /** What is wrong with the file of its history, as a clause; null when nothing is, or there is none. */
  readonly history: string | null;
  /** Numbers of the lines in {@link LoadedSession.undone}; absent where there is none. */
  readonly undone?: readonly number[];
}

/** How a session is verified. */
export interface VerifyOptions {
  /** What time it is. */
  readonly now: Date;
  /** Whether line 1 is compared with the definition in the session's folder. Default: true. */
  readonly frozen?: boolean;
  /** Is given the end of the chain, where all of it can be read: what is known of it elsewhere can be compared. */
  readonly atEnd?: (end: ChainHead) => void;
}

/**
 * Walks a session's whole chain, decides each line again, compares each state that it leads to with the
 * digest that the line records, state.json with the last one, and the file of its history. Never throws
 * for bad content.
 * @throws `session_unknown`, I/O errors
 */
export async function verifySession(
  backend: StorageBackend,
  id: string,
  { now, frozen = true, atEnd }: VerifyOptions,
): Promise<Verification> {
  try {
    const loaded = await loadSession(backend, id, { replay: true, audit: { now } });
    const { state, head, lost, tornBytes, lineEnds, rebuilt, undone, newer: unknown } = loaded;
    atEnd?.({ seq: head.seq, hash: head.hash });
    const beforeAudits = state.audited === undefined ? head.seq : state.audited - 1;
    const bad = lost === null ? null : lostLine(lost, head.seq);
    const file = state.history;
    const history = file === undefined ? null : await checkHistoryFile(backend, id, file);
    const { decided, newer, contradictions, remarks } = frozen
      ? await auditOf(backend, id, loaded)
      : loaded.audit?.report ?? NO_AUDIT;
    return {
      session: id,
      lines: head.seq,
      bad,
      lost,
      tornBytes,
      lineEnds,
      rebuilt,
      unknown,
      beforeAudits,
      history,
      ...(undone.size === 0 ? {} : { undone: [...undone.keys()] }),
      decided,
      newer,
      contradictions,
      remarks: [...remarks, ...oddRoots(state), ...oddCheckLines(state)]
        .sort((one, other) => one.line - other.line),
    };
  } catch (error) {
    if (!(error instanceof OrchestratorError) || error.kind !== "corrupt") throw error;
    const bad = badLineOf(error) ?? await unreadable(backend, id, error);
    return {
      session: id,
      lines: bad.line - 1,
      bad,
      lost: null,
      tornBytes: 0,
      lineEnds: "line feeds",
      rebuilt: null,
      unknown: null,
      beforeAudits: 0,
      history: null,
      ...NO_AUDIT,
    };
  }
}

const NO_AUDIT: AuditReport = { decided: 0, newer: 0, contradictions: [], remarks: [] };

async function auditOf(
  backend: StorageBackend,
  id: string,
  { audit }: LoadedSession,
): Promise<AuditReport> {
  if (audit === undefined) return NO_AUDIT;
  const { auditSession } = await import("./audit_session.ts");
  return await auditSession(backend, id, audit);
}

/** What {@link chainError} was made of. */
function badLineOf({ code, details }: OrchestratorError): BadLine | null {
  const line = details?.["line"];
  const reason = details?.["reason"];
  return typeof line === "number" && typeof reason === "string"
    ? { line, reason, tooNew: code === "format_too_new" }
    : null;
}

/** What is not about a line, such as a state.json that a newer program wrote, is said behind the last one. */
async function unreadable(
  backend: StorageBackend,
  id: string,
  { code, message: reason }: OrchestratorError,
): Promise<BadLine> {
  const { head } = await scanJournal(backend, id);
  return { line: head.seq + 1, reason, tooNew: code === "format_too_new" };
}

function lostLine(known: Lost, lines: number): BadLine {
  const missing = known.seq > lines;
  return {
    line: missing ? lines + 1 : known.seq,
    reason: missing
      ? `is missing: state.json was derived from ${known.seq} lines`
      : "is not the line that state.json was derived from: the journal was rewritten",
    tooNew: false,
  };
}
