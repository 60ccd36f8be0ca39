/** Which values of the configuration count as secrets. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { CONFIG_KEY_NAMES, configKey } from "../../../src/config/keys.ts";
import { runInProcess } from "../../harness/running.ts";
import { World } from "../doctor/world.ts";
import { Scratch, scratchEnvironment } from "../../harness/scratch.ts";

function project(scratch: Scratch) {
  scratch.write("workflow.yaml", "name: T\nphases: []\n");
  const env = scratchEnvironment(scratch);
  return (argv: readonly string[], more: Readonly<Record<string, string>> = {}) =>
    runInProcess(argv, { cwd: scratch.root, env: { ...env, ...more } });
}

const PROGRAMS = ["/path/n.sh", "notify-send 'It waits'", "~/bin/told --loud"];
const ADDRESSES = [
  "https://hooks.example.org/T0/B0/xyzzy",
  "curl -d @- https://hooks.example.org/T0/B0/xyzzy",
];

for (const value of PROGRAMS) {
  Deno.test(`notify can be set to a program: ${value}`, async () => {
    using scratch = new Scratch();
    const run = project(scratch);
    const set = await run(["config", "set", "--global", "notify", value]);
    assert.equal(set.code, 0, set.stderr);
    const got = await run(["config", "get", "notify"]);
    assert.equal(got.stdout.trim(), value);
    const flagged = await run(["config", "get", "notify", "--set", `notify=${value}x`]);
    assert.equal(flagged.stdout.trim(), `${value}x`, flagged.stderr);
    const own = await run(["config", "set", "notify", value]);
    assert.equal(own.code, 2);
    assert.match(own.stderr, /can only be set per user/);
  });
}

for (const value of ADDRESSES) {
  Deno.test(`notify with an address in it is hidden: ${value}`, async () => {
    using scratch = new Scratch();
    const run = project(scratch);
    for (
      const argv of [
        ["config", "set", "--global", "notify", value],
        ["config", "get", "notify", "--set", `notify=${value}`],
      ]
    ) {
      const refused = await run(argv);
      assert.equal(refused.code, 2, refused.stderr);
      assert.match(refused.stderr, /^error: Cannot set "notify"/);
      assert.match(refused.stderr, /hint: Set ORCHESTRATOR_NOTIFY in the environment/);
      assert.doesNotMatch(refused.stderr, /xyzzy/);
    }
    const env = { ORCHESTRATOR_NOTIFY: value };
    for (const argv of [["config", "get", "notify"], ["config", "show", "--effective", "--json"]]) {
      const shown = await run(argv, env);
      assert.doesNotMatch(shown.stdout + shown.stderr, /xyzzy/);
    }
  });
}

Deno.test({
  name: "only the user's file that has an address in notify must be private",
  // Windows has no such modes.
  ignore: Deno.build.os === "windows",
  fn: async () => {
    using world = new World();
    const file = join(world.scratch.home, ".orchestrator/config.yaml");
    const checked = async (value: string) => {
      world.write(file, `notify: ${JSON.stringify(value)}\n`, 0o644);
      return (await world.lookAt("config.permissions")).level;
    };
    assert.equal(await checked("/path/n.sh"), "ok");
    assert.notEqual(await checked(ADDRESSES[0] ?? ""), "ok");
  },
});

Deno.test("no path, choice, number or list is a secret as a whole", () => {
  for (const key of CONFIG_KEY_NAMES) {
    const { secret, type } = configKey(key);
    if (secret !== undefined) assert.equal(type.kind, "text", key);
  }
});
