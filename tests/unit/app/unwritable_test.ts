import assert from "node:assert/strict";
import { isUnwritable } from "../../../src/app/state/unwritable.ts";
import { OrchestratorError } from "../../../src/errors.ts";

const git = (said: string) =>
  new OrchestratorError("git_failed", `Cannot run "git hash-object": ${said}`);

Deno.test("what git says where its own directory cannot be written", () => {
  for (
    const said of [
      "insufficient permission for adding an object to repository database .git/objects",
      "unable to create temporary file: Read-only file system",
      "cannot lock ref 'refs/orchestrator/state/x': Unable to create '.git/x.lock': Permission denied",
      "unable to write file .git/objects/ab/cd: Operation not permitted",
    ]
  ) assert.ok(isUnwritable(git(said)), said);
  assert.ok(isUnwritable(new OrchestratorError("read_only", "Cannot write x")));
});

Deno.test("other failures are no reason to hand the state over", () => {
  assert.ok(!isUnwritable(git("bad object HEAD")));
  assert.ok(!isUnwritable(new OrchestratorError("no_space", "Cannot write x")));
  assert.ok(!isUnwritable(new Error("Permission denied")));
});
