import { type Check, ok, skipped } from "../check.ts";

export const projectIgnored: Check = {
  id: "project.ignored",
  area: "project",
  title: "Ignored by git",
  why: "What git says counts, whatever the files say: a rule elsewhere may bring state back in",
  async run(examination) {
    const { meta } = examination;
    if (meta.value === undefined || meta.value === null) return skipped("nothing is set up here");
    if (!await examination.inGit()) return skipped("no git work tree");
    const probe = meta.value.mode === "normal"
      ? ".orchestrator/sessions/x/log.jsonl"
      : ".orchestrator/secrets/x";
    const answer = await examination.git("check-ignore", "-q", probe);
    if (answer?.exitCode === 0) return ok("git ignores what it must");
    return {
      level: "warning",
      seen: `git would commit ${meta.value.mode === "normal" ? ".orchestrator" : "secrets"}`,
      todo: "Look for a rule with ! in .gitignore files and in .git/info/exclude",
    };
  },
};
