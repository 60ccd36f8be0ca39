import { gitRemote } from "../../project/git_remote.ts";
import { copiedWarning } from "../../project/identity.ts";
import { COPIED_WITHOUT_REMOTE, lacksCommit } from "../../project/root_commit.ts";
import { type Check, ok, skipped } from "../check.ts";

export const projectCopied: Check = {
  id: "project.copied",
  area: "project",
  title: "Origin",
  why: "A state directory copied from another repository describes work that was not done here",
  async run({ meta, paths, options }) {
    if (meta.value === undefined || meta.value === null) {
      return skipped("no project is initialized here");
    }
    const { remote, rootCommit } = meta.value;
    const here = gitRemote(paths.root);
    const isForeign = (remote === null || here === null) && rootCommit !== null &&
      await lacksCommit(paths.root, rootCommit, options.env);
    const warning = isForeign ? COPIED_WITHOUT_REMOTE : copiedWarning(meta.value, here);
    if (warning === null) return ok(remote ?? "no remote");
    return { level: "warning", seen: warning, todo: "Run `orchestrator init` if this is intended" };
  },
};
