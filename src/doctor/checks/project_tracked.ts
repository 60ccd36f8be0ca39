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
    "Committed locks and secrets reach everyone who clones the repository, and in normal mode state does not belong in commits",
  async run(examination) {
    const { meta } = examination;
    if (meta.value === undefined || meta.value === null) {
      return skipped("no project is initialized here");
    }
    if (!await examination.inGit()) return skipped("not a git work tree");
    if (examination.paths.stateHome?.shared !== undefined) {
      return skipped("the state is that of another checkout");
    }
    const listed = await examination.git("ls-files", "-z", "--", ".orchestrator");
    if (listed === null || listed.exitCode !== 0) return skipped("git could not tell");
    const files = listed.stdout.split("\0").filter((name) => name !== "");
    const wrong = meta.value.mode === "normal"
      ? files
      : files.filter((name) =>
        name.startsWith(STATE) && isNeverCommitted(name.slice(STATE.length))
      );
    if (wrong.length === 0) return ok("git tracks no file that it should not");
    return {
      level: wrong.some((name) => name.includes("/secrets/")) ? "error" : "warning",
      seen: `git tracks ${count(wrong.length, "file")} that should not be committed: ${few(wrong)}`,
      todo: meta.value.mode === "normal"
        ? "Untrack them, or switch to portable mode with `orchestrator init --portable`"
        : "Untrack them, and change any secret that was pushed",
      list: wrong,
    };
  },
};
