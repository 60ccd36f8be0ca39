import assert from "node:assert/strict";
import { type SeedOptions, toSeed } from "../../../src/legacy/convert.ts";
import { readLegacyState } from "../../../src/legacy/read_state.ts";
import type { WorkflowDefinition } from "../../../src/workflow/definition.ts";
import { evolve } from "../../../src/workflow/evolve.ts";
import { definitionFromObject } from "../../../src/workflow/parse_definition.ts";
import type { ItemState, StateSeed } from "../../../src/workflow/state.ts";
import { fixture, fixtureValue } from "./old_project.ts";

const FILE = ".workflow_state.json";

function convert(value: unknown, options: SeedOptions = {}) {
  return toSeed(readLegacyState(JSON.stringify(value), FILE), options);
}

function item(seed: StateSeed, phase: string, id: string): ItemState {
  const found = Object.getOwnPropertyDescriptor(seed.phases[phase]?.items ?? {}, id)?.value;
  assert.ok(found !== undefined, `${phase}/${id}`);
  return found;
}

/** The state a session has after this import. */
function imported(seed: StateSeed) {
  return evolve(null, {
    type: "session_imported",
    seq: 1,
    time: "2026-02-01T00:00:00.000Z",
    actor: { kind: "person", name: "mina" },
    data: {
      session: "s",
      lineage: "l",
      seed,
      source: { generation: "G8" },
      history: [],
      toolVersion: "0",
    },
  });
}

for (const name of ["g0", "g1", "g2", "g3", "g4", "g5", "g6", "g7", "g8"]) {
  Deno.test(`toSeed converts ${name}.json: items, notes, reasons, approvals, times`, () => {
    const state = readLegacyState(fixture(`states/${name}.json`), FILE);
    const { seed, definitionOrigin } = toSeed(state);
    assert.equal(definitionOrigin, name === "g0" ? "made" : "stored");
    assert.equal(seed.task, "Print the tables für Helgoland 🌊");
    assert.equal(seed.project, "almanac");
    assert.equal(seed.status, "active");
    assert.equal(seed.phase, "BUILD");
    assert.equal(seed.createdAt, "2026-01-05T08:00:00.000002Z");
    assert.equal(seed.updatedAt, "2026-01-05T09:40:00.000003Z");
    assert.deepEqual(
      seed.constraints,
      name === "g0" || name === "g1" ? [] : ["no colour", "A5, not A4"],
    );
    assert.deepEqual(
      Object.entries(seed.phases).map((
        [id, phase],
      ) => [id, phase.status, Object.keys(phase.items)]),
      [
        ["PLAN", "completed", ["outline", "chart_note", "harbour_master"]],
        ["BUILD", "active", ["compute", "typeset", "constructor"]],
        ["PRESS", "pending", ["proofread", "__proto__"]],
      ],
    );
    assert.deepEqual(seed.phases["PLAN"]?.approval, {
      how: "flag",
      detection: "imported",
      at: "2026-01-05T08:59:00.000000Z",
      by: { kind: "person", name: "unknown" },
    });

    const outline = item(seed, "PLAN", "outline");
    assert.equal(outline.status, "completed");
    assert.equal(outline.at, "2026-01-05T08:10:00.123456Z");
    assert.equal(outline.notes, "drafted — naïve");
    assert.deepEqual(outline.verification, {
      type: "file_exists",
      passed: true,
      path: "notes/outline.md",
    });
    const skipped = item(seed, "PLAN", "chart_note");
    assert.equal(skipped.status, "skipped");
    assert.equal(skipped.skipReason, "charts are not printed this year");
    assert.equal(skipped.at, "2026-01-05T08:20:00.000000Z");
    assert.equal(skipped.forced, undefined);
    const approved = item(seed, "PLAN", "harbour_master");
    assert.deepEqual(approved.approval, { how: "flag", detection: "imported" });
    assert.equal(approved.notes, "said yes");
    const failed = item(seed, "BUILD", "compute");
    assert.equal(failed.status, "failed");
    assert.equal(failed.failures, 2);
    assert.equal(failed.at, "2026-01-05T09:30:00.000000Z");
    assert.deepEqual(failed.verification, {
      type: "command",
      passed: false,
      command: "make {{target}}",
      expectedExitCode: 0,
      exitCode: 2,
      durationMs: 0,
      outputTail: "computing\nno moon",
    });
    const started = item(seed, "BUILD", "typeset");
    assert.equal(started.status, "pending");
    assert.equal(started.legacy?.status, "in_progress");
    assert.equal(started.legacy?.started_at, "2026-01-05T09:40:00.000000Z");
    assert.equal(item(seed, "BUILD", "constructor").legacy?.status, "blocked");
    assert.deepEqual(item(seed, "PRESS", "__proto__"), {
      status: "pending",
      touched: 0,
      failures: 0,
    });
  });

  Deno.test(`toSeed stores no absolute path of ${name}.json`, () => {
    const { seed } = toSeed(readLegacyState(fixture(`states/${name}.json`), FILE));
    assert.doesNotMatch(JSON.stringify(seed), /\/home\//);
    assert.match(JSON.stringify(seed.legacy), /"workflow_yaml_path":"workflow.yaml"/);
  });

  Deno.test(`a session begins from ${name}.json and has every phase and item`, () => {
    const { seed } = toSeed(readLegacyState(fixture(`states/${name}.json`), FILE));
    const state = imported(seed);
    assert.equal(state.phase, "BUILD");
    for (const phase of seed.definition.phases) {
      assert.deepEqual(
        Object.keys(state.phases[phase.id]?.items ?? {}),
        phase.items.map((one) => one.id),
      );
    }
    assert.deepEqual(JSON.parse(JSON.stringify(state)), state, "it survives the journal");
  });
}

for (const name of ["g1", "g2", "g3", "g4", "g5", "g6", "g7", "g8"]) {
  Deno.test(`the stored definition of ${name}.json is what the parser of workflow.yaml makes of it`, () => {
    const stored = fixtureValue(`states/${name}.json`).workflow_definition;
    // An item id that only the old tool's rules accept; the parser does not.
    for (const phase of stored.phases) {
      for (const one of phase.items) if (one.id === "__proto__") one.id = "proto";
    }
    const value = { ...fixtureValue(`states/${name}.json`), workflow_definition: stored };
    const parsed = definitionFromObject(stored);
    assert.deepEqual(convert(value).seed.definition, parsed.definition);
  });
}

Deno.test("toSeed keeps evidence, gate results and every unknown field", () => {
  const value = fixtureValue("states/g8.json");
  value.mood = { sea: "rough" };
  value.phases.BUILD.tide = "high";
  value.phases.BUILD.items.typeset.ink = ["black"];
  value.metadata.completion_notes = "not yet";
  const state = readLegacyState(JSON.stringify(value), FILE);
  const { seed } = toSeed(state);
  assert.deepEqual(seed.legacy?.mood, { sea: "rough" });
  assert.deepEqual(seed.legacy?.phases, { BUILD: { tide: "high" } });
  assert.equal(seed.legacy?.workflow_id, "wf_7ide7ab1");
  assert.equal(seed.legacy?._version, "3.0");
  const metadata = JSON.stringify(seed.legacy?.metadata);
  assert.match(metadata, /"completion_notes":"not yet"/);
  assert.match(metadata, /"mid-model"/);
  assert.doesNotMatch(metadata, /phase_PLAN_approved/);
  assert.deepEqual(Object.keys(item(seed, "PLAN", "outline").evidence ?? {}).length, 3);
  const typeset = item(seed, "BUILD", "typeset");
  assert.deepEqual(typeset.verification, {
    type: "command",
    passed: false,
    command: "make type",
    expectedExitCode: 0,
    exitCode: 1,
    durationMs: 3,
    outputTail: "overfull \\hbox\x7f",
  });
  assert.deepEqual(typeset.legacy?.ink, ["black"]);
});

/** Every phase done, and the last one still active, as all completed states were. */
function completedState() {
  const value = fixtureValue("states/g5.json");
  value.status = "completed";
  value.completed_at = "2026-01-06T10:00:00.000000Z";
  value.current_phase_id = "PRESS";
  value.phases.BUILD.status = "completed";
  value.phases.PRESS.status = "active";
  value.metadata.completion_notes = "printed";
  return value;
}

Deno.test("toSeed: a completed workflow whose last phase is still active is finished", () => {
  const { seed, findings } = convert(completedState());
  assert.equal(seed.status, "completed");
  assert.equal(seed.phase, null);
  assert.equal(seed.phases["PRESS"]?.status, "completed");
  assert.equal(seed.phases["PRESS"]?.completedAt, "2026-01-06T10:00:00.000000Z");
  assert.equal(seed.endedAt, "2026-01-06T10:00:00.000000Z");
  assert.equal(seed.endNotes, "printed");
  assert.equal(findings.filter((finding) => /phase/.test(finding)).length, 0, findings.join());
});

Deno.test("toSeed: a workflow finished too early says which phases it never reached", () => {
  const value = completedState();
  value.current_phase_id = "PLAN";
  value.phases.PLAN.status = "active";
  value.phases.BUILD.status = "pending";
  value.phases.PRESS.status = "pending";
  const { seed, findings } = convert(value);
  assert.equal(seed.phases["PLAN"]?.status, "completed");
  assert.equal(seed.phases["PRESS"]?.status, "pending");
  assert.ok(findings.includes("the workflow was finished without reaching BUILD, PRESS"));
});

Deno.test("toSeed: an abandoned workflow keeps its reason, however it is spelled", () => {
  for (const key of ["abandon_reason", "abandoned_reason"]) {
    const value = fixtureValue("states/g4.json");
    value.status = "abandoned";
    value.metadata[key] = "the harbour silted up";
    value.metadata.abandoned_at = "2026-01-07T00:00:00+00:00";
    const { seed } = convert(value);
    assert.equal(seed.status, "abandoned");
    assert.equal(seed.phase, null);
    assert.equal(seed.abandonReason, "the harbour silted up");
    assert.equal(seed.endedAt, "2026-01-07T00:00:00Z");
    assert.equal(seed.phases["BUILD"]?.status, "active", "that is where the work stopped");
  }
});

Deno.test("toSeed: other workflow statuses count as active and are kept", () => {
  for (const status of ["paused", "snoozed"]) {
    const { seed, findings } = convert({ ...fixtureValue("states/g4.json"), status });
    assert.equal(seed.status, "active");
    assert.equal(seed.legacy?.status, status);
    assert.ok(
      findings.includes(`the workflow had the status "${status}" and is treated as active`),
    );
  }
});

Deno.test("toSeed: a current phase that does not exist is guessed from the phases", () => {
  const value = fixtureValue("states/g4.json");
  value.current_phase_id = "HARBOUR";
  const { seed, findings } = convert(value);
  assert.equal(seed.phase, "BUILD");
  assert.ok(
    findings.includes(
      'the current phase "HARBOUR" is not defined; "BUILD" is used as the current phase',
    ),
  );
  delete value.current_phase_id;
  value.phases.BUILD.status = "completed";
  assert.equal(convert(value).seed.phase, "PRESS");
});

Deno.test("toSeed: no two phases are active at once", () => {
  const value = fixtureValue("states/g4.json");
  value.phases.PLAN.status = "active";
  value.phases.PRESS.status = "blocked";
  const { seed, findings } = convert(value);
  assert.deepEqual(
    Object.values(seed.phases).map((phase) => phase.status),
    ["completed", "active", "pending"],
  );
  assert.deepEqual(seed.legacy?.phases, {
    PLAN: { status: "active" },
    PRESS: { status: "blocked" },
  });
  assert.ok(findings.includes('phase "PRESS" had the status "blocked" and is treated as pending'));
});

Deno.test("toSeed: a skipped gate was forced, a zero-human skip was automatic", () => {
  const value = fixtureValue("states/g8.json");
  value.workflow_definition.phases[0].items[1].step_type = "gate";
  value.phases.PLAN.items.harbour_master = {
    ...value.phases.PLAN.items.harbour_master,
    status: "skipped",
    skip_reason: "Auto-skipped (zero_human mode)",
    verification_result: null,
  };
  const { seed } = convert(value);
  assert.equal(item(seed, "PLAN", "chart_note").forced, true);
  assert.equal(item(seed, "PLAN", "harbour_master").automatic, "zero_human");
  assert.equal(item(seed, "PLAN", "harbour_master").forced, undefined);
  assert.equal(imported(seed).bypasses.length, 2);
});

Deno.test("toSeed says which items are completed without the proof they need", () => {
  const value = fixtureValue("states/g8.json");
  value.phases.PLAN.items.harbour_master.verification_result = null;
  value.phases.PLAN.items.outline.verification_result.exists = false;
  value.phases.BUILD.items.compute = {
    ...value.phases.BUILD.items.compute,
    status: "completed",
    verification_result: null,
  };
  const { findings } = convert(value);
  assert.ok(
    findings.includes(
      'PLAN: item "harbour_master" is treated as completed although no person approved it',
    ),
  );
  for (const id of ['PLAN: item "outline"', 'BUILD: item "compute"']) {
    assert.ok(findings.includes(`${id} is treated as completed without a passed verification`), id);
  }
});

Deno.test("toSeed: results of blocked and failed verifications keep their reason", () => {
  const value = fixtureValue("states/g8.json");
  value.phases.PLAN.items.outline.verification_result = { blocked: true, reason: "path_traversal" };
  value.phases.BUILD.items.compute.verification_result = { error: "timed out", blocked: false };
  const { seed } = convert(value);
  assert.deepEqual(item(seed, "PLAN", "outline").verification, {
    type: "file_exists",
    passed: false,
    path: "notes/outline.md",
    reason: "path_traversal",
  });
  const compute = item(seed, "BUILD", "compute").verification;
  assert.ok(compute?.type === "command" && !compute.passed);
  assert.equal(compute.reason, "timed out");
  assert.equal(compute.command, "make tables");
});

Deno.test("toSeed: times that are none are kept and not believed", () => {
  const value = fixtureValue("states/g4.json");
  value.created_at = "yesterday";
  value.phases.PLAN.items.chart_note.skipped_at = "noon";
  value.phases.PLAN.items.chart_note.retry_count = "many";
  const { seed } = convert(value);
  assert.equal(seed.createdAt, seed.updatedAt);
  assert.equal(item(seed, "PLAN", "chart_note").at, undefined);
  assert.deepEqual(item(seed, "PLAN", "chart_note").legacy, {
    skipped_at: "noon",
    retry_count: "many",
  });
  delete value.created_at;
  delete value.updated_at;
  assert.equal(convert(value).seed.createdAt, "1970-01-01T00:00:00Z");
});

Deno.test("toSeed: a definition that cannot be carried out asks a person instead", () => {
  const value = fixtureValue("states/g8.json");
  const [plan, build, press] = value.workflow_definition.phases;
  plan.items[0].verification.path = null;
  build.items[0].verification.command = null;
  build.items[1].verification.type = "oracle";
  build.items.push({ ...build.items[1], name: "Twin" }, { name: "nameless" }, 7);
  press.items[0].step_type = "solemn";
  press.items[0].evidence_schema = "GutFeeling";
  press.phase_type = "wild";
  const { seed, findings, definitionOrigin } = convert(value);
  assert.equal(definitionOrigin, "stored");
  const items = seed.definition.phases.flatMap((phase) => phase.items);
  const kinds = Object.fromEntries(items.map((one) => [one.id, one.verification.type]));
  assert.equal(kinds["outline"], "manual_gate");
  assert.equal(kinds["compute"], "manual_gate");
  assert.equal(kinds["typeset"], "manual_gate");
  assert.equal(items.filter((one) => one.id === "typeset").length, 1);
  assert.equal(items.find((one) => one.id === "proofread")?.step_type, "flexible");
  assert.equal(
    findings.filter((finding) => /defin|verification "|unknown and/.test(finding)).length,
    9,
    findings.join("\n"),
  );
  assert.match(JSON.stringify(seed.legacy?.workflow_definition), /oracle/, "the original is kept");
});

Deno.test("toSeed: phases and items that only the state has are kept", () => {
  const value = fixtureValue("states/g8.json");
  value.phases.PLAN.items.extra = { id: "extra", status: "completed", notes: "found it" };
  value.phases.LIMBO = { id: "LIMBO", status: "pending", items: {} };
  const { seed, findings } = convert(value);
  assert.deepEqual(seed.legacy?.unplaced, {
    PLAN: { items: { extra: { id: "extra", status: "completed", notes: "found it" } } },
    LIMBO: { id: "LIMBO", status: "pending", items: {} },
  });
  assert.ok(findings.includes('item "extra" of "PLAN" is in the state but not in the definition'));
  assert.ok(findings.includes('phase "LIMBO" is in the state but not in the definition'));
});

function workflowFile(): WorkflowDefinition {
  const definition = convert(fixtureValue("states/g1.json")).seed.definition;
  return { ...definition, name: "From the file" };
}

Deno.test("toSeed: a state without a definition takes workflow.yaml's when it fits", () => {
  const value = fixtureValue("states/g0.json");
  const definition = workflowFile();
  const same = convert(value, {
    definition,
    definitionSha256: `0123456789abcdef${"0".repeat(48)}`,
  });
  assert.equal(same.definitionOrigin, "file");
  assert.equal(same.seed.definition.name, "From the file");
  const changed = "workflow.yaml has changed since the workflow began";
  assert.ok(!same.findings.includes(changed));
  assert.equal(same.seed.legacy?.workflow_type, "Tide Tables", "it is not the file's name");
  const other = convert(value, { definition, definitionSha256: "f".repeat(64) });
  assert.ok(other.findings.includes(changed));

  const [first, ...others] = definition.phases;
  assert.ok(first);
  for (
    const phases of [
      others,
      [...others, first],
      [{ ...first, items: first.items.slice(1) }, ...others],
    ]
  ) {
    const result = convert(value, { definition: { ...definition, phases } });
    assert.equal(result.definitionOrigin, "made");
    assert.ok(
      result.findings.some((finding) => /workflow\.yaml has different phases/.test(finding)),
    );
  }
});

Deno.test("toSeed makes a definition from the state when there is no other", () => {
  for (const stored of [undefined, null, { name: "x", phases: [] }, { phases: 7 }]) {
    const value = { ...fixtureValue("states/g0.json"), workflow_definition: stored };
    const { seed, definitionOrigin } = convert(value);
    assert.equal(definitionOrigin, "made");
    assert.equal(seed.definition.name, "Tide Tables");
    assert.equal(seed.definition.version, "1.2");
    const items = seed.definition.phases.flatMap((phase) => phase.items);
    assert.deepEqual(items.find((one) => one.id === "outline")?.verification, {
      type: "file_exists",
      path: "notes/outline.md",
    });
    assert.equal(
      items.find((one) => one.id === "harbour_master")?.verification.type,
      "manual_gate",
    );
    assert.deepEqual(items.find((one) => one.id === "compute")?.verification, {
      type: "command",
      command: "make {{target}}",
      expect_exit_code: 0,
    });
    assert.equal(items.find((one) => one.id === "proofread")?.verification.type, "none");
    assert.ok(items.every((one) => one.required));
  }
});

Deno.test("toSeed: a made definition demands no file whose name was never known", () => {
  const value = fixtureValue("states/g0.json");
  value.phases.PLAN.items.outline.verification_result.path =
    "/home/mina/almanac/{{notes}}/outline.md";
  const { seed } = convert(value);
  assert.equal(seed.definition.phases[0]?.items[0]?.verification.type, "manual_gate");
});

Deno.test("toSeed: a gate is required whatever the old definition says, other items are not", () => {
  const value = fixtureValue("states/g8.json");
  const [gate, other] = value.workflow_definition.phases[0].items;
  Object.assign(gate, { step_type: "gate", required: false });
  Object.assign(other, { step_type: "flexible", required: false });
  const { seed, findings } = convert(value);
  const items = seed.definition.phases[0]?.items ?? [];
  assert.deepEqual(items.slice(0, 2).map(({ required }) => required), [true, false]);
  assert.ok(findings.some((finding) => finding.includes("is a gate, which is required")));
});
