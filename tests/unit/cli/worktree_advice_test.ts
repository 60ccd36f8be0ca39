/** A linked worktree that cannot write into the shared state: the ways out, by the agent's name. */
import assert from "node:assert/strict";
import { unwritableState } from "../../../src/cli/worktree_advice.ts";
import { ioError } from "../../../src/platform/io_error.ts";
import { OrchestratorPaths } from "../../../src/project/paths.ts";

const PATHS = new OrchestratorPaths("/wt", "marker", "/home/anna", {
  directory: "/main/.orchestrator",
  worktree: { name: "wt", common: "/main/.git", main: "/main" },
  why: "shared",
  shared: { key: "wt", of: "/main" },
});

function failed(system: string, path: string) {
  return ioError("lock", path, Object.assign(new Error(system), { code: system }));
}

for (
  const [agent, setting] of [
    ["codex", /`--add-dir \/main\/\.orchestrator`.*writable_roots/],
    ["claude-code", /sandbox\.filesystem\.allowWrite/],
    ["gemini-cli", /^Make "\/main\/\.orchestrator" writable/],
    [null, /^Make "\/main\/\.orchestrator" writable/],
  ] as const
) {
  Deno.test(`an unwritable shared state: what helps ${agent ?? "a person"}`, () => {
    for (const system of ["EROFS", "EACCES", "EPERM"]) {
      const error = unwritableState(
        failed(system, "/main/.orchestrator/sessions/x/lock"),
        PATHS,
        agent,
      );
      assert.equal(error.code, "read_only");
      assert.match(error.hint ?? "", setting);
      assert.match(error.hint ?? "", /ORCHESTRATOR_STATE_HOME=worktree/);
    }
  });
}

Deno.test("an unwritable shared state: a directory with a space is one word of the command", () => {
  const paths = new OrchestratorPaths("/wt", "marker", "/home/anna", {
    directory: "/my main/.orchestrator",
    worktree: { name: "wt", common: "/my main/.git", main: "/my main" },
    why: "shared",
    shared: { key: "wt", of: "/my main" },
  });
  const error = unwritableState(failed("EROFS", "/my main/.orchestrator/lock"), paths, "codex");
  assert.match(error.hint ?? "", /`--add-dir '\/my main\/\.orchestrator'`/);
});

Deno.test("an unwritable shared state: the state directory that cannot even be made", () => {
  const error = unwritableState(failed("EROFS", "/main/.orchestrator"), PATHS, "codex");
  assert.match(error.hint ?? "", /--add-dir/);
});

Deno.test("an unwritable file of the worktree is another matter", () => {
  const error = failed("EACCES", "/wt/report.txt");
  assert.equal(unwritableState(error, PATHS, "codex"), error);
});
