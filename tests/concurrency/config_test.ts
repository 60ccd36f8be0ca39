/**
 * Many processes change one configuration file at once: none loses what another wrote.
 */
import assert from "node:assert/strict";
import { CONFIG_KEY_NAMES, configKey } from "../../src/config/keys.ts";
import { valueWord } from "../../src/config/value.ts";
import { executable, executableAvailable } from "../harness/executable.ts";
import { runProcess } from "../harness/running.ts";
import { Scratch, scratchEnvironment } from "../harness/scratch.ts";

const KEYS = CONFIG_KEY_NAMES.filter((name) => {
  const { personal, default: value } = configKey(name);
  return personal !== true && value !== null && valueWord(value) !== "" && name !== "web_mode";
});

for (const options of [[], ["--global"]]) {
  Deno.test({
    name: `every key is set by a process of its own ${options.join()}`,
    ignore: !executableAvailable,
    fn: async () => {
      using scratch = new Scratch();
      const surroundings = { cwd: scratch.root, env: scratchEnvironment(scratch) };
      const program = await executable();
      const results = await Promise.all(
        KEYS.map((name) =>
          runProcess(
            program,
            ["config", "set", ...options, name, valueWord(configKey(name).default)],
            surroundings,
          )
        ),
      );
      for (const { code, stderr } of results) assert.equal(code, 0, stderr);
      const { stdout } = await runProcess(program, ["config", "show", "--json"], surroundings);
      const { data } = JSON.parse(stdout) as {
        readonly data: {
          readonly keys: readonly { readonly key: string }[];
          readonly findings: readonly unknown[];
        };
      };
      assert.deepEqual(data.keys.map(({ key }) => key), KEYS);
      assert.deepEqual(data.findings, []);
    },
  });
}

Deno.test({
  name: "every confirmation is made by a process of its own",
  ignore: !executableAvailable,
  fn: async () => {
    using scratch = new Scratch();
    const surroundings = { cwd: scratch.root, env: scratchEnvironment(scratch) };
    const program = await executable();
    const names = Array.from({ length: 12 }, (_, index) => `place-${index}`);
    const results = await Promise.all(
      names.map((name) =>
        runProcess(program, ["trust", "add", "state_remote", name], surroundings)
      ),
    );
    for (const { code, stderr } of results) assert.equal(code, 0, stderr);
    const { stdout } = await runProcess(program, ["trust", "list", "--json"], surroundings);
    const { trusted } = JSON.parse(stdout).data as {
      readonly trusted: readonly { readonly value: string }[];
    };
    assert.deepEqual(trusted.map(({ value }) => value).sort(), names.sort());
  },
});
