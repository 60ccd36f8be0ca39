import { STATE_DIRECTORY } from "../../project/paths.ts";
import { isNeverCommitted } from "../../state_layout/git_files.ts";
import { type Check, count, few, ok, skipped } from "../check.ts";

/** What the names of files in the state directory begin with. */
const STATE = `${STATE_DIRECTORY}/`;

export const projectTracked: Check = {
  id: "project.tracked",
  area: "project",
  title: "Tracked files",
  why:
    "Locks and secrets in a commit travel to everybody, and in normal mode no state belongs there",
  async run(examination) {
    const { meta } = examination;
    if (meta.value === undefined || meta.value === null) return skipped("nothing is set up here");
    if (!await examination.inGit()) return skipped("no git work tree");
    const listed = await examination.git("ls-files", "-z", "--", ".orchestrator");
    if (listed === null || listed.exitCode !== 0) return skipped("git does not tell");
    const files = listed.stdout.split("\0").filter((name) => name !== "");
    const wrong = meta.value.mode === "normal"
      ? files
      : files.filter((name) =>
        name.startsWith(STATE) && isNeverCommitted(name.slice(STATE.length))
      );
    if (wrong.length === 0) return ok("nothing that must stay out is tracked");
    return {
      level: wrong.some((name) => name.includes("/secrets/")) ? "error" : "warning",
      seen: `git tracks ${count(wrong.length, "file")} that must stay out: ${few(wrong)}`,
      todo: meta.value.mode === "normal"
        ? "Untrack them, or choose portable mode with `orchestrator init --portable`"
        : "Untrack them; secrets that were pushed must be changed",
      list: wrong,
    };
  },
};
