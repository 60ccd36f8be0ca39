import assert from "node:assert/strict";
import { isUnwritable } from "../../../src/app/state/unwritable.ts";
import { OrchestratorError } from "../../../src/errors.ts";

const PLACES = { root: "/home/ada/shop", stateDirectory: "/home/ada/shop/.orchestrator" };
const GIT = "/home/ada/shop/.git";

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
  ) assert.ok(isUnwritable(git(said), PLACES, GIT), said);
  for (const path of ["/home/ada/shop/.git/orchestrator/state.json", ".git/orchestrator/x"]) {
    assert.ok(isUnwritable(denied(path), PLACES, GIT), path);
  }
});

Deno.test("other failures are no reason to hand the state over", () => {
  assert.ok(!isUnwritable(git("bad object HEAD"), PLACES, GIT));
  assert.ok(!isUnwritable(new OrchestratorError("no_space", "Cannot write x"), PLACES, GIT));
  assert.ok(!isUnwritable(new Error("Permission denied"), PLACES, GIT));
});

Deno.test("a state that cannot be written is not handed over in its place", () => {
  for (
    const path of [
      "/home/ada/shop/.orchestrator/lock",
      ".orchestrator/sessions/.staging-x/state.json",
    ]
  ) {
    assert.ok(!isUnwritable(denied(path), PLACES, GIT), path);
  }
  assert.ok(!isUnwritable(new OrchestratorError("read_only", "Cannot write x"), PLACES, GIT));
  const bare = { root: "/home/ada", stateDirectory: "/home/ada/p.git/orchestrator/state" };
  const inBare = (path: string) => isUnwritable(denied(path), bare, "/home/ada/p.git");
  assert.ok(!inBare("/home/ada/p.git/orchestrator/state/lock"));
  assert.ok(inBare("/home/ada/p.git/orchestrator/pushed.json"));
});
