import assert from "node:assert/strict";
import { OrchestratorError } from "../../../src/errors.ts";
import {
  definitionFromObject,
  type Finding,
  parseDefinition,
  requireDefinition,
} from "../../../src/workflow/parse_definition.ts";
import { SIZE_LIMIT } from "../../../src/workflow/read_yaml.ts";
import { BAD_FILES, BAD_YAML } from "./definition_findings.ts";

const FILE = "workflow.yaml";

function told({ line, column, level, message, hint }: Finding): string {
  return `${line}:${column} ${level} ${message}${hint === undefined ? "" : ` → ${hint}`}`;
}

function read(text: string) {
  return parseDefinition(text, { file: FILE });
}

for (const { about, text, findings } of [...BAD_FILES, ...BAD_YAML]) {
  Deno.test(`parseDefinition: ${about}`, () => {
    assert.deepEqual(read(text).findings.map(told), findings);
  });
}

Deno.test("parseDefinition: findings name the file and the path of the value", () => {
  const { findings } = parseDefinition(
    'name: W\nphases: [{id: A, name: A, items: [{id: a, name: a, verification: {type: x}}]}]\n"a b": 1',
    { file: "ci/flow.yaml" },
  );
  assert.deepEqual(findings.map(({ file, path }) => [file, path]), [
    ["ci/flow.yaml", "phases[0].items[0].verification.type"],
    ["ci/flow.yaml", '["a b"]'],
  ]);
});

Deno.test("parseDefinition: a definition is given unless its shape is broken", () => {
  assert.notEqual(read("steps: [{name: x, command: '{{gone}}'}]").definition, null);
  assert.equal(read("steps: [{name: [x]}]").definition, null);
  assert.equal(read("phases: [{id: A, name: A}]").definition, null);
  assert.equal(read("name: W").definition, null);
});

Deno.test("parseDefinition: every default of the form with phases", () => {
  const { definition, findings } = read(
    "name: W\nphases:\n  - id: A-1\n    name: Phase\n    items: [{id: a, name: Item}]\n",
  );
  assert.deepEqual(findings, []);
  assert.deepEqual(definition, {
    name: "W",
    version: "1.0",
    settings: {},
    phases: [{
      id: "A-1",
      name: "Phase",
      items: [{
        id: "a",
        name: "Item",
        required: true,
        skippable: true,
        skip_conditions: [],
        verification: { type: "none" },
        step_type: "flexible",
        notes: [],
        timeout: 300,
      }],
      notes: [],
      required_reviews: [],
      phase_type: "guided",
      intended_tools: [],
    }],
  });
});

Deno.test("parseDefinition: of a command that may pass although it failed it is said where", () => {
  const { definition, findings } = read(`name: W
settings:
  test_command: make test | tail -1
phases:
  - id: A
    name: A
    items:
      - id: tests
        name: Tests
        verification: { type: command, command: "{{test_command}}" }
      - id: lint
        name: Lint
        verification: { type: command, command: "make lint || true" }
`);
  assert.notEqual(definition, null);
  assert.deepEqual(findings.map(({ level, line }) => [level, line]), [["warning", 10], [
    "warning",
    13,
  ]]);
  assert.match(findings[0]?.message ?? "", /behind the pipe counts: "make test" may fail/);
  // What a session has frozen is not judged again.
  assert.deepEqual(definitionFromObject(definition).findings, []);
});

Deno.test("parseDefinition: every field of the form with phases", () => {
  const item = {
    id: "_ünï_1",
    name: "Item",
    description: "More",
    required: false,
    skippable: false,
    skip_conditions: ["s"],
    verification: { type: "command", command: "a && b", expect_exit_code: 7 },
    step_type: "documented",
    evidence_schema: "TestPlanEvidence",
    evidence_prompt: "Why",
    notes: ["[tip] n"],
    agent: "me",
    timeout: 1.5,
  };
  const phase = {
    id: "A",
    name: "Phase",
    description: "More",
    items: [
      item,
      { ...item, id: "b", timeout: 300, verification: { type: "manual_gate", description: "Do" } },
      { ...item, id: "c", timeout: 300, verification: { type: "manual_gate" } },
      { ...item, id: "d", timeout: 300, verification: { type: "file_exists", path: "a" } },
    ],
    exit_gate: "human_approval",
    notes: ["p"],
    required_reviews: ["b"],
    phase_type: "strict",
    intended_tools: ["t"],
    agent: "you",
    executor: "it",
  };
  const whole = {
    name: "W",
    version: "2",
    description: "More",
    settings: {
      a: 1,
      b: [true, { c: null }],
      supervision_mode: "hybrid",
      agents_may_approve: true,
    },
    phases: [phase],
  };
  // JSON is YAML. A time-out that is spelled out would be told of where nothing runs.
  const text = JSON.stringify(whole).replaceAll(',"timeout":300', "");
  const { definition, findings } = read(text);
  assert.deepEqual(findings.map(({ message }) => message), [
    "the command passes when it fails with exit code 7, and only then",
  ]);
  assert.deepEqual(definition, whole);
});

Deno.test("parseDefinition: explicit nulls are defaults", () => {
  const { definition, findings } = read(`
name: W
version: ~
description:
settings:
steps: null
phases:
  - id: A
    name: A
    items:
      - {id: a, name: a, required: null, skippable: , verification: , step_type: ~, notes: null, timeout: ~}
      - {id: b, name: b, verification: {type: , path: null}}
    notes:
    phase_type:
    exit_gate:
`);
  assert.deepEqual(findings, []);
  assert.deepEqual(
    definition,
    read("name: W\nphases: [{id: A, name: A, items: [{id: a, name: a}, {id: b, name: b}]}]")
      .definition,
  );
});

Deno.test("parseDefinition: a version keeps its spelling, with quotes or without", () => {
  for (
    const [written, version] of [["1.10", "1.10"], ['"2.0"', "2.0"], ["3", "3"], ["1.2.3", "1.2.3"]]
  ) {
    assert.equal(read(`version: ${written}\nsteps: [{name: x}]`).definition?.version, version);
  }
});

Deno.test("parseDefinition: the flat form is one phase", () => {
  const { definition, findings } = read(
    "name: Flow\nsteps:\n  - name: Run it\n    command: npm test\n  - {name: Look, id: look}\n",
  );
  assert.deepEqual(findings, []);
  assert.deepEqual(definition?.phases.map(({ id, name }) => [id, name]), [["STEPS", "Flow"]]);
  assert.deepEqual(definition?.phases[0]?.items.map(({ id, verification }) => [id, verification]), [
    ["run_it", { type: "command", command: "npm test", expect_exit_code: 0 }],
    ["look", { type: "none" }],
  ]);
});

Deno.test("parseDefinition: ids made from names are unique and leave given ones alone", () => {
  const names = ["A b", "a-B!", "🎉", "Ａ　ｂ", "", "x"];
  const steps = names.map((name) => ({ name: name === "" ? "Zoë's" : name }));
  const { definition } = read(JSON.stringify({ steps: [...steps, { name: "y", id: "a_b_2" }] }));
  assert.deepEqual(definition?.phases[0]?.items.map(({ id }) => id), [
    "a_b",
    "a_b_3",
    "step_3",
    "a_b_4",
    "zoë_s",
    "x",
    "a_b_2",
  ]);
});

Deno.test("parseDefinition: a nameless flat workflow is called after its file or folder", () => {
  const names = [
    "workflow.yaml",
    "ci/release.yml",
    "deploy/workflow.yaml",
    "C:\\x\\y\\workflow.yaml",
    "",
  ]
    .map((file) => parseDefinition("steps: [{name: x}]", { file }).definition?.name);
  assert.deepEqual(names, ["workflow", "release", "deploy", "y", "workflow"]);
});

Deno.test("parseDefinition: overrides replace settings and are checked like them", () => {
  const text =
    "settings: {a: old, supervision_mode: hybrid}\nsteps:\n  - {name: x, command: '{{a}} {{b}}'}\n";
  const good = parseDefinition(text, { file: FILE, overrides: { a: "new", b: 2 } });
  assert.deepEqual(good.findings, []);
  assert.deepEqual(good.definition?.settings, { a: "new", b: 2, supervision_mode: "hybrid" });
  const bad = parseDefinition(text, {
    file: FILE,
    overrides: { a: ["x"], b: "", supervision_mode: "fast" },
  });
  assert.deepEqual(bad.findings.map(told), [
    '0:0 error setting "supervision_mode" must be supervised, zero_human or hybrid, not "fast"',
    '3:25 error setting "a" is a list and cannot be used in a text → Set it to a text, a number, true or false',
  ]);
  const bare = parseDefinition("steps: [{name: x, command: '{{b}}'}]", {
    file: FILE,
    overrides: { b: "ls" },
  });
  assert.deepEqual([bare.findings, bare.definition?.settings], [[], { b: "ls" }]);
});

Deno.test("parseDefinition: keys beginning with x- are for anchors and pass", () => {
  const { definition, findings } = read(
    "x-base: &base {command: ls, timeout: 9}\nsteps:\n  - {<<: *base, name: a}\n  - {<<: *base, name: b, timeout: 8}\n",
  );
  assert.deepEqual(findings, []);
  assert.deepEqual(definition?.phases[0]?.items.map((item) => item.timeout), [9, 8]);
});

Deno.test("parseDefinition: problems in shared parts are told where they are written", () => {
  const { findings } = read(
    "x-base: &base\n  command: ls\n  timeout: no\nsteps:\n  - {<<: *base, name: a}\n",
  );
  assert.deepEqual(findings.map(told), [
    '3:12 error "timeout" must be a number, not "no" → Give a number of seconds, e.g. 300',
  ]);
});

Deno.test("parseDefinition: many aliases of one anchor are fine, a bomb of aliases is not", () => {
  const uses = Array.from({ length: 500 }, (_, index) => `  - {<<: *base, id: s${index}}\n`).join(
    "",
  );
  const many = read(`x-base: &base {name: x}\nsteps:\n${uses}`);
  assert.deepEqual([many.findings, many.definition?.phases[0]?.items.length], [[], 500]);

  const layers = [..."abcdefghi"].map((name, layer, names) => {
    const inner = layer === 0 ? "x" : `*${names[layer - 1]}`;
    return `${name}: &${name} [${Array(9).fill(inner).join(", ")}]\n`;
  });
  assert.deepEqual(read(layers.join("")).findings.map(told), [
    "1:1 error the file contains more than 100000 values after its aliases are expanded",
  ]);
});

Deno.test("parseDefinition: size and depth have limits", () => {
  const fill = (text: string): string => `steps: [{name: x}]\n#${text}`;
  const head = fill("").length;
  assert.deepEqual(read(fill("x".repeat(SIZE_LIMIT - head))).findings, []);
  const wide = read(fill("é".repeat((SIZE_LIMIT - head) / 2 + 1)));
  assert.deepEqual(wide.findings.map(({ line, level }) => [line, level]), [[1, "error"]]);
  assert.match(
    wide.findings[0]?.message ?? "",
    /^the file is 104857\d bytes long \(limit 1048576\)/,
  );

  const nested = (depth: number): string =>
    `steps: [{name: x}]\nx-y: ${"[".repeat(depth)}${"]".repeat(depth)}`;
  assert.deepEqual(read(nested(60)).findings, []);
  assert.match(read(nested(70)).findings[0]?.message ?? "", /nested more than 64 levels deep/);
  assert.match(read(nested(20_000)).findings[0]?.message ?? "", /nested too deeply/);
});

Deno.test("parseDefinition: a flood of findings is cut, errors last", () => {
  const warnings = Array.from({ length: 300 }, (_, index) => `k${index}: 1\n`).join("");
  const { findings } = read(`${warnings}steps: [{name: ''}]\n`);
  assert.equal(findings.length, 101);
  assert.deepEqual(findings.slice(-2).map(told), [
    '301:16 error "name" must not be empty',
    "0:0 warning 201 more findings are not listed",
  ]);
});

Deno.test("parseDefinition: the two other formats are refused in one sentence", () => {
  const v4 = 'this is a V4 workflow ("workflow:", phases with "gates"), which is not supported';
  const server =
    'this is an agent-server workflow ("transitions", tool lists), which is not supported';
  const cases: readonly (readonly [text: string, place: string, message: string])[] = [
    ["workflow: {name: x, phases: [{id: A, name: a, gates: []}]}", "1:1", v4],
    [
      "name: x\nphases:\n  - {id: A, name: a}\n  - {id: B, name: b, gates: [{type: command}]}",
      "4:22",
      v4,
    ],
    ["name: x\nenforcement: {mode: strict}\nphases: [{id: A, name: a}]", "2:1", v4],
    ["name: x\nphases: [{id: A, name: a, gates: []}]\ntransitions: []", "3:1", server],
    ["name: x\nphases: [{id: A, name: a, allowed_tools: []}]", "2:27", server],
    ["workflow:\n  phases: [{id: A, forbidden_tools: []}]", "2:20", server],
  ];
  for (const [text, place, message] of cases) {
    const { definition, findings } = read(text);
    assert.equal(definition, null);
    assert.deepEqual(findings.map(told), [
      `${place} error ${message} → Write the workflow with "phases:" and "items:", or with "steps:"`,
    ]);
  }
  // Phases with items stay what they are, whatever else they carry.
  const mixed = read("name: x\nphases: [{id: A, name: a, gates: [], items: [{id: a, name: a}]}]");
  assert.notEqual(mixed.definition, null);
});

Deno.test("definitionFromObject: stored definitions have no places and may spell defaults out", () => {
  const item = {
    id: "a",
    name: "a",
    description: null,
    required: true,
    skippable: true,
    verification: {
      type: "manual_gate",
      path: null,
      command: null,
      expect_exit_code: 0,
      description: null,
    },
    step_type: "gate",
    timeout: 300,
  };
  const stored = { name: "W", description: null, phases: [{ id: "A", name: "A", items: [item] }] };
  const { definition, findings } = definitionFromObject(stored);
  assert.deepEqual(findings, []);
  assert.deepEqual(definition?.phases[0]?.items[0]?.verification, { type: "manual_gate" });
  assert.deepEqual(definitionFromObject(definition), { definition, findings: [] });
  assert.equal(stored.phases[0]?.items[0], item, "the value given is left alone");

  const poisoned = { ...item, verification: { type: "file_exists", path: null } };
  const bad = definitionFromObject({
    ...stored,
    phases: [{ id: "A", name: "A", items: [poisoned] }],
  });
  assert.deepEqual(bad.findings, [{
    level: "error",
    message: 'a verification of type file_exists needs a "path"',
    file: "workflow_definition",
    line: 0,
    column: 0,
    path: "phases[0].items[0].verification.path",
  }]);
});

Deno.test("definitionFromObject: takes anything", () => {
  const circle: unknown[] = [];
  circle.push(circle);
  for (const value of [undefined, null, 3, "x", [], {}, circle, { phases: circle }, () => 1, 1n]) {
    const { definition, findings } = definitionFromObject(value);
    assert.equal(definition, null);
    assert.ok(findings.some((finding) => finding.level === "error"));
  }
});

Deno.test("requireDefinition: gives definition and warnings", () => {
  const { definition, warnings } = requireDefinition("nam: W\nsteps: [{name: x}]", { file: FILE });
  assert.equal(definition.name, "workflow");
  assert.deepEqual(warnings.map(({ level, line }) => [level, line]), [["warning", 1]]);
});

Deno.test("requireDefinition: throws the first error, all findings in the details", () => {
  const text = "nam: W\nsteps:\n  - name: x\n    step_type: gat\n  - {}\n";
  assert.throws(() => requireDefinition(text, { file: FILE }), (error) => {
    assert.ok(error instanceof OrchestratorError);
    assert.equal(error.code, "workflow_invalid");
    assert.equal(
      error.message,
      'Cannot read "workflow.yaml": line 4, column 16: "step_type" must be gate, required, ' +
        'documented or flexible, not "gat" (and 1 more)',
    );
    assert.equal(error.hint, 'Did you mean "gate"?');
    assert.deepEqual(error.details, { file: FILE, findings: read(text).findings });
    return true;
  });
});

Deno.test("requireDefinition: an error in an override names no line", () => {
  const options = { file: FILE, overrides: { agents_may_approve: "maybe" } };
  assert.throws(() => requireDefinition("steps: [{name: x}]", options), {
    message:
      'Cannot read "workflow.yaml": setting "agents_may_approve" must be true or false, not "maybe"',
  });
});
