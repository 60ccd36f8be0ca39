import { byteSize } from "../../platform/byte_size.ts";
import { type Check, few, ok } from "../check.ts";

const LARGE = 50 * 1024 * 1024;

export const sessionsSize: Check = {
  id: "sessions.size",
  area: "sessions",
  needsState: true,
  title: "Sizes",
  why: "A very large journal slows down advance, finish and log, which read all of it",
  async run(examination) {
    let total = 0;
    const large: string[] = [];
    for (const { id } of await examination.sessions()) {
      const path = examination.statePath("sessions", id, "log.jsonl");
      const size = examination.stat(path)?.size ?? 0;
      total += size;
      if (size > LARGE) large.push(`${id}: ${byteSize(size)}`);
    }
    if (large.length === 0) return ok(`${byteSize(total)} of journals`);
    return {
      level: "info",
      seen: `large journals: ${few(large)}`,
      todo: "Finish these sessions and start new ones",
      list: large,
    };
  },
};
