import { replaceFile } from "../../platform/atomic_file.ts";
import { gitattributesFor } from "../../project/gitattributes.ts";
import { type Check, ok, skipped } from "../check.ts";

export const projectGitattributes: Check = {
  id: "project.gitattributes",
  area: "project",
  needsState: true,
  title: ".gitattributes",
  why:
    "It keeps git from changing line endings of committed state, which would break its checksums",
  run(examination) {
    const { meta, paths } = examination;
    if (meta.value === undefined || meta.value === null) {
      return skipped("no project is initialized here");
    }
    if (meta.value.mode === "normal") return skipped("state is not committed in normal mode");
    const present = examination.text(paths.gitattributes);
    if (present !== null && gitattributesFor(present) === present) {
      return ok("line endings are preserved");
    }
    return {
      level: "warning",
      seen: present === null
        ? ".orchestrator/.gitattributes is missing"
        : ".orchestrator/.gitattributes lacks lines that portable mode needs",
      todo: "Write the file that `orchestrator init` writes",
      fixable: true,
    };
  },
  async fix(examination) {
    const { meta, paths, options } = examination;
    if (meta.value?.mode !== "portable") return [];
    return await options.manager.withRepositoryLock("doctor", () => {
      replaceFile(paths.gitattributes, gitattributesFor(examination.text(paths.gitattributes)), {
        within: paths.stateDirectory,
      });
      return Promise.resolve(["Wrote .orchestrator/.gitattributes"]);
    });
  },
};
