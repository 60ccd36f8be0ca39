/**
 * The workflow a repository gets when it has none: written by `init`, used from memory by `start`.
 * @module
 */
import type { DetectedCommands } from "./detect_commands.ts";

/**
 * The text of an annotated `workflow.yaml`. The test command becomes a gate; a project without one
 * gets an item that takes evidence instead, never a gate that always passes.
 *
 * @param commands What {@link "./detect_commands.ts".detectCommands} found.
 */
export function defaultWorkflowYaml(commands: DetectedCommands): string {
  return HEAD + settings(commands) + PHASES + LEARN + verify(commands);
}

const HEAD =
  `# The workflow of this repository: what every task goes through, with which proof, and who decides.
#
# orchestrator start "<task>" opens a session that follows it; orchestrator status says what to do
# next. A session keeps the workflow it was started with: what you edit here holds for the next one.
# Everything below is yours to change; "orchestrator validate" checks it.

# The format of this file. With 2, misspelt keys are errors; keys that begin with "x-" are yours.
format: 2
name: Development
version: "1.0"
description: Plan, build, review and verify one change

`;

function settings({ test, build, lint, source }: DetectedCommands): string {
  const origin = source.replace(/[^\w. -]/gu, "_");
  let text = `# Text, numbers and booleans from here can be used below as {{name}}.
settings:
  # Manual gates wait for a person. With "zero_human" they are skipped without a question, and the
  # log says so.
  supervision_mode: supervised
  # Whether an agent may give approvals itself.
  agents_may_approve: false
  # A proof is about the files as they were. When they have changed since, the phase, and the
  # workflow, end only after "orchestrator recheck". "inputs: [src]" in an item narrows which count.
  proofs: fresh
`;
  text += test === undefined
    ? `  # No test command was recognised here. When there is one, set it and see "tests_pass" below.
  # test_command: "make test"
`
    : `  # Recognised from ${origin}. Must exit with 0 when, and only when, all is well.
  test_command: ${quote(test)}
`;
  if (build !== undefined) text += `  build_command: ${quote(build)}\n`;
  if (lint !== undefined) text += `  lint_command: ${quote(lint)}\n`;
  return text;
}

const PHASES = `
# Phases are done one after the other. An item binds as strictly as its "step_type" says:
#   gate        must pass; skipping takes --force and a reason of 50 characters, and stays in sight
#   required    must be done; cannot be skipped
#   documented  takes evidence to complete, or a reason of 50 characters to skip
#   flexible    can be skipped with a short reason (this is the default)
# and it can be completed when its "verification" holds:
#   { type: none }                                    no proof: reporting it is enough (the default)
#   { type: file_exists, path: "docs/plan.md" }       the file is there
#   { type: command, command: "{{test_command}}" }    the command exits with 0 (or expect_exit_code)
#   { type: manual_gate }                             a person approves
# "required: false" lets a phase end without the item.
phases:
  - id: PLAN
    name: Plan
    description: Understand the task, choose a way, and have it approved before anything changes
    items:
      - id: write_plan
        name: Read the code concerned and write down the plan
        description: Which files were read, which patterns they follow, and what will be done
        step_type: documented
        # Evidence is JSON, given with --evidence '{…}' or --evidence @file. This schema takes
        #   {"files_reviewed": ["src/login.ts"], "patterns_identified": ["one handler per route"],
        #    "approach_decision": "Add a handler next to the existing ones"}
        evidence_schema: CodeAnalysisEvidence
        # To have the plan in a file instead, replace step_type and evidence_schema by
        #   step_type: required
        #   verification: { type: file_exists, path: "docs/plan.md" }
      - id: plan_approval
        name: A person approves the plan
        step_type: gate
        verification:
          type: manual_gate
          description: Read the plan ("orchestrator session show") and decide whether to go on

  - id: EXECUTE
    name: Execute
    description: Make the change as planned
    items:
      - id: implement
        name: Make the change
        step_type: required
        notes:
          - '[tip] When the plan turns out wrong, say so with "orchestrator note" before leaving it'
      - id: write_tests
        name: Add or adapt tests for the change
        description: A test that fails without the change; skip, saying why, when none is possible

  - id: REVIEW
    name: Review
    description: Look at the whole change with fresh eyes
    items:
      - id: review_changes
        name: Read the whole diff as a reviewer
        description: Correctness, edge cases, security, error handling, needless complexity
        step_type: required
        notes:
          - "[important] Say with --notes what was looked at and what was found"
      - id: settle_findings
        name: Fix or answer every finding
        step_type: required

`;

/** Before VERIFY: what it writes is part of what is verified. */
const LEARN = `  - id: LEARN
    name: Learn
    description: Leave the next one better off
    items:
      - id: record_learnings
        name: Note what the next task should know
        description: Surprises, decisions and their reasons, in the documentation or as a note
        required: false

`;

function verify({ test, build, lint }: DetectedCommands): string {
  let text = `  - id: VERIFY
    name: Verify
    description: Prove that it works
    items:
`;
  text += test === undefined
    ? `      - id: tests_pass
        name: Show that the change works
        description: What was run, and what came out
        step_type: documented
        # Evidence without a schema is any JSON that says something. When the project has a test
        # command, replace step_type by
        #   step_type: gate
        #   verification: { type: command, command: "{{test_command}}" }
`
    : `      - id: tests_pass
        name: All tests pass
        step_type: gate
        verification:
          type: command
          command: "{{test_command}}"
        # Seconds the command may take.
        timeout: 900
`;
  if (build !== undefined) {
    text += commandItem("build_passes", "The build succeeds", "build_command");
  }
  if (lint !== undefined) {
    text += commandItem("lint_passes", "The linter is content", "lint_command");
  }
  return text;
}

function commandItem(id: string, name: string, setting: string): string {
  return `      - id: ${id}
        name: ${name}
        verification:
          type: command
          command: "{{${setting}}}"
`;
}

/** A YAML double-quoted scalar; JSON strings are a subset of it. */
function quote(text: string): string {
  return JSON.stringify(text);
}
