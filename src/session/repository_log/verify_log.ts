/**
 * Whether the repository's journal can be trusted.
 * @module
 */
import { sha256Hex } from "../../platform/hash.ts";
import { KEYS } from "../../state_layout/names.ts";
import type { StorageBackend } from "../../storage/backend.ts";
import { sessionsIn } from "./lines.ts";
import { type LogProblem, problemsOf, readRepositoryLog, type RepositoryLog } from "./read_log.ts";

/** What {@link verifyRepositoryLog} found. */
export interface LogVerification {
  readonly writers: number;
  /** Lines that follow the one before, of all chains. */
  readonly lines: number;
  /** What was changed or is missing. */
  readonly findings: readonly LogProblem[];
  /** What is no reason for distrust, as clauses like those of findings. */
  readonly remarks: readonly LogProblem[];
}

/**
 * Walks all chains, and compares them with each other, with what this clone remembers of its own, and
 * with the records of removals.
 * @param isPortable then git brings the files, and an older commit has older ones: lines that are
 *   missing are remarks.
 */
export async function verifyRepositoryLog(
  backend: StorageBackend,
  { isPortable }: { readonly isPortable: boolean },
): Promise<LogVerification> {
  let log = await readRepositoryLog(backend);
  let all = [...problemsOf(log), ...await lostRecords(backend, log)];
  // Readers take no lock: while another process writes, one file may be older than the next.
  for (let attempt = 0; attempt < MOST_LOOKS && all.length > 0; attempt++) {
    const before = log;
    log = await readRepositoryLog(backend);
    all = [...problemsOf(log), ...await lostRecords(backend, log)];
    if (isSameLog(before, log)) break;
  }
  const isRemark = ({ tooNew, kind }: LogProblem) => tooNew || (isPortable && kind === "missing");
  return {
    writers: log.chains.size,
    lines: log.lines.length,
    findings: all.filter((problem) => !isRemark(problem)),
    remarks: all.filter(isRemark),
  };
}

/** How often a log that changes while it is read is read again. */
const MOST_LOOKS = 20;

function isSameLog(one: RepositoryLog, other: RepositoryLog): boolean {
  const told = ({ sizes, writer }: RepositoryLog) => JSON.stringify([[...sizes], writer]);
  return told(one) === told(other);
}

/** Removals whose record, which other machines keep to, is not there. */
async function lostRecords(
  backend: StorageBackend,
  { lines }: RepositoryLog,
): Promise<readonly LogProblem[]> {
  const problems: LogProblem[] = [];
  for (const { type, data, writer, seq } of lines) {
    const record = data["record"];
    if (type !== "session_removed" || typeof record !== "string") continue;
    for (const { session } of sessionsIn(data)) {
      const text = await backend.readText(KEYS.removed(session)) ?? "";
      const isThere = text.split("\n").some((line) =>
        sha256Hex(line.replace(/\r$/, "")) === record
      );
      if (isThere) continue;
      problems.push({
        writer,
        line: seq,
        reason: `names a record of a removal that ${KEYS.removed(session)} does not have`,
        tooNew: false,
        kind: "missing",
      });
    }
  }
  return problems;
}
