/** Where a person wants a file to go. */
import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { isWindows } from "../../../src/platform/runtime.ts";
import {
  answer,
  assertSameTree,
  oldRepository,
  orchestrator,
  repositoryOf,
  treeOf,
} from "./old_repository.ts";

Deno.test("migrate --interactive: what goes among the secrets becomes one", async () => {
  using scratch = oldRepository({ ...repositoryOf(2), ".workflow_token": "hush\n" });
  const before = treeOf(scratch);
  const asked = await orchestrator(scratch, ["migrate", "--interactive"], {
    terminal: 80,
    answers: [false, true, true],
    texts: ["secrets/TOKEN"],
  });
  assert.equal(asked.code, 0, asked.stderr);
  assert.equal(scratch.read(".orchestrator/secrets/TOKEN"), "hush\n");
  if (!isWindows) {
    const mode = (name: string) => statSync(scratch.path(`.orchestrator/${name}`)).mode & 0o777;
    assert.deepEqual([mode("secrets"), mode("secrets/TOKEN")], [0o700, 0o600]);
  }
  await answer(scratch, "migrate", "--rollback", "--yes");
  assertSameTree(before, treeOf(scratch));
});

Deno.test("migrate --interactive: two files that are to have one name both move", async () => {
  using scratch = oldRepository({
    ...repositoryOf(0),
    ".workflow_token": "one\n",
    ".workflow_token2": "two\n",
  });
  const asked = await orchestrator(scratch, ["migrate", "--interactive"], {
    terminal: 80,
    answers: [false, true, true, true],
    texts: ["prd/token", "prd/token"],
  });
  assert.equal(asked.code, 0, asked.stderr);
  assert.equal(scratch.read(".orchestrator/prd/token"), "one\n");
  assert.equal(scratch.read(".orchestrator/prd/token~2"), "two\n");
});
