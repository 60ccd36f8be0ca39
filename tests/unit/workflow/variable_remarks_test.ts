/** Variables that change what commands do stay visible. */
import assert from "node:assert/strict";
import { runInProcess } from "../../harness/running.ts";
import { Scratch, scratchEnvironment } from "../../harness/scratch.ts";

const WORKFLOW = `name: Variables
phases:
  - id: ONLY
    name: Only
    items:
      - { id: one, name: One, verification: { type: command, command: "exit 0" } }
      - { id: two, name: Two, verification: { type: command, command: "exit 0" } }
      - { id: three, name: Three, verification: { type: command, command: "exit 0" } }
`;

const SAID =
  /Set while commands ran, and can change what they do: NODE_OPTIONS, NPM_CONFIG_SCRIPT_SHELL \(ONLY\/one, ONLY\/two\)/;

Deno.test("status and finish name variables that were set while a command ran", async () => {
  using scratch = new Scratch({ "workflow.yaml": WORKFLOW });
  const run = async (argv: readonly string[], more: Readonly<Record<string, string>> = {}) => {
    const env = scratchEnvironment(scratch, more);
    const { code, stdout, stderr } = await runInProcess(argv, { cwd: scratch.root, env });
    assert.equal(code, 0, stderr);
    return stdout;
  };
  const odd = {
    NODE_OPTIONS: "--require /tmp/p.js",
    NPM_CONFIG_SCRIPT_SHELL: "/tmp/sh",
    // What npm passes on, and what git is told of its configuration, is no news.
    npm_config_cache: "/tmp/cache",
    GIT_CONFIG_GLOBAL: "/tmp/gitconfig",
  };
  await run(["start", "Login"]);
  await run(["complete", "one"], odd);
  await run(["complete", "two"], odd);
  await run(["complete", "three"]);
  assert.match(await run(["status"]), SAID);
  assert.match(await run(["finish"]), SAID);
  const shown = await run(["session", "show"]);
  assert.match(shown, SAID);
  assert.doesNotMatch(shown, /can change what they do.*three/);
});
