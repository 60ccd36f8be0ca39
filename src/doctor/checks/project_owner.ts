import { type Check, few, ok, skipped } from "../check.ts";

export const projectOwner: Check = {
  id: "project.owner",
  area: "project",
  title: "Owner",
  why: "Files that another user owns, root most often, cannot be replaced later",
  async run(examination) {
    if (examination.absent !== null) return examination.absent;
    const user = examination.options.system.userId();
    if (user === undefined) return skipped("files have no owners here");
    if (user === 0) return skipped("this user may write everything");
    const names = [
      "meta.json",
      "lock",
      "current",
      "sessions",
      ...(await examination.sessions()).map(({ id }) => `sessions/${id}/log.jsonl`),
    ];
    const foreign = names.filter((name) => {
      const owner = examination.stat(examination.statePath(name))?.uid;
      return owner !== undefined && owner !== user;
    });
    if (foreign.length === 0) return ok("all files are this user's");
    return {
      level: "warning",
      seen: `other users own ${few(foreign)}`,
      todo: "Give them to this user",
      list: foreign,
    };
  },
};
