/**
 * Auditing a session: its journal, and the definition that it began with.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import type { StorageBackend } from "../storage/backend.ts";
import { type AuditReport, contradictionText } from "../workflow/audit/finding.ts";
import type { JournalAuditor } from "./audit_journal.ts";
import { compareFrozen } from "./frozen_definition.ts";
import type { LoadedSession } from "./loaded_session.ts";

/** The whole audit of a session whose journal was audited. */
export async function auditSession(
  backend: StorageBackend,
  id: string,
  auditor: JournalAuditor,
): Promise<AuditReport> {
  const { first } = auditor;
  if (first !== null) {
    const frozen = await compareFrozen(backend, id, first);
    if (frozen.kind !== "same") auditor.add(first, frozen);
  }
  return auditor.report;
}

/** How a journal is had back. @param file as people are to find it. */
export function restoreText(file: string): string {
  return `Restore ${file} from a backup, import a snapshot with --replace, or move the session's ` +
    "folder elsewhere and pull the state branch";
}

/** So many contradictions are listed with an error; all are counted. */
const MOST_LISTED = 50;

/** The refusal to go on with a session whose journal contradicts itself; undefined where it does not. */
function contradictionError(
  id: string,
  doing: string,
  { contradictions }: AuditReport,
): OrchestratorError | undefined {
  const [first] = contradictions;
  if (first === undefined) return undefined;
  const more = contradictions.length > 1 ? ` (and ${contradictions.length - 1} more)` : "";
  return new OrchestratorError(
    "journal_corrupt",
    `Cannot ${doing}: ${contradictionText(first)}${more}`,
    {
      hint: `${restoreText(`sessions/${id}/log.jsonl`)}, or let a person accept it: ` +
        `\`orchestrator log accept --session ${id} --reason "<why>"\``,
      details: { session: id, contradictions: contradictions.slice(0, MOST_LISTED) },
    },
  );
}

/**
 * Warns of the first remark on a journal that was audited.
 * @throws `journal_corrupt` when it contradicts itself.
 */
export async function requireConsistent(
  backend: StorageBackend,
  id: string,
  { doing, loaded: { audit }, warn }: {
    readonly doing: string;
    readonly loaded: LoadedSession;
    readonly warn: (message: string) => void;
  },
): Promise<void> {
  if (audit === undefined) return;
  const report = await auditSession(backend, id, audit);
  const refusal = contradictionError(id, doing, report);
  if (refusal !== undefined) throw refusal;
  const [first] = report.remarks;
  if (first === undefined) return;
  warn(
    `Line ${first.line} of the journal ${first.remark}${
      report.remarks.length === 1 ? "" : `; \`log verify\` has ${report.remarks.length} remarks`
    }`,
  );
}
