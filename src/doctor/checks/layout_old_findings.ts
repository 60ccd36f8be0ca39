import type { LegacyFinding } from "../../legacy/find.ts";
import { type Check, count, ok, skipped } from "../check.ts";

/** What is only worth knowing: nothing is lost or doubtful because of it. */
const HARMLESS: ReadonlySet<LegacyFinding["code"]> = new Set([
  "agent_server_state",
  "log_cut",
  "session_empty",
  "state_repeated",
  "v4_state",
]);

/** What has a check of its own. */
const ELSEWHERE: ReadonlySet<LegacyFinding["code"]> = new Set([
  "checksum_mismatch",
  "state_damaged",
]);

export const layoutOldFindings: Check = {
  id: "layout.old-findings",
  area: "layout",
  title: "Old files",
  why: "What is odd about the old tool's files decides what can be taken over",
  run({ legacy, legacyProject }) {
    const findings = (legacyProject ?? legacy).findings.filter(({ code }) => !ELSEWHERE.has(code));
    const [first] = findings;
    if (first === undefined) {
      return legacyProject === null
        ? skipped("nothing of the old tool is here")
        : ok("nothing odd");
    }
    const serious = findings.filter(({ code }) => !HARMLESS.has(code));
    return {
      level: serious.length > 0 ? "warning" : "info",
      seen: findings.length === 1
        ? first.message
        : `${count(findings.length, "thing")} to know: ${(serious[0] ?? first).message}`,
      todo: "Look at them with `orchestrator migrate --dry-run` before moving over",
      list: findings.map((finding) => finding.message),
    };
  },
};
