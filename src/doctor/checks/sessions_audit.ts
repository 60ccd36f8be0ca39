import { auditSession } from "../../session/audit_session.ts";
import { loadSession } from "../../session/load.ts";
import { contradictionText } from "../../workflow/audit/finding.ts";
import { type Check, count, few, ok } from "../check.ts";
import { attemptAsync, type Examination } from "../examination.ts";

export const sessionsAudit: Check = {
  id: "sessions.audit",
  area: "sessions",
  needsState: true,
  title: "Events",
  why: "Every event must have been possible when it was recorded, and by the actor that it names",
  async run(examination) {
    const { deep } = examination.options;
    const wrong: string[] = [];
    const ids: string[] = [];
    const odd: string[] = [];
    let looked = 0;
    for (const { id, loaded } of await examination.sessions()) {
      const { value } = loaded;
      // A journal that cannot be read at all is another check's.
      if (value === undefined || (!deep && value.state.status !== "active")) continue;
      const report = await reportOn(id, examination);
      if (report === null) continue;
      looked += 1;
      if (report.contradictions.length > 0) ids.push(id);
      wrong.push(...report.contradictions.map((found) => `${id}: ${contradictionText(found)}`));
      odd.push(...report.remarks.map(({ line, remark }) => `${id}: line ${line} ${remark}`));
    }
    if (wrong.length > 0) {
      return {
        level: "error",
        seen: `${count(wrong.length, "line")} that no command can have made: ${few(ids)}`,
        todo:
          "Restore log.jsonl from a backup, a snapshot or the state branch; `orchestrator log verify` shows the lines",
        list: [...wrong, ...odd],
      };
    }
    if (odd.length > 0) {
      return { level: "info", seen: `odd, but possible: ${few(odd, 1)}`, list: odd };
    }
    return ok(`${count(looked, "journal")} decided again${deep ? "" : " (active sessions only)"}`);
  },
};

async function reportOn(id: string, { options }: Examination) {
  const { manager: { backend }, now } = options;
  const found = await attemptAsync(async () => {
    const { audit } = await loadSession(backend, id, { replay: true, audit: { now: now() } });
    return audit === undefined ? null : await auditSession(backend, id, audit);
  });
  return found.value ?? null;
}
