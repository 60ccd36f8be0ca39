/** A file of another tool is told from a definition, and from one with a mistake in it. */
import assert from "node:assert/strict";
import { keysOfOtherTool } from "../../../src/workflow/other_tool.ts";
import { defaultWorkflowYaml } from "../../../src/project/default_workflow.ts";
import { detectCommands } from "../../../src/project/detect_commands.ts";

const OTHERS: Readonly<Record<string, string>> = {
  "of a server that builds": "name: CI\non:\n  push:\njobs:\n  build:\n    runs-on: linux\n",
  "with quoted keys": '"name": CI\n"on": [push]\n"jobs": {}\n',
  "of a cluster": "apiVersion: example.org/v1\nkind: Workflow\nspec:\n  templates: []\n",
  "of a cloud": "main:\n  params: [input]\n  steps:\n    - first:\n        call: http.get\n",
  "of a runner of agents":
    "name: pipe\nsteps:\n  - id: plan\n    agent: architect\n    prompt: do.md\n    needs: []\n",
  "a graph": "id: x\nentry_node: a\nnodes:\n  - id: a\nedges: []\n",
  "settings of something": "workers:\n  count: 3\ncadence: { code: 3 }\n",
  "a template that is no YAML": "---\nflows:\n  chat:\n    - call: {{ .x.y }}.chat\n",
  "a list": "- hosts: all\n  tasks: []\n",
  "with a byte order mark and carriage returns": "\uFEFF# x\r\non: push\r\njobs: {}\r\n",
};

const OURS: Readonly<Record<string, string>> = {
  "a definition": "name: x\nphases:\n  - id: A\n    name: A\n    items: []\n",
  "with an unknown key": "phases: []\nretries: 3\n",
  "with a misspelt key": "name: x\nphaess:\n  - id: A\n",
  "in the singular": "phase:\n  - id: A\n",
  "steps": "steps:\n  - id: a\n    name: A\n    command: make\n",
  "steps with an agent": "steps:\n  - id: a\n    agent: tester\n    verification: { type: none }\n",
  "what is not known yet": "name: x\ninclude: base.yaml\n",
  "the old tool's other format": "workflow:\n  phases: []\n",
  "only a name": "name: x\n",
  "own keys": "name: x\nx-shared: {}\n",
  "nothing": "",
  "a comment": "# phases come here\n",
  "a sentence": "This is no YAML at all\n",
  "a list of phases": "- id: PLAN\n  name: Plan\n",
  "JSON": '{"phases": []}\n',
};

for (const [what, text] of Object.entries(OTHERS)) {
  Deno.test(`another tool's: ${what}`, () => assert.notEqual(keysOfOtherTool(text), null));
}
for (const [what, text] of Object.entries(OURS)) {
  Deno.test(`a definition, right or wrong: ${what}`, () => {
    assert.equal(keysOfOtherTool(text), null);
  });
}

Deno.test("the built-in definition is none of another tool's", () => {
  const text = defaultWorkflowYaml(detectCommands("/nowhere", { windows: false }));
  assert.equal(keysOfOtherTool(text), null);
});
