import { hiddenFromGit } from "../../project/hidden_files.ts";
import { type Check, few, ok, skipped } from "../check.ts";

export const projectIgnored: Check = {
  id: "project.ignored",
  area: "project",
  needsState: true,
  title: "Files ignored by git",
  why: "A rule in another .gitignore file can override .orchestrator/.gitignore",
  async run(examination) {
    const { meta } = examination;
    if (meta.value === undefined || meta.value === null) {
      return skipped("no project is initialized here");
    }
    if (!await examination.inGit()) return skipped("not a git work tree");
    if (examination.paths.stateHome?.shared !== undefined) {
      return skipped("the state is that of another checkout");
    }
    const probe = meta.value.mode === "normal"
      ? ".orchestrator/sessions/x/log.jsonl"
      : ".orchestrator/secrets/x";
    const answer = await examination.git("check-ignore", "-q", probe);
    if (answer?.exitCode === 0) {
      const hidden = meta.value.mode === "portable"
        ? await hiddenFromGit(examination.paths.root, examination.options.env)
        : [];
      return hidden.length === 0 ? ok("git ignores everything it should") : {
        level: "warning",
        seen: `a rule hides files from git that portable mode commits: ${few(hidden)}`,
        todo: "Remove the rule, or exclude .orchestrator from it",
        list: hidden,
      };
    }
    return {
      level: "warning",
      seen: `git would commit ${meta.value.mode === "normal" ? ".orchestrator" : "secrets"}`,
      todo: "Look for a rule that begins with ! in .gitignore files and in .git/info/exclude",
    };
  },
};
