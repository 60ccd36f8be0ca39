import assert from "node:assert/strict";
import { readLegacyCheckpoint } from "../../../src/legacy/read_checkpoint.ts";
import { fixture, fixtureValue } from "./old_project.ts";

Deno.test("readLegacyCheckpoint reads the form with six hex digits and its copy of the state", () => {
  const file = ".workflow_checkpoints/cp_20260105_090000_0a1b2c.json";
  const checkpoint = readLegacyCheckpoint(fixture("checkpoint_v2.json"), file);
  assert.equal(checkpoint.form, "v2");
  assert.equal(checkpoint.id, "cp_20260105_090000_0a1b2c");
  assert.equal(checkpoint.workflowId, "wf_7ide7ab1");
  assert.equal(checkpoint.phaseId, "PLAN");
  assert.equal(checkpoint.timestamp, "2026-01-05T09:00:00.000000+00:00");
  assert.equal(checkpoint.message, "before the build");
  assert.deepEqual(checkpoint.keyDecisions, ["A5"]);
  assert.deepEqual(checkpoint.fileManifest, ["notes/outline.md"]);
  assert.equal(checkpoint.parent, null);
  assert.equal(checkpoint.snapshot?.currentPhase, "PLAN");
  assert.equal(checkpoint.snapshot?.checksum, "none");
  assert.equal(checkpoint.snapshot?.generation, "G4");
  assert.deepEqual(checkpoint.findings, []);
});

Deno.test("readLegacyCheckpoint reads the later form, without a copy of the state", () => {
  const checkpoint = readLegacyCheckpoint(fixture("checkpoint_v3.json"), "cp.json");
  assert.equal(checkpoint.form, "v3");
  assert.equal(checkpoint.itemId, "compute");
  assert.equal(checkpoint.message, null);
  assert.equal(checkpoint.parent, "cp_20260105_090000_0a1b2c");
  assert.equal(checkpoint.snapshot, null);
  assert.deepEqual(checkpoint.findings, []);
});

Deno.test("readLegacyCheckpoint takes the file's name for a missing id, and any other id", () => {
  const value = fixtureValue("checkpoint_v3.json");
  delete value.checkpoint_id;
  const named = readLegacyCheckpoint(JSON.stringify(value), ".workflow_checkpoints/mine.json");
  assert.deepEqual([named.id, named.form, named.findings.length], ["mine", "other", 1]);
  value.checkpoint_id = "by hand";
  assert.equal(readLegacyCheckpoint(JSON.stringify(value), "x.json").id, "by hand");
});

Deno.test("readLegacyCheckpoint: an unusable copy of the state is a finding", () => {
  for (const [snapshot, reason] of [[{}, "not_state"], [[], "not_object"], ["x", "not_object"]]) {
    const value = { ...fixtureValue("checkpoint_v2.json"), workflow_state_snapshot: snapshot };
    const checkpoint = readLegacyCheckpoint(JSON.stringify(value), "cp.json");
    assert.equal(checkpoint.snapshot, null);
    assert.deepEqual(checkpoint.findings, [`its copy of the state is unusable (${reason})`]);
  }
});

Deno.test("readLegacyCheckpoint refuses what is no checkpoint", () => {
  const refused = [
    ["", "empty"],
    ['{"workflow_id": "wf_1"', "truncated"],
    ["[]", "not_object"],
    ["{}", "missing_key"],
    ['{"workflow_id": 3}', "missing_key"],
  ] as const;
  for (const [text, reason] of refused) {
    assert.throws(
      () => readLegacyCheckpoint(text, "cp.json"),
      (error: { code?: string; details?: { reason?: string } }) =>
        error.code === "legacy_corrupt" && error.details?.reason === reason,
      text,
    );
  }
});
