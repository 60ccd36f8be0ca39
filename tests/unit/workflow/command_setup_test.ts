/** By which shell, where and with which variables the command of an item runs. */
import assert from "node:assert/strict";
import { commandSetup, shellFits } from "../../../src/workflow/command_setup.ts";
import { definitionFromObject, parseDefinition } from "../../../src/workflow/parse_definition.ts";
import { planVerification } from "../../../src/workflow/verification_plan.ts";
import { Session } from "./session_builder.ts";

function read(text: string) {
  const { definition, findings } = parseDefinition(text, { file: "workflow.yaml" });
  return {
    definition,
    errors: findings.filter(({ level }) => level === "error").map(({ message }) => message),
    warnings: findings.filter(({ level }) => level === "warning").map(({ message }) => message),
  };
}

function setupOf(text: string, at = 0) {
  const { definition, errors, warnings } = read(text);
  assert.deepEqual([errors, warnings], [[], []], text);
  assert.ok(definition !== null);
  const item = definition.phases[0]?.items[at];
  assert.ok(item !== undefined);
  return commandSetup(item, definition);
}

Deno.test("without a word it is sh in old files, and strict with format 2", () => {
  assert.deepEqual(setupOf("steps: [{name: x, command: make}]").setup, { shell: "sh" });
  assert.deepEqual(setupOf("format: 1\nsteps: [{name: x, command: make}]").setup, { shell: "sh" });
  assert.deepEqual(setupOf("format: 2\nsteps: [{name: x, command: make}]").setup, {
    shell: "strict",
  });
});

Deno.test("an item says it in any format, settings only with format 2, and the item wins", () => {
  const step = "steps: [{name: x, command: make, shell: bash, dir: api, env: {CI: 'yes'}}]";
  const asked = { shell: "bash", dir: "api", env: { CI: "yes" } };
  assert.deepEqual(setupOf(step).setup, asked);
  const settings = "settings: {shell: sh, dir: web, env: {CI: 'no', LEVEL: 3}}\n";
  assert.deepEqual(setupOf(`format: 2\n${settings}${step}`).setup, {
    ...asked,
    env: { CI: "yes", LEVEL: "3" },
  });
  assert.deepEqual(setupOf(`format: 2\n${settings}steps: [{name: x, command: make}]`).setup, {
    shell: "sh",
    dir: "web",
    env: { CI: "no", LEVEL: "3" },
  });
  const { warnings, errors } = read(`${settings}steps: [{name: x, command: make}]`);
  assert.deepEqual(errors, []);
  assert.deepEqual(warnings, [
    'setting "shell" has no effect without "format: 2"',
    'setting "dir" has no effect without "format: 2"',
    'setting "env" has no effect without "format: 2"',
  ]);
});

Deno.test("a setting of an old file that is called so and used as one stays what it was", () => {
  const old = "settings: {dir: docs, shell: /bin/zsh}\n" +
    "steps: [{name: x, command: 'ls {{dir}} && {{shell}} x'}]";
  const { definition, errors, warnings } = read(old);
  assert.deepEqual([errors, warnings], [[], []]);
  assert.ok(definition !== null);
  const planned = planVerification(new Session(definition).state, "x");
  assert.ok(planned.value !== undefined && "plan" in planned.value);
  assert.deepEqual(planned.value.plan.verification, {
    type: "command",
    command: "ls docs && /bin/zsh x",
    expect_exit_code: 0,
    setup: { shell: "sh" },
  });
});

Deno.test("settings are substituted in both, and what is missing is named", () => {
  const text = "format: 2\nsettings: {where: api, v: 2}\n" +
    "steps: [{name: x, command: make, dir: '{{where}}/v{{v}}', env: {V: 'v{{v}}'}}]";
  assert.deepEqual(setupOf(text).setup, { shell: "strict", dir: "api/v2", env: { V: "v2" } });
  const { errors } = read(
    "format: 2\nsteps: [{name: x, command: make, dir: '{{a}}', env: {V: '{{b}}'}}]",
  );
  assert.deepEqual(errors, ['there is no setting "a"', 'there is no setting "b"']);
  const stored = definitionFromObject({
    name: "w",
    phases: [{
      id: "A",
      name: "A",
      items: [{
        id: "x",
        name: "x",
        verification: { type: "command", command: "{{c}}" },
        dir: "{{a}}",
        env: { V: "{{b}}" },
      }],
    }],
  });
  assert.ok(stored.definition !== null);
  const { error } = planVerification(new Session(stored.definition).state, "x");
  assert.deepEqual(error?.details?.["missing"], ["c", "a", "b"]);
});

Deno.test("the root itself is no directory to record", () => {
  for (const dir of ["", ".", "./", "./."]) {
    assert.deepEqual(
      setupOf(`steps: [{name: x, command: make, dir: "${dir}"}]`).setup,
      { shell: "sh" },
      dir,
    );
  }
});

Deno.test("what would run elsewhere, or judge in another way, is an error", () => {
  const bad: Readonly<Record<string, RegExp>> = {
    "shell: zsh": /"shell" must be strict, sh, bash, cmd, powershell or pwsh, not "zsh"/,
    "dir: ../other": /dir "..\/other" is outside the project/,
    "dir: api/../../x": /is outside the project/,
    "dir: /tmp": /dir "\/tmp" is absolute/,
    "dir: 'C:\\x'": /is absolute/,
    "dir: ~/x": /begins with "~"/,
    "dir: [a]": /"dir" must be a text/,
    "env: [A]": /"env" must be a map/,
    "env: {A: [1]}": /"A" must be a text/,
    "env: {1A: x}": /variable "1A" must consist of letters/,
    "env: {'A B': x}": /variable "A B" must consist of letters/,
    "env: {'A=B': x}": /must consist of letters/,
    "env: {BASH_ENV: x}": /variable "BASH_ENV" changes how the shell/,
    "env: {ENV: x}": /changes how the shell/,
    "env: {SHELLOPTS: noexec}": /changes how the shell/,
    "env: {BASH_FUNC_make: x}": /changes how the shell/,
    "env: {ORCHESTRATOR_SESSION: x}": /is set by orchestrator itself/,
  };
  for (const [entry, message] of Object.entries(bad)) {
    const { errors } = read(`format: 2\nsteps: [{name: x, command: make, ${entry}}]`);
    assert.equal(errors.length, 1, `${entry}: ${errors.join("\n")}`);
    assert.match(errors[0] ?? "", message, entry);
    // The same in the settings.
    const inSettings = read(`format: 2\nsettings: {${entry}}\nsteps: [{name: x, command: make}]`);
    assert.equal(inSettings.errors.length, 1, `${entry} in settings: ${inSettings.errors.join()}`);
  }
});

Deno.test("without a command they have no effect, which is said", () => {
  const { errors, warnings } = read(
    "format: 2\nsteps: [{name: x, shell: sh, dir: api, env: {A: b}}]",
  );
  assert.deepEqual(errors, []);
  assert.deepEqual(
    warnings,
    ["shell", "dir", "env"].map((name) => `"${name}" has no effect without a command`),
  );
});

Deno.test("four braces stand for two with format 2, and for themselves in older files", () => {
  const commandOf = (text: string) => {
    const { definition, errors } = read(text);
    assert.deepEqual(errors, [], text);
    assert.ok(definition !== null);
    const planned = planVerification(new Session(definition).state, "x");
    assert.ok(planned.value !== undefined && "plan" in planned.value);
    const { verification } = planned.value.plan;
    return verification.type === "command" ? verification.command : undefined;
  };
  const step = (command: string) =>
    `settings: {n: 1}\nsteps: [{name: x, command: ${JSON.stringify(command)}}]`;
  const cases: Readonly<Record<string, string>> = {
    "docker inspect -f '{{{{end}}' {{n}}": "docker inspect -f '{{end}}' 1",
    "{{{{range .}}{{{{ n }}{{{{end}}": "{{range .}}{{ n }}{{end}}",
    "{{.State.Status}} {{n}}": "{{.State.Status}} 1",
    "{{{n}}}": "{1}",
    "{{{{": "{{",
    "{{{{{{n}}": "{{1",
  };
  for (const [command, meant] of Object.entries(cases)) {
    assert.equal(commandOf(`format: 2\n${step(command)}`), meant);
  }
  assert.equal(commandOf(step("a {{{{n}}")), "a {{1");
  assert.equal(commandOf(step("a {{{{")), "a {{{{");
});

Deno.test("the message about a missing setting says how to write braces", () => {
  const hintOf = (head: string) =>
    parseDefinition(`${head}steps: [{name: x, command: "docker -f '{{end}}'"}]`, { file: "w.yaml" })
      .findings.map(({ hint }) => hint);
  assert.deepEqual(hintOf("format: 2\n"), [
    'Add "end" under "settings:", or write "{{{{end}}" for another program to get it',
  ]);
  assert.deepEqual(hintOf(""), [
    'Add "end" under "settings:", or write "{{{{end}}" for another program to get it ' +
    '(with "format: 2")',
  ]);
});

Deno.test("what ran a command must be what its item asks for", () => {
  const bash = { name: "bash", path: "/bin/bash", strict: true };
  const dash = { name: "dash", path: "/bin/sh", strict: false };
  const cmd = { name: "cmd", path: "cmd.exe", strict: false };
  const fits = (shell: "strict" | "sh" | "bash" | "pwsh", ran: typeof bash | undefined, code = 0) =>
    shellFits({ shell }, { ...(ran === undefined ? {} : { shell: ran }), exitCode: code });
  assert.ok(fits("strict", bash));
  assert.ok(fits("strict", { ...dash, strict: true }));
  assert.ok(fits("strict", cmd), "Windows without bash: visible, not impossible");
  assert.ok(!fits("strict", dash));
  assert.ok(!fits("strict", { ...bash, strict: false }));
  assert.ok(!fits("strict", undefined), "a line without a shell is of before there were any");
  assert.ok(fits("sh", dash));
  assert.ok(fits("sh", undefined));
  assert.ok(!fits("sh", bash));
  assert.ok(fits("bash", { ...bash, strict: false }));
  assert.ok(!fits("bash", dash));
  assert.ok(!fits("pwsh", dash));
  assert.ok(shellFits({ shell: "strict" }, { exitCode: null }), "nothing ran");
});

Deno.test("a gate that checks nothing is said with format 2", () => {
  const step = "steps: [{name: x, step_type: gate}, {name: y, step_type: required}]";
  assert.deepEqual(read(`format: 2\n${step}`).warnings, [
    "the gate checks nothing: to complete it is to pass it",
  ]);
  assert.deepEqual(read(step).warnings, []);
});
