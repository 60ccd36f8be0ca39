import assert from "node:assert/strict";
import { CONFIG_KEY_NAMES, CONFIG_KEYS, configKey } from "../../../src/config/keys.ts";
import { checkValue, valueFromText, valueText, valueWord } from "../../../src/config/value.ts";

const { lock_timeout, web_mode, color, workflow, state_branch, actor } = CONFIG_KEYS;
const order = CONFIG_KEYS["secrets.order"].type;
const entries = CONFIG_KEYS["snapshot.max_entries"].type;
const size = CONFIG_KEYS["snapshot.max_size"].type;
const identity = CONFIG_KEYS["secrets.identity"].type;

Deno.test("every default is a value of its key, and reads back from a variable", () => {
  for (const name of CONFIG_KEY_NAMES) {
    const row = configKey(name);
    if (row.default === null) continue;
    assert.deepEqual(checkValue(row.type, row.default), { value: row.default }, name);
    if (valueWord(row.default) === "") continue;
    assert.deepEqual(valueFromText(row.type, valueWord(row.default)), { value: row.default }, name);
  }
});

Deno.test("names, variables and versions are well formed, and no variable stands for two keys", () => {
  const variables = CONFIG_KEY_NAMES.map((name) => configKey(name).env);
  assert.equal(new Set(variables).size, variables.length);
  for (const name of CONFIG_KEY_NAMES) {
    const { env, since, description } = configKey(name);
    assert.equal(env, `ORCHESTRATOR_${name.toUpperCase().replaceAll(".", "_")}`);
    assert.match(since, /^\d+\.\d+\.\d+$/);
    assert.match(description, /^[A-Z].*[^.]$/);
  }
});

const FROM_TEXT = [
  [web_mode.type, "true", true],
  [web_mode.type, " ON ", true],
  [web_mode.type, "0", false],
  [web_mode.type, "maybe", undefined],
  [lock_timeout.type, "2.5", 2.5],
  [lock_timeout.type, ".5", 0.5],
  [lock_timeout.type, "0x10", undefined],
  [lock_timeout.type, "1e3", undefined],
  [lock_timeout.type, "-1", undefined],
  [lock_timeout.type, "86401", undefined],
  [entries, "12", 12],
  [entries, "1.5", undefined],
  [size, "512 MiB", 512 * 1024 ** 2],
  [size, "1.5g", 1.5 * 1024 ** 3],
  [size, "2GB", 2e9],
  [size, "12 parsecs", undefined],
  [size, "10", undefined],
  [color.type, "always", "always"],
  [color.type, "Always", undefined],
  [order, "global, repository", ["global", "repository"]],
  [order, "global,global", undefined],
  [order, "elsewhere", undefined],
  [order, "", []],
  [workflow.type, "flows/a.yaml", "flows/a.yaml"],
  [actor.type, "a\u0007b", undefined],
  [state_branch.type, "state/<repo-id>-x", "state/<repo-id>-x"],
  [state_branch.type, "-x", undefined],
  [state_branch.type, "a..b", undefined],
  [state_branch.type, "a b", undefined],
  [state_branch.type, "a.lock", undefined],
  [identity, "~/keys/age.txt", "~/keys/age.txt"],
  [identity, "AGE-SECRET-KEY-1QQQQQQQQQQQQQQQQQQQQQQQ", undefined],
] as const;

for (const [type, text, value] of FROM_TEXT) {
  Deno.test(`${type.kind} from ${JSON.stringify(text)}`, () => {
    const checked = valueFromText(type, text);
    if (value === undefined) assert.ok(checked.error !== undefined && checked.error !== "");
    else assert.deepEqual(checked, { value });
  });
}

Deno.test("YAML values are taken as they are: nothing is read into them", () => {
  assert.ok(checkValue(web_mode.type, "true").error !== undefined);
  assert.ok(checkValue(lock_timeout.type, "3").error !== undefined);
  assert.ok(checkValue(color.type, true).error !== undefined);
  assert.ok(checkValue(order, "global").error !== undefined);
  assert.ok(checkValue(order, [1]).error !== undefined);
  assert.deepEqual(checkValue(size, 4096), { value: 4096 });
});

Deno.test("people read sizes with units, and no secrets", () => {
  const bytes = configKey("snapshot.max_size");
  assert.equal(valueText(bytes, 512 * 1024 ** 2), "512 MiB");
  assert.equal(valueText(bytes, 1500), "1500 B");
  assert.equal(valueText(configKey("snapshot.password"), "hunter2!"), "(hidden)");
  assert.equal(valueText(configKey("actor"), null), "(not set)");
});
