/** Faults of what travels between machines. */
import type { Mutant } from "../mutant.ts";

export const TRAVEL: readonly Mutant[] = [
  {
    name: "an import replaces a copy that has moved on since",
    file: "src/snapshot/plan.ts",
    search: 'step.action === "replace" && local.hash === step.replaces',
    replace: 'step.action === "replace"',
    killedBy: { file: "tests/unit/snapshot/moved_on_test.ts" },
  },
  {
    name: "secrets on the server's branch are carried on",
    file: "src/state_branch/commit_tree.ts",
    search: 'contentOf(path)?.kind !== "secret"',
    replace: 'contentOf(path)?.kind !== "nothing"',
    killedBy: { file: "tests/e2e/state_branch_test.ts", filter: "a secret on the server's branch" },
  },
  {
    name: "what is not here counts as removed",
    file: "src/state_branch/commit_tree.ts",
    search: "if (!removed.has(id)) kept.set(id, oid);",
    replace: 'if (id === "") kept.set(id, oid);',
    killedBy: {
      file: "tests/e2e/state_branch_test.ts",
      filter: "a folder of sessions that is gone",
    },
  },
  {
    name: "a line of the branch's index counts whatever the session's folder is",
    file: "src/state_branch/session_index.ts",
    search: " || tree.folders.get(entry.id) !== entry.tree",
    replace: "",
    killedBy: { file: "tests/e2e/bring_in_test.ts", filter: "one of another commit" },
  },
  {
    name: "the branch is brought in before an interrupted import is finished",
    file: "src/app/open_for_change.ts",
    search: "  if (finishImport) await steps.finishImport(workspace);\n" +
      "  if (bringIn) await steps.bringIn(workspace);\n",
    replace: "  if (bringIn) await steps.bringIn(workspace);\n" +
      "  if (finishImport) await steps.finishImport(workspace);\n",
    killedBy: { file: "tests/unit/app/open_for_change_test.ts", filter: "a change of a session:" },
  },
  {
    name: "a session is changed that was not prepared for it",
    file: "src/app/declared_changes.ts",
    search: "  if (!mustBeOpened(effect)) return;\n",
    replace: "  if (mustBeOpened(effect)) return;\n",
    killedBy: {
      file: "tests/unit/app/open_for_change_test.ts",
      filter: "sessions can be changed only once",
    },
  },
  {
    name: "a name that only the branch has is free",
    file: "src/app/free_name.ts",
    search: "answers(entry.id, entry.name)",
    replace: "entry.id === except",
    killedBy: { file: "tests/e2e/bring_in_test.ts", filter: "a name that a session" },
  },
  {
    name: "an import knows no removal that only the branch has",
    file: "src/cli/commands/snapshot/import.ts",
    search: "  if (!dryRun) await takeRemovals(context);\n",
    replace: "",
    killedBy: { file: "tests/e2e/bring_in_test.ts", filter: "removals that only the branch has" },
  },
  {
    name: "a branch of a newer program is merged",
    file: "src/state_branch/branch.ts",
    search: "    await refuseNewer(git, tree.files);\n",
    replace: "",
    killedBy: {
      file: "tests/compatibility/newer_test.ts",
      filter: "a state branch that is newer, from clones that know it",
    },
  },
];
