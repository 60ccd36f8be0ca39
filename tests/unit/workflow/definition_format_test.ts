/**
 * What the formats of a definition mean, and which keys no format lets pass.
 */
import assert from "node:assert/strict";
import { KNOWN_KEYS, type Level } from "../../../src/workflow/definition_schema.ts";
import {
  definitionFromObject,
  type Finding,
  parseDefinition,
} from "../../../src/workflow/parse_definition.ts";

/** A file in which every map of the format has a place for one more key. */
function withKey(level: Level, entry: string, head = ""): string {
  const own = (at: Level) => at === level ? `, ${entry}` : "";
  const top = level === "workflow" ? `${entry}\n` : "";
  return level === "step"
    ? `${head}${top}steps:\n  - {name: x, command: ls${own("step")}}\n`
    : `${head}${top}name: W\nphases:\n  - id: A\n    name: A\n` +
      (level === "phase" ? `    ${entry}\n` : "") +
      `    items:\n      - {id: a, name: a, verification: {type: command, command: ls${
        own("verification")
      }}${own("item")}}\n`;
}

const LEVELS = Object.keys(KNOWN_KEYS) as readonly Level[];

function read(text: string, options: { readonly version?: string } = {}) {
  const { definition, findings } = parseDefinition(text, { file: "workflow.yaml", ...options });
  const of = (wanted: Finding["level"]) => findings.filter(({ level }) => level === wanted);
  return { definition, findings, errors: of("error"), warnings: of("warning") };
}

/** Written by people who come from other tools: what would run, where, when, how often. */
const FROM_ELSEWHERE: Readonly<Record<string, readonly Level[]>> = {
  'repo: "../api-repo"': LEVELS,
  "include: [other.yaml]": LEVELS,
  "extends: base": LEVELS,
  "needs: [b]": ["workflow", "phase", "verification"],
  "depends_on: [b]": LEVELS,
  "dependsOn: b": LEVELS,
  "when: never": LEVELS,
  'if: "branch == main"': LEVELS,
  "for_each: [1, 2]": LEVELS,
  "matrix: {node: [20, 22]}": LEVELS,
  "retry: 3": LEVELS,
  "continue-on-error: true": LEVELS,
  "allow_failure: true": LEVELS,
  "inputs: {a: 1}": ["workflow", "phase", "verification"],
  "env: {CI: 1}": ["workflow", "phase", "verification"],
  "environment: {CI: 1}": LEVELS,
  "working-directory: api": LEVELS,
  "workingDirectory: api": LEVELS,
  "cwd: api": LEVELS,
  "shell: bash": ["workflow", "phase", "verification"],
  "dir: api": ["workflow", "phase", "verification"],
  "uses: actions/checkout": LEVELS,
  "image: node": LEVELS,
  "runs-on: macos": LEVELS,
  "timeout_minutes: 5": LEVELS,
  "timeout: 5": ["workflow", "phase", "verification"],
  "requires: [b]": ["phase", "item", "step", "verification"],
  "approvers: [anna]": LEVELS,
  "type: gate": ["item", "step"],
  "run: make": ["item", "step", "verification"],
  "command: make": ["item", "phase"],
  "steps: [{name: y}]": ["phase", "item"],
  "verification: {type: manual_gate}": ["workflow", "phase"],
  "step_type: gate": ["workflow", "phase", "verification"],
  "exit_gate: human_approval": ["workflow", "item", "step", "verification"],
  "required_reviews: [security]": ["workflow"],
  "contains: ok": ["verification"],
  "paths: [a, b]": ["verification"],
};

for (const format of ["", "format: 1\n", "format: 2\n"]) {
  Deno.test(`a key that would change what runs is an error (${format.trim() || "no format"})`, () => {
    for (const [entry, levels] of Object.entries(FROM_ELSEWHERE)) {
      for (const level of levels) {
        const text = withKey(level, entry, format);
        const { errors } = read(text);
        const about = `${entry} in ${level}`;
        assert.equal(errors.length, 1, `${about}: ${JSON.stringify(errors)}`);
        const key = entry.slice(0, entry.indexOf(":"));
        assert.match(
          errors[0]?.message ?? "",
          /is not supported: it would change what runs/,
          about,
        );
        assert.ok(errors[0]?.message.includes(`"${key}"`), about);
        assert.ok((errors[0]?.hint ?? "") !== "", about);
        // The place is the key's own, in the file as it is written.
        const line = text.split("\n")[(errors[0]?.line ?? 0) - 1] ?? "";
        assert.equal(line.slice((errors[0]?.column ?? 0) - 1).startsWith(key), true, about);
      }
    }
  });
}

Deno.test("a key that would change what runs and says nothing is only a remark", () => {
  for (const value of ["", "[]", "{}", '""', "null"]) {
    const { errors, warnings } = read(withKey("phase", `needs: ${value}`));
    assert.deepEqual([errors, warnings.length], [[], 1], value);
  }
});

Deno.test("every known key is known in format 2", () => {
  const { errors, warnings } = read(
    "format: 2\nrequires: '>=0.1.0'\nname: W\nversion: '1'\ndescription: d\nsettings: {a: b}\n" +
      "phases:\n  - id: A\n    name: A\n    description: d\n    exit_gate: human_approval\n" +
      "    notes: [n]\n    required_reviews: [a]\n    phase_type: strict\n    intended_tools: [t]\n" +
      "    agent: x\n    executor: y\n    items:\n      - {id: first, name: f}\n      - id: a\n        name: a\n        needs: [first]\n" +
      "        description: d\n        required: true\n        skippable: false\n" +
      "        skip_conditions: [s]\n        step_type: documented\n" +
      "        evidence_schema: TestPlanEvidence\n        evidence_prompt: p\n        notes: [n]\n" +
      "        agent: x\n        timeout: 5\n        shell: sh\n        dir: api\n" +
      "        env: {CI: 'yes'}\n" +
      "        verification: {type: command, command: ls, expect_exit_code: 0}\n",
  );
  assert.deepEqual([errors, warnings], [[], []]);
});

Deno.test("keys that begin with x- are free in every map of every format", () => {
  for (const format of ["", "format: 2\n"]) {
    for (const level of LEVELS) {
      const { findings } = read(withKey(level, "x-verification: {command: 1}", format));
      assert.deepEqual(findings, [], `${format} ${level}`);
    }
  }
});

Deno.test("a key one edit away from a known one is an error in format 2, a remark before", () => {
  const misspelt: readonly (readonly [Level, string])[] = [
    ["workflow", "setings: {a: 1}"],
    ["phase", "exit-gat: human_approval"],
    ["phase", "requiredReviews: [a]"],
    ["item", "verfication: {type: none}"],
    ["item", "step_typ: gate"],
    ["item", "stepType: gate"],
    ["item", "Required: true"],
    ["step", "skipable: false"],
    ["verification", "comand: make"],
  ];
  for (const [level, entry] of misspelt) {
    const old = read(withKey(level, entry));
    assert.deepEqual([old.errors.length, old.warnings.length], [0, 1], entry);
    assert.match(old.warnings[0]?.message ?? "", /\(ignored\)$/, entry);
    const { errors, warnings } = read(withKey(level, entry, "format: 2\n"));
    assert.deepEqual([errors.length, warnings.length], [1, 0], entry);
    assert.match(errors[0]?.message ?? "", /^unknown key /, entry);
  }
});

Deno.test("an unknown key is a remark in format 2, but in a verification and in a gate", () => {
  assert.equal(read(withKey("item", "flavour: 1", "format: 2\n")).errors.length, 0);
  assert.equal(read(withKey("verification", "flavour: 1", "format: 2\n")).errors.length, 1);
  assert.equal(read(withKey("verification", "flavour: 1")).errors.length, 0);
  const gate = "step_type: gate, flavour: 1";
  assert.equal(read(withKey("item", gate, "format: 2\n")).errors.length, 1);
  assert.equal(read(withKey("item", gate)).errors.length, 0);
  assert.equal(read(withKey("step", gate, "format: 2\n")).errors.length, 1);
  const manual = "format: 2\nsteps: [{name: x, verification: {type: manual_gate}, flavour: 1}]";
  assert.equal(read(manual).errors.length, 1);
});

Deno.test("what protects nothing is an error in format 2, a remark before", () => {
  const idle = [
    withKey("phase", "exit_gate: human-approval"),
    "steps: [{name: x, verification: {command: make}}]",
    "steps: [{name: x, verification: {type: none, path: docs}}]",
    "settings: {agents_may_aprove: false}\nsteps: [{name: x}]",
  ];
  for (const text of idle) {
    assert.deepEqual([read(text).errors.length, read(text).warnings.length], [0, 1], text);
    const strict = read(`format: 2\n${text}`);
    assert.deepEqual([strict.errors.length, strict.warnings.length], [1, 0], text);
  }
  // A template uses the setting: it means something.
  const used =
    'format: 2\nsettings: {supervision_mod: x}\nsteps: [{name: x, command: "{{supervision_mod}}"}]';
  assert.equal(read(used).errors.length, 0);
});

Deno.test("an unknown step type is an error in every format", () => {
  for (const format of ["", "format: 2\n"]) {
    assert.equal(read(withKey("item", "step_type: gaet", format)).errors.length, 1);
  }
});

Deno.test("a repeated key is an error in every format and every map", () => {
  for (const format of ["", "format: 2\n"]) {
    const twice = [
      `${format}steps: [{name: x}]\nsteps: [{name: y}]`,
      `${format}steps: [{name: x, verification: {type: command, command: ls}, verification: {type: none}}]`,
      `${format}steps: [{name: x, verification: {type: command, type: none, command: ls}}]`,
      `${format}settings: {a: 1, a: 2}\nsteps: [{name: x}]`,
    ];
    for (const text of twice) {
      assert.match(read(text).errors[0]?.message ?? "", /^the key ".*" is repeated in a map/, text);
    }
  }
});

Deno.test("the definition says format 2, and nothing where the file has none or 1", () => {
  const format = (text: string) => read(`${text}steps: [{name: x}]`).definition?.format;
  assert.equal(format("format: 2\n"), 2);
  assert.equal(format("format: 1\n"), undefined);
  assert.equal(format(""), undefined);
  for (const wrong of ["3", "0", "1.5", "two", "[2]"]) {
    const { definition, errors } = read(`format: ${wrong}\nsteps: [{name: x}]`);
    assert.equal(definition, null, wrong);
    assert.match(errors[0]?.message ?? "", /^"format" must be /, wrong);
  }
  const [tooNew] = read("format: 3\nsteps: [{name: x}]").errors;
  assert.match(tooNew?.hint ?? "", /newer version of orchestrator/);
});

Deno.test("requires: a version outside the range is refused, and nothing else is said", () => {
  const text = (range: string) =>
    `format: 2\nrequires: ${range}\nsteps: [{name: x, needs: [y], flavour: 1}]`;
  for (const range of ['">=0.10.0"', '"^1.0.0"', '"<0.2.0"', '">=0.9.1 <0.9.3"', '"0.8.x"']) {
    const { definition, errors, warnings } = read(text(range), { version: "0.9.0" });
    assert.equal(definition, null, range);
    assert.deepEqual([errors.length, warnings.length], [1, 0], range);
    assert.match(errors[0]?.message ?? "", /^this workflow requires orchestrator .* is 0\.9\.0$/);
    assert.deepEqual([errors[0]?.line, errors[0]?.column], [2, 11], range);
  }
  for (const range of ['">=0.9.0"', '">=0.2"', "0.9", '"~0.9.0 || >=2"', '"*"']) {
    const { errors } = read(`requires: ${range}\nsteps: [{name: x}]`, { version: "0.9.0" });
    assert.deepEqual(errors, [], range);
  }
  // What comes before a release is older than it.
  const early = { version: "0.10.0-rc.1" };
  assert.equal(read('requires: ">=0.10.0"\nsteps: [{name: x}]', early).errors.length, 1);
  assert.equal(read('requires: ">=0.9.0"\nsteps: [{name: x}]', early).errors.length, 0);
});

Deno.test("requires: what is no range is an error, also where no version is known", () => {
  for (const range of ["newest", '">=1.y"', '">= 1 2 three"', "[1]", '""']) {
    for (const options of [{}, { version: "0.9.0" }]) {
      const { errors } = read(`requires: ${range}\nsteps: [{name: x}]`, options);
      assert.equal(errors.length, 1, range);
      assert.match(errors[0]?.message ?? "", /^"requires" must /, range);
    }
  }
  // An unquoted ">" begins a text of several lines in YAML.
  const [unquoted] = read("requires: >=0.2.0\nsteps: [{name: x}]").errors;
  assert.match(unquoted?.hint ?? "", /^Quote the range/);
});

Deno.test("a stored definition is never validated again", () => {
  const stored = {
    format: 2,
    name: "W",
    requires: ">=99",
    phases: [{
      id: "A",
      name: "A",
      exit_gate: "nobody",
      needs: ["B"],
      items: [{ id: "a", name: "a", repo: "../b", verfication: {}, verification: { tipe: 1 } }],
    }],
  };
  const { definition, findings } = definitionFromObject(stored);
  assert.equal(definition?.format, 2);
  assert.deepEqual(findings.filter(({ level }) => level === "error"), []);
});

const WITH_INPUTS = (inputs: string, verification = "{type: command, command: make}") =>
  "format: 2\nname: W\nphases:\n  - id: A\n    name: A\n    items:\n      - id: a\n        name: a\n" +
  `        inputs: ${inputs}\n        verification: ${verification}\n`;

Deno.test("inputs: globs relative to the root, of an item that proves something", () => {
  for (const inputs of ["[]", '[src, "!**/*.md", "a/{b,c}"]']) {
    const { definition, errors, warnings } = read(WITH_INPUTS(inputs));
    assert.deepEqual([errors, warnings], [[], []], inputs);
    assert.ok(Array.isArray(definition?.phases[0]?.items[0]?.inputs), inputs);
  }
  for (
    const inputs of ['["/etc"]', '["{{docs}}/x"]', '[""]', '["**/**/**/**/**"]', "src", "{a: 1}"]
  ) {
    assert.equal(read(WITH_INPUTS(inputs)).errors.length, 1, inputs);
  }
  const { errors } = read(WITH_INPUTS("[src]", "{type: none}"));
  assert.match(errors[0]?.message ?? "", /"inputs" has no effect without a verification/);
});

Deno.test("settings.proofs is fresh, in format 2", () => {
  const withProofs = (value: string, format: string) =>
    read(
      `${format}name: W\nsettings: {proofs: ${value}}\nphases:\n` +
        "  - id: A\n    name: A\n    items: [{id: a, name: a}]\n",
    );
  assert.deepEqual(withProofs("fresh", "format: 2\n").findings, []);
  assert.match(withProofs("old", "format: 2\n").errors[0]?.message ?? "", /must be "fresh"/);
  const { errors, warnings } = withProofs("fresh", "");
  assert.deepEqual(errors, []);
  assert.match(warnings[0]?.message ?? "", /no effect without "format: 2"/);
  assert.deepEqual(withProofs("old", "").findings, []);
});
