import type { LegacyFinding } from "../../legacy/find.ts";
import { type Check, count, ok, skipped } from "../check.ts";

/** Findings for information only: nothing is lost or doubtful. */
const HARMLESS: ReadonlySet<LegacyFinding["code"]> = new Set([
  "agent_server_state",
  "foreign_file",
  "log_cut",
  "session_empty",
  "state_repeated",
  "v4_state",
]);

/** Findings that have their own check. */
const ELSEWHERE: ReadonlySet<LegacyFinding["code"]> = new Set([
  "checksum_mismatch",
  "state_damaged",
]);

export const layoutOldFindings: Check = {
  id: "layout.old-findings",
  area: "layout",
  needsState: true,
  title: "Old files",
  why: "Problems in the old tool's files affect what can be imported",
  run({ legacy, legacyProject }) {
    const findings = (legacyProject ?? legacy).findings.filter(({ code }) => !ELSEWHERE.has(code));
    const [first] = findings;
    if (first === undefined) {
      return legacyProject === null ? skipped("no files of the old tool") : ok("no problems");
    }
    const serious = findings.filter(({ code }) => !HARMLESS.has(code));
    return {
      level: serious.length > 0 ? "warning" : "info",
      seen: findings.length === 1
        ? first.message
        : `${count(findings.length, "finding")}: ${(serious[0] ?? first).message}`,
      todo: "Review them with `orchestrator migrate --dry-run` before you migrate",
      list: findings.map((finding) => finding.message),
    };
  },
};
