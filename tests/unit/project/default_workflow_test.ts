import assert from "node:assert/strict";
import { defaultWorkflowYaml } from "../../../src/project/default_workflow.ts";
import type { DetectedCommands } from "../../../src/project/detect_commands.ts";
import type { Command } from "../../../src/workflow/commands.ts";
import { decide } from "../../../src/workflow/decide.ts";
import type { WorkflowDefinition } from "../../../src/workflow/definition.ts";
import type { Actor, NewEvent } from "../../../src/workflow/events.ts";
import { evolve } from "../../../src/workflow/evolve.ts";
import { parseDefinition } from "../../../src/workflow/parse_definition.ts";
import { anyEvidence } from "../../../src/workflow/audit/stand_in.ts";
import { validateEvidence } from "../../../src/workflow/evidence.ts";
import type { SessionState } from "../../../src/workflow/state.ts";
import { substitute } from "../../../src/workflow/template.ts";

const VARIANTS: readonly DetectedCommands[] = [
  { source: "none" },
  { source: "Gemfile", build: "x" },
  { source: "package.json", test: "npm test" },
  { source: "package.json", test: "npm test", build: "npm run build", lint: "npm run lint" },
  {
    source: "CMakeLists.txt",
    test: "cmake -S . -B build && ctest --test-dir build",
    build: "cmake -S . -B build",
  },
  { source: "odd", test: `sh -c "echo 'a: b' # \\ %s"`, lint: "tab\there: [x] {y}" },
];

function definitionOf(commands: DetectedCommands): WorkflowDefinition {
  const { definition, findings } = parseDefinition(defaultWorkflowYaml(commands), {
    file: "workflow.yaml",
  });
  assert.deepEqual(findings, []);
  assert.ok(definition !== null);
  return definition;
}

for (const commands of VARIANTS) {
  const title = JSON.stringify(commands);

  Deno.test(`default workflow: ${title} is read without findings`, () => {
    const definition = definitionOf(commands);
    assert.deepEqual(
      definition.phases.map((phase) => phase.id),
      ["PLAN", "EXECUTE", "REVIEW", "LEARN", "VERIFY"],
    );
    assert.equal(definition.settings["test_command"], commands.test);
    assert.equal(definition.settings["build_command"], commands.build);
    assert.equal(definition.settings["lint_command"], commands.lint);
    const text = defaultWorkflowYaml(commands);
    assert.ok(text.endsWith("\n") && !text.includes("undefined"));
    for (const line of text.split("\n")) {
      assert.ok(line.length <= 100 || line.includes("_command: "), line);
      assert.equal(line, line.trimEnd());
    }
  });

  Deno.test(`default workflow: ${title} leads an agent to the end, a person approving once`, () => {
    const state = walk(definitionOf(commands));
    assert.equal(state.status, "completed");
  });
}

Deno.test("default workflow: tests are a gate, and without a test command evidence is asked for", () => {
  const itemOf = (commands: DetectedCommands) =>
    definitionOf(commands).phases.flatMap((phase) => phase.items)
      .find((item) => item.id === "tests_pass");
  const tested = itemOf({ source: "Cargo.toml", test: "cargo test" });
  assert.equal(tested?.step_type, "gate");
  assert.deepEqual(tested.verification, {
    type: "command",
    command: "{{test_command}}",
    expect_exit_code: 0,
  });
  const untested = itemOf({ source: "none" });
  assert.equal(untested?.step_type, "documented");
  assert.deepEqual(untested.verification, { type: "none" });
});

Deno.test("default workflow: the evidence it shows is valid", () => {
  const shown = /# {3}(\{"files_reviewed".*)\n +# +(.*\})/.exec(
    defaultWorkflowYaml({ source: "none" }),
  );
  const evidence: unknown = JSON.parse(`${shown?.[1]}${shown?.[2]}`);
  assert.deepEqual(validateEvidence("CodeAnalysisEvidence", evidence), []);
});

Deno.test("default workflow: a strange file name cannot leave its comment", () => {
  const text = defaultWorkflowYaml({ source: "a\nphases: []\n#.sln", test: "dotnet test" });
  assert.ok(text.includes("# Recognised from a_phases_ ____.sln. "), text);
});

const AGENT: Actor = { kind: "agent", name: "mo", agent: "claude-code" };
const PERSON: Actor = { kind: "person", name: "mo" };

/** Plays the workflow from start to finish as an agent; counts on one approval by a person. */
function walk(definition: WorkflowDefinition): SessionState {
  let seq = 0;
  const apply = (state: SessionState | null, event: NewEvent, actor: Actor): SessionState =>
    evolve(state, { ...event, seq: ++seq, time: "2026-01-01T00:00:00.000Z", actor });
  let state = apply(null, {
    type: "session_started",
    data: {
      session: "aaaaaaaaaaaaa",
      lineage: "l",
      name: null,
      task: "t",
      project: null,
      constraints: [],
      definition,
      definitionSha256: "0".repeat(64),
      overriddenSettings: [],
      toolVersion: "0",
    },
  }, AGENT);
  const run = (command: Command, actor = AGENT): void => {
    const decision = decide(state, command, { actor });
    if (decision.error !== undefined) throw decision.error;
    assert.notEqual(decision.value.events.length, 0, JSON.stringify(command));
    for (const event of decision.value.events) state = apply(state, event, actor);
  };
  let approvals = 0;
  for (const [index, phase] of definition.phases.entries()) {
    for (const { id: item, verification, step_type, evidence_schema } of phase.items) {
      if (verification.type === "manual_gate") {
        const command: Command = {
          kind: "approve_item",
          item,
          approval: { how: "terminal", detection: "none" },
        };
        assert.ok(
          decide(state, command, { actor: AGENT }).error !== undefined,
          "an agent must not approve",
        );
        run(command, PERSON);
        approvals++;
      } else if (verification.type === "command") {
        run({
          kind: "complete",
          item,
          outcome: {
            type: "command",
            passed: true,
            command: substitute(verification.command, definition.settings).text,
            expectedExitCode: 0,
            exitCode: 0,
            durationMs: 1,
            outputTail: "",
            shell: { name: "bash", path: "/bin/bash", strict: true },
          },
        });
      } else {
        const example = evidence_schema === undefined
          ? { ran: "it" }
          : anyEvidence(evidence_schema);
        run({
          kind: "complete",
          item,
          ...(step_type === "documented"
            ? { evidence: example, evidenceFiles: { missing: [] } }
            : {}),
        });
      }
    }
    if (index < definition.phases.length - 1) run({ kind: "advance" });
  }
  run({ kind: "finish" });
  assert.equal(approvals, 1);
  return state;
}
