import { replaceFile } from "../../platform/atomic_file.ts";
import { gitignoreFor } from "../../project/gitignore.ts";
import { type Check, ok, skipped } from "../check.ts";

export const projectGitignore: Check = {
  id: "project.gitignore",
  area: "project",
  needsState: true,
  title: ".gitignore",
  why: "It keeps locks and secrets out of commits, and in normal mode all state",
  run(examination) {
    const { meta, paths } = examination;
    if (meta.value === undefined || meta.value === null) {
      return skipped("no project is initialized here");
    }
    const present = examination.text(paths.gitignore);
    if (present !== null && gitignoreFor(meta.value.mode, present) === present) {
      return ok(`correct for ${meta.value.mode} mode`);
    }
    return {
      level: "warning",
      seen: present === null
        ? ".orchestrator/.gitignore is missing"
        : `.orchestrator/.gitignore does not match ${meta.value.mode} mode`,
      todo: "Write the file that `orchestrator init` writes",
      fixable: true,
    };
  },
  async fix(examination) {
    const { meta, paths, options } = examination;
    if (meta.value === undefined || meta.value === null) return [];
    const { mode } = meta.value;
    return await options.manager.withRepositoryLock("doctor", () => {
      replaceFile(paths.gitignore, gitignoreFor(mode, examination.text(paths.gitignore)), {
        within: paths.stateDirectory,
      });
      return Promise.resolve([`Wrote .orchestrator/.gitignore for ${mode} mode`]);
    });
  },
};
