import assert from "node:assert/strict";
import { isUnwritable } from "../../../src/app/state/unwritable.ts";
import { OrchestratorError } from "../../../src/errors.ts";

const PLACES = {
  root: "/work/shop",
  gitDirectory: "/work/shop/.git",
  stateDirectory: "/work/shop/.orchestrator",
};

const denied = (path: string) =>
  new OrchestratorError("read_only", `Cannot write "${path}"`, { details: { path } });

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
  ) assert.ok(isUnwritable(git(said), PLACES), said);
  for (const path of ["/work/shop/.git/orchestrator/state.json", ".git/orchestrator/x"]) {
    assert.ok(isUnwritable(denied(path), PLACES), path);
  }
});

Deno.test("other failures are no reason to hand the state over", () => {
  assert.ok(!isUnwritable(git("bad object HEAD"), PLACES));
  assert.ok(!isUnwritable(new OrchestratorError("no_space", "Cannot write x"), PLACES));
  assert.ok(!isUnwritable(new Error("Permission denied"), PLACES));
});

Deno.test("a state that cannot be written is not handed over in its place", () => {
  for (
    const path of ["/work/shop/.orchestrator/lock", ".orchestrator/sessions/.staging-x/state.json"]
  ) {
    assert.ok(!isUnwritable(denied(path), PLACES), path);
  }
  assert.ok(!isUnwritable(new OrchestratorError("read_only", "Cannot write x"), PLACES));
  const bare = {
    ...PLACES,
    root: "/work",
    gitDirectory: "/work/p.git",
    stateDirectory: "/work/p.git/orchestrator/state",
  };
  assert.ok(!isUnwritable(denied("/work/p.git/orchestrator/state/lock"), bare));
  assert.ok(isUnwritable(denied("/work/p.git/orchestrator/pushed.json"), bare));
});
