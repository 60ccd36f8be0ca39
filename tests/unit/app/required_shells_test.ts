/** A machine without a strict shell runs nothing weaker in its place. */
import assert from "node:assert/strict";
import { requireShells } from "../../../src/app/required_shells.ts";
import { OrchestratorError } from "../../../src/errors.ts";
import type { ShellMachine } from "../../../src/platform/shells.ts";
import { parseDefinition } from "../../../src/workflow/parse_definition.ts";

const env = { PATH: "/usr/bin:/bin" };

function machine(pipefail: boolean, windows = false): ShellMachine {
  return {
    windows,
    env,
    canRun: () => false,
    real: (path) => path === "/bin/sh" ? "/usr/bin/dash" : path,
    takesPipefail: () => Promise.resolve(pipefail),
  };
}

async function refusal(step: string, on: ShellMachine): Promise<OrchestratorError | null> {
  const text = `format: 2\nsettings: {t: "a | b"}\nsteps: [{name: x, ${step}}]`;
  const { definition } = parseDefinition(text, { file: "workflow.yaml" });
  assert.ok(definition !== null, text);
  const items = definition.phases.flatMap((phase) => phase.items);
  try {
    await requireShells(items, definition, env, on);
    return null;
  } catch (error) {
    assert.ok(error instanceof OrchestratorError);
    return error;
  }
}

Deno.test("without bash and pipefail, a command with a pipe is refused with the way out", async () => {
  const error = await refusal("command: make test | tail", machine(false));
  assert.equal(error?.code, "command_failed");
  assert.equal(
    error.message,
    'Cannot start: the command of "x" has a pipe, and no shell here reports a failure in front of ' +
      "it: bash is not installed, and dash has no pipefail",
  );
  assert.equal(
    error.hint,
    'Install bash, or write the command without a pipe, or "shell: sh" for "x"',
  );
  assert.ok(await refusal('command: "{{t}}"', machine(false)) !== null, "also by a setting");
  assert.ok(await refusal('command: "test $(a | b) = c"', machine(false)) !== null);
});

Deno.test("what such a machine runs as it asks is not refused", async () => {
  assert.equal(await refusal("command: make test", machine(false)), null);
  assert.equal(await refusal('command: "a || b"', machine(false)), null);
  assert.equal(await refusal("shell: sh, command: a | b", machine(false)), null);
  assert.equal(await refusal("command: a | b", machine(true)), null);
  assert.equal(
    await refusal("command: a | b", machine(false, true)),
    null,
    "cmd, which is recorded",
  );
});

Deno.test("a shell that is not installed is named", async () => {
  const error = await refusal("shell: bash, command: make", machine(false));
  assert.equal(error?.code, "command_failed");
  assert.match(error.message, /^Cannot start: "bash", which runs the command of "x", is not/);
});
