import { type Check, few, ok, skipped } from "../check.ts";

export const projectOwner: Check = {
  id: "project.owner",
  area: "project",
  title: "Owner",
  why: "Files that another user owns, often root, may not be writable later",
  async run(examination) {
    if (examination.absent !== null) return examination.absent;
    const user = examination.options.system.userId();
    if (user === undefined) return skipped("files have no owners on this system");
    if (user === 0) return skipped("this user can write every file");
    const names = [
      "meta.json",
      "lock",
      "current",
      "sessions",
      ...(await examination.sessions()).map(({ id }) => `sessions/${id}/log.jsonl`),
    ];
    const foreign = names.filter((name) => {
      const stat = examination.stat(examination.statePath(name));
      // What a group may write it shares.
      return stat !== null && stat.uid !== user && (stat.mode & 0o022) === 0;
    });
    if (foreign.length === 0) return ok("no file is accessible only to another user");
    return {
      level: "warning",
      seen: `other users own ${few(foreign)}`,
      todo: "Change the owner of these files to this user",
      list: foreign,
    };
  },
};
