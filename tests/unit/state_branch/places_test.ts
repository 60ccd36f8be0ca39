/** The record of pushes in git's directory. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type PushRecord, readRecord, writeRecord } from "../../../src/state_branch/places.ts";

const NOTHING: PushRecord = {
  fallback: null,
  branch: null,
  safeAt: null,
  problem: null,
  triedAt: null,
};

function inGit(test: (git: { readonly commonDirectory: string }) => void): void {
  const commonDirectory = Deno.makeTempDirSync({ prefix: "push-record-" });
  try {
    test({ commonDirectory });
  } finally {
    rmSync(commonDirectory, { recursive: true });
  }
}

Deno.test("what is remembered of a push is read back, under the names that earlier programs know", () =>
  inGit((git) => {
    const record = { ...NOTHING, fallback: "agent", branch: "b", onlyThere: 2 } as const;
    writeRecord(git, "b", record);
    const folder = `${git.commonDirectory}/orchestrator`;
    const [name = ""] = readdirSync(folder);
    const content = JSON.parse(readFileSync(`${folder}/${name}`, "utf8"));
    assert.equal(content.rung, "agent");
    assert.equal("fallback" in content, false);
    assert.deepEqual(readRecord(git, "b"), record);
  }));

Deno.test("a record that is not there or no record says nothing", () =>
  inGit((git) => {
    assert.deepEqual(readRecord(git, "b"), NOTHING);
    writeRecord(git, "b", NOTHING);
    for (const text of ["null", "5", "{", "{}"]) {
      writeFileSync(`${git.commonDirectory}/orchestrator/b.json`, text);
      assert.deepEqual(readRecord(git, "b"), NOTHING, text);
    }
  }));
