import { gitRemote } from "../../project/git_remote.ts";
import { copiedWarning } from "../../project/identity.ts";
import { type Check, ok, skipped } from "../check.ts";

export const projectCopied: Check = {
  id: "project.copied",
  area: "project",
  title: "Origin",
  why: "A state directory copied from another repository tells of work that was not done here",
  run({ meta, paths }) {
    if (meta.value === null) return skipped("nothing is set up here");
    const warning = copiedWarning(meta.value, gitRemote(paths.root));
    if (warning === null) return ok(meta.value.remote ?? "no remote");
    return { level: "warning", seen: warning, todo: "Run `orchestrator init` when this is right" };
  },
};
