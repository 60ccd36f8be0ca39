import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { OLD_PROJECTS } from "../../harness/old_projects.ts";
import { definitionFromObject, parseDefinition } from "../../../src/workflow/parse_definition.ts";

const REPOSITORY = fileURLToPath(new URL("../../../", import.meta.url));
const FIXTURES = join(REPOSITORY, "tests/fixtures/workflows");

function parse(name: string) {
  const text = readFileSync(join(FIXTURES, name), "utf8");
  return parseDefinition(text, { file: name });
}

Deno.test("workflow files: a full workflow of the old tool is read without a finding", () => {
  const { definition, findings } = parse("full_development.yaml");
  assert.deepEqual(findings, []);
  assert.ok(definition !== null);
  assert.deepEqual(definition.phases.map(({ id, items }) => [id, items.length]), [
    ["PLAN", 9],
    ["EXECUTE", 4],
    ["REVIEW", 7],
    ["VERIFY", 3],
    ["DOCUMENT", 4],
    ["LEARN", 12],
  ]);
  assert.equal(
    definition.description,
    "From an idea to merged code.\nEvery phase ends before the next begins.\n",
  );
  assert.equal(definition.settings.supervision_mode, "zero_human");
  const items = definition.phases.flatMap((phase) => phase.items);
  const find = (id: string) => items.find((item) => item.id === id);
  assert.deepEqual(find("all_tests_pass"), {
    id: "all_tests_pass",
    name: "All tests pass",
    required: true,
    skippable: true,
    skip_conditions: [],
    verification: { type: "command", command: "{{test_command}}", expect_exit_code: 0 },
    step_type: "gate",
    notes: [],
    timeout: 900,
  });
  assert.deepEqual(find("user_approval")?.verification, {
    type: "manual_gate",
    description: "A person approves the plan",
  });
  assert.equal(find("user_approval")?.skippable, false);
  assert.equal(definition.phases.at(-1)?.exit_gate, "human_approval");
});

Deno.test("workflow files: a stored definition reads back as itself", () => {
  for (const name of ["full_development.yaml", "anchors.yaml", "flat.yaml"]) {
    const { definition } = parse(name);
    const stored: unknown = JSON.parse(JSON.stringify(definition));
    assert.deepEqual(definitionFromObject(stored), { definition, findings: [] }, name);
  }
});

Deno.test("workflow files: line ends and a byte order mark change nothing", () => {
  const text = readFileSync(join(FIXTURES, "full_development.yaml"), "utf8");
  const windows = parseDefinition(`\uFEFF${text.replaceAll("\n", "\r\n")}`, { file: "w.yaml" });
  assert.deepEqual(windows, parseDefinition(text, { file: "w.yaml" }));
});

Deno.test("workflow files: anchors, aliases and merge keys", () => {
  const { definition, findings } = parse("anchors.yaml");
  assert.deepEqual(findings, []);
  const items = definition?.phases[0]?.items ?? [];
  assert.deepEqual(items.map(({ id, name, required, notes }) => ({ id, name, required, notes })), [
    { id: "plan", name: "Plan", required: true, notes: ["shared"] },
    { id: "second", name: "Plan", required: true, notes: ["its own"] },
    { id: "third", name: "Plan", required: false, notes: ["shared"] },
  ]);
  for (const { verification } of items) {
    assert.deepEqual(verification, { type: "file_exists", path: "{{dir}}/plan.md" });
  }
});

Deno.test("workflow files: the flat form", () => {
  const { definition, findings } = parse("flat.yaml");
  assert.deepEqual(findings.map(({ message, line }) => [line, message]), [
    [11, "the command passes when it fails with exit code 3, and only then"],
  ]);
  assert.equal(definition?.name, "flat");
  assert.deepEqual(
    definition?.phases[0]?.items.map(({ id, step_type, timeout, verification }) => [
      id,
      step_type,
      timeout,
      verification,
    ]),
    [
      ["install_dependencies", "flexible", 300, {
        type: "command",
        command: "npm ci",
        expect_exit_code: 0,
      }],
      ["run_the_tests", "gate", 600, {
        type: "command",
        command: "{{test_command}}",
        expect_exit_code: 0,
      }],
      ["tests_again", "flexible", 300, { type: "command", command: "exit 3", expect_exit_code: 3 }],
      ["run_the_tests_2", "flexible", 300, { type: "none" }],
      ["step_5", "flexible", 300, { type: "manual_gate", description: "A person is happy" }],
    ],
  );
});

Deno.test("workflow files: other formats are refused", () => {
  for (
    const [name, format] of [["v4.yaml", "V4"], ["agent_server.yaml", "agent-server"]] as const
  ) {
    const { definition, findings } = parse(name);
    assert.equal(definition, null);
    assert.equal(findings.length, 1);
    assert.ok(findings[0]?.message.includes(format), findings[0]?.message);
  }
});

Deno.test({
  name: "workflow files: everything the old tool left is read without a finding",
  fn() {
    let files = 0;
    let states = 0;
    for (const entry of readdirSync(OLD_PROJECTS, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      const name = relative(OLD_PROJECTS, path);
      if (!entry.isFile()) continue;
      if (entry.name === "workflow.yaml") {
        files++;
        const { definition, findings } = parseDefinition(readFileSync(path, "utf8"), {
          file: name,
        });
        assert.deepEqual([definition?.phases.length, findings], [2, []], name);
      }
      if (!/^(\.workflow_)?state\.json$/.test(entry.name)) continue;
      const stored = storedDefinition(readFileSync(path, "utf8"));
      if (stored === undefined) continue;
      states++;
      const { definition, findings } = definitionFromObject(stored);
      assert.deepEqual([definition?.phases.length, findings], [2, []], name);
    }
    assert.ok(files >= 10 && states >= 5, `${files} files, ${states} states`);
  },
});

/** The definition in a state file; undefined when it has none, or is one of the damaged ones. */
function storedDefinition(text: string): unknown {
  try {
    const state: unknown = JSON.parse(text);
    if (typeof state !== "object" || state === null || !("workflow_definition" in state)) {
      return undefined;
    }
    return state.workflow_definition;
  } catch {
    return undefined;
  }
}
