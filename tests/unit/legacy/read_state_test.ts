import assert from "node:assert/strict";
import { OrchestratorError } from "../../../src/errors.ts";
import { readLegacyState } from "../../../src/legacy/read_state.ts";
import { fixture, fixtureValue } from "./old_project.ts";

const ROOT_FILE = ".workflow_state.json";
const SESSION_FILE = ".orchestrator/sessions/0a1b2c3d/state.json";

const GENERATIONS = [
  ["g0", ROOT_FILE, "G0", "none"],
  ["g1", ROOT_FILE, "G1", "none"],
  ["g2", ROOT_FILE, "G2", "none"],
  ["g3", ROOT_FILE, "G3", "none"],
  ["g4", ROOT_FILE, "G4", "none"],
  ["g5", SESSION_FILE, "G5", "none"],
  ["g6", SESSION_FILE, "G6", "ok-g6"],
  ["g7", SESSION_FILE, "G7", "ok-g7"],
  ["g8", SESSION_FILE, "G8", "ok-g8"],
  // Only the place tells these two apart.
  ["g4", SESSION_FILE, "G5", "none"],
  ["g5", ROOT_FILE, "G4", "none"],
] as const;

for (const [name, file, generation, checksum] of GENERATIONS) {
  Deno.test(`readLegacyState reads ${name}.json in ${file} as ${generation}, checksum ${checksum}`, () => {
    const state = readLegacyState(fixture(`states/${name}.json`), file);
    assert.equal(state.generation, generation);
    assert.equal(state.checksum, checksum);
    assert.equal(state.workflowId, "wf_7ide7ab1");
    assert.equal(state.task, "Print the tables für Helgoland 🌊");
    assert.equal(state.status, "active");
    assert.equal(state.currentPhase, "BUILD");
    assert.deepEqual(state.findings, []);
  });
}

for (const name of ["g6", "g7", "g8"]) {
  Deno.test(`readLegacyState finds a change in ${name}.json by its checksum`, () => {
    const text = fixture(`states/${name}.json`).replace('"almanac"', '"almanaque"');
    const state = readLegacyState(text, SESSION_FILE);
    assert.equal(state.checksum, "mismatch");
    assert.equal(state.generation, name === "g6" ? "G6" : "G8");
    assert.deepEqual(state.findings, ["its checksum does not match its content"]);
  });
}

Deno.test("readLegacyState's checksum does not depend on layout, order of keys or escapes", () => {
  const value = fixtureValue("states/g8.json");
  // Through JSON.parse, 1.0 and the big integer would change: put them back as they were.
  const reversed = Object.fromEntries(Object.entries(value).reverse());
  const text = JSON.stringify(reversed)
    .replace("[1e-7,1,12345678901234567000,0]", "[1e-07,1.0,12345678901234567890,-0.0]");
  assert.match(text, /12345678901234567890,-0\.0/);
  assert.equal(readLegacyState(text, SESSION_FILE).checksum, "ok-g8");
  const rounded = JSON.stringify(reversed);
  assert.equal(readLegacyState(rounded, SESSION_FILE).checksum, "mismatch");
});

Deno.test("readLegacyState: a version without a checksum is the last generation, unchecked", () => {
  const value = fixtureValue("states/g8.json");
  delete value._checksum;
  const state = readLegacyState(JSON.stringify(value), SESSION_FILE);
  assert.deepEqual([state.generation, state.checksum], ["G8", "none"]);
});

Deno.test("readLegacyState accepts a byte order mark, unknown statuses and missing fields", () => {
  const text = '\uFEFF{"workflow_id": "wf_1", "phases": {"A": {}}, "status": "snoozed", "x": NaN}';
  const state = readLegacyState(text, ROOT_FILE);
  assert.equal(state.status, "snoozed");
  assert.equal(state.generation, "G0");
  assert.deepEqual(state.findings, [
    '"task_description" is missing or not a text',
    '"current_phase_id" is missing or not a text',
    '"created_at" is missing or not a text',
    '"updated_at" is missing or not a text',
  ]);
});

function refusal(text: string): OrchestratorError {
  try {
    readLegacyState(text, ROOT_FILE);
  } catch (error) {
    assert.ok(error instanceof OrchestratorError);
    assert.equal(error.code, "legacy_corrupt");
    assert.equal(error.exitCode, 8);
    assert.equal(error.details?.file, ROOT_FILE);
    assert.match(error.message, /^Cannot read the old file "\.workflow_state\.json": [^.]/);
    assert.ok(error.hint);
    return error;
  }
  assert.fail("it was accepted");
}

const DAMAGED = [
  ["", "empty", "it is empty"],
  [" \n", "empty", "it contains only white space"],
  ["[]", "not_object", "it contains a list (expected an object)"],
  ["null", "not_object", "it contains null (expected an object)"],
  ["7", "not_object", "it contains a number (expected an object)"],
  ['{"tasks": [], "completed": []}', "not_state", 'it has neither "workflow_id" nor "phases"'],
  ["{}", "not_state", 'it has neither "workflow_id" nor "phases"'],
  ['{"phases": {"A": {}}}', "missing_key", 'the required key "workflow_id" is missing'],
  ['{"workflow_id": "wf_1"}', "missing_key", 'the required key "phases" is missing'],
  ['{"workflow_id": 7, "phases": {"A": {}}}', "wrong_type", '"workflow_id" is not a text'],
  ['{"workflow_id": "wf_1", "phases": []}', "wrong_type", '"phases" is not an object'],
  ['{"workflow_id": "wf_1", "phases": {}}', "no_phases", "it has no phases"],
  ["state/real.json", "link_text", 'it contains only the text "state/real.json"'],
  ['{"a" 1}', "not_json", "it is not JSON at byte 5 (line 1, column 6)"],
  ['{"é":\n x}', "not_json", "it is not JSON at byte 8 (line 2, column 2)"],
  ['{"a": 1}}', "not_json", "text after the end of the value"],
  ["<<<<<<< HEAD\n{}", "not_json", "it is not JSON at byte 0 (line 1, column 1)"],
] as const;

for (const [text, reason, words] of DAMAGED) {
  Deno.test(`readLegacyState refuses ${JSON.stringify(text)}: ${reason}`, () => {
    const error = refusal(text);
    assert.equal(error.details?.reason, reason);
    assert.ok(error.message.includes(words), error.message);
  });
}

Deno.test("readLegacyState says where a state is cut off, wherever that is", () => {
  const text = fixture("states/g8.json");
  const bytes = new TextEncoder().encode(text);
  assert.equal(bytes.length, text.length, "the fixture is ASCII, so bytes are characters");
  for (let length = 1; length < text.length; length += 97) {
    const error = refusal(text.slice(0, length));
    assert.equal(error.details?.reason, "truncated");
    assert.equal(error.details?.byte, length);
    const lines = text.slice(0, length).split("\n");
    assert.equal(error.details?.line, lines.length);
    assert.equal(error.details?.column, (lines.at(-1)?.length ?? 0) + 1);
  }
});
