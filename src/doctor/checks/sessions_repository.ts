import { verifyRepositoryLog } from "../../session/repository_log/verify_log.ts";
import type { LogProblem } from "../../session/repository_log/read_log.ts";
import { type Check, count, few, ok, skipped } from "../check.ts";

export const sessionsRepository: Check = {
  id: "sessions.repository",
  area: "sessions",
  needsState: true,
  title: "Repository journal",
  why: "It records which sessions were started, removed, imported and replaced",
  async run(examination) {
    const { absent, meta, options } = examination;
    if (absent !== null) return absent;
    const isPortable = meta.value?.mode === "portable";
    const found = await verifyRepositoryLog(options.manager.backend, { isPortable });
    const told = ({ writer, line, reason }: LogProblem) =>
      `log/${writer}.jsonl, line ${line}: ${reason}`;
    if (found.findings.length > 0) {
      const list = found.findings.map(told);
      return {
        level: "error",
        seen: `cannot be trusted: ${few(list)}`,
        todo: "Restore the files from a backup, from git or from the state branch",
        list,
      };
    }
    if (found.remarks.length > 0) {
      const list = found.remarks.map(told);
      return { level: "info", seen: `not all of it was compared: ${few(list)}`, list };
    }
    if (found.writers === 0) return skipped("there is none yet");
    const lines = count(found.lines, "line");
    return ok(`${lines} of ${count(found.writers, "writer")}, none was changed`);
  },
};
