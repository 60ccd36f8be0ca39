import { statSync } from "node:fs";
import process from "node:process";
import { type Check, few, ok, skipped } from "../check.ts";

export const projectOwner: Check = {
  id: "project.owner",
  area: "project",
  title: "Owner",
  why: "Files that another user owns, root most often, cannot be replaced later",
  async run(examination) {
    const uid = process.getuid?.();
    if (uid === undefined || uid === 0) return skipped("this user may write everything");
    const foreign: string[] = [];
    const look = (name: string) => {
      const stat = statSync(examination.statePath(name), { throwIfNoEntry: false });
      if (stat !== undefined && stat.uid !== uid) foreign.push(name);
    };
    for (const name of ["meta.json", "lock", "current", "sessions"]) look(name);
    for (const { id } of await examination.sessions()) look(`sessions/${id}/log.jsonl`);
    if (foreign.length === 0) return ok("all files are this user's");
    return {
      level: "warning",
      seen: `other users own ${few(foreign)}`,
      todo: "Give them to this user",
      list: foreign,
    };
  },
};
