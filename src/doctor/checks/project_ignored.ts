import { KEYS, STATE_DIRECTORY } from "../../state_layout/names.ts";
import { type Check, few, ok, skipped } from "../check.ts";
import type { Examination } from "../examination.ts";

export const projectIgnored: Check = {
  id: "project.ignored",
  area: "project",
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
      const hidden = meta.value.mode === "portable" ? await hiddenFiles(examination) : [];
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

/** One file of each kind that portable mode commits. */
const COMMITTED = [
  KEYS.meta,
  KEYS.config,
  KEYS.sessionJournal("x"),
  KEYS.sessionState("x"),
  KEYS.sessionMeta("x"),
  KEYS.sessionWorkflow("x"),
];

/** Those that git ignores, each with the rule: of the project, of `core.excludesFile`, or of the clone. */
async function hiddenFiles(examination: Examination): Promise<readonly string[]> {
  const names = COMMITTED.map((key) => `${STATE_DIRECTORY}/${key}`);
  const answer = await examination.git("check-ignore", "-v", "--no-index", "--", ...names);
  if (answer?.exitCode !== 0) return [];
  return answer.stdout.split("\n").flatMap((line) => {
    const [, rule = "", pattern = "", path = ""] = /^(.*:\d+):(.*)\t(.*)$/.exec(line) ?? [];
    // One that begins so takes the file out of the ignored ones.
    return pattern === "" || pattern.startsWith("!") ? [] : [`${path} (${rule}: ${pattern})`];
  });
}
