import assert from "node:assert/strict";
import { problemText } from "../../../src/config/problem.ts";
import { type ConfigFile, readConfigText, valuesOf } from "../../../src/config/read_file.ts";

const FILE: ConfigFile = { layer: "repository", path: "/p/config.yaml", shown: "config.yaml" };
const OLD: ConfigFile = { layer: "global", path: "/h/config.yaml", shown: "~/old.yaml", old: true };

function read(text: string, file = FILE) {
  const { layer, problems, broken } = readConfigText(text, file);
  return { values: valuesOf(layer), problems: problems.map(problemText), broken, layer };
}

Deno.test("nested keys, with the place of each value", () => {
  const { layer, problems } = read("# c\nweb_mode: true\nsecrets:\n  order: [global]\n");
  assert.deepEqual(problems, []);
  assert.deepEqual(layer.entries.get("web_mode"), {
    value: true,
    origin: { layer: "repository", file: "config.yaml", line: 2, column: 11 },
  });
  assert.deepEqual(layer.entries.get("secrets.order"), {
    value: ["global"],
    origin: { layer: "repository", file: "config.yaml", line: 4, column: 10 },
  });
});

Deno.test("nothing, a comment, null, a byte order mark, dotted keys and aliases are fine", () => {
  for (const text of ["", "# nothing\n", "null\n", "web_mode:\nsecrets:\n"]) {
    assert.deepEqual(read(text), { ...read(text), values: {}, problems: [], broken: false }, text);
  }
  assert.deepEqual(read("\uFEFFweb_mode: true\r\n").values, { web_mode: true });
  assert.deepEqual(read("secrets.encrypt: true\n").values, { "secrets.encrypt": true });
  assert.deepEqual(read("web_mode: &a true\nfeedback_sync: *a\n").values, {
    web_mode: true,
    feedback_sync: true,
  });
});

const WRONG: readonly (readonly [text: string, problem: string])[] = [
  ["web_mod: true\n", 'config.yaml:1:1: there is no key "web_mod" (Did you mean "web_mode"?)'],
  ["a: 1\n\norder: []\n", 'config.yaml:1:1: there is no key "a"'],
  [
    "secrets:\n  oder: [global]\n",
    'config.yaml:2:3: there is no key "secrets.oder" (Did you mean "secrets.order"?)',
  ],
  [
    "\nlock_timeout: soon\n",
    'config.yaml:2:15: "lock_timeout" must be a number of seconds from 0 to 86400, not "soon"',
  ],
  [
    'web_mode: "true"\n',
    'config.yaml:1:11: "web_mode" must be true or false, not "true" (Remove the quotes)',
  ],
  // What other tools and YAML 1.1 take for a boolean, and what no quotes are around.
  ...[["yes", "true"], ["On", "true"], ['"off"', "false"], ["'No'", "false"]].map((
    [word = "", means],
  ) =>
    [
      `web_mode: ${word}\n`,
      `config.yaml:1:11: "web_mode" must be true or false, not "${word.replaceAll(/["']/g, "")}" ` +
      `(Write ${means})`,
    ] as const
  ),
  [
    "feedback_sync: 0\n",
    'config.yaml:1:16: "feedback_sync" must be true or false, not 0 (Write false)',
  ],
  ['web_mode: "3"\n', 'config.yaml:1:11: "web_mode" must be true or false, not "3"'],
  [
    'lock_timeout: "5"\n',
    'config.yaml:1:15: "lock_timeout" must be a number of seconds from 0 to 86400, not "5" ' +
    "(Remove the quotes)",
  ],
  [
    'lock_timeout: "99999999"\n',
    'config.yaml:1:15: "lock_timeout" must be a number of seconds from 0 to 86400, not "99999999"',
  ],
  ["secrets: 3\n", 'config.yaml:1:10: "secrets" must be a map of keys, not a number'],
  [
    "web_mode: true\nweb_mode: false\n",
    'config.yaml:2:1: "web_mode" is repeated',
  ],
  [
    "actor: Eve\n",
    'config.yaml:1:1: "actor" can only be set per user, not by a repository ' +
    "(Run `orchestrator config set --global actor <value>`)",
  ],
  ["? [a, b]\n: 1\n", "config.yaml:1:3: a key must be a text"],
];

for (const [text, problem] of WRONG) {
  Deno.test(`wrong: ${JSON.stringify(text)}`, () => {
    const { problems, broken } = read(text);
    assert.equal(problems[0], problem);
    assert.equal(broken, false);
  });
}

const BROKEN: readonly (readonly [text: string, problem: RegExp])[] = [
  ["web_mode: [\n", /^config\.yaml:\d+:\d+: not valid YAML: /],
  ["- a\n", /^config\.yaml:1:1: the file must be a map of keys/],
  ["just text\n", /^config\.yaml:1:1: the file must be a map of keys/],
  ["a: 1\n---\nb: 1\n", /more than one YAML document/],
  ["[".repeat(50_000), /nested too deeply|not valid YAML/],
  [`# ${"x".repeat(1024 * 1024)}`, /larger than 1 MiB/],
];

for (const [text, problem] of BROKEN) {
  Deno.test(`broken: ${JSON.stringify(text.slice(0, 30))}`, () => {
    const found = read(text);
    assert.equal(found.broken, true);
    assert.match(found.problems[0] ?? "", problem);
    assert.deepEqual(found.values, {});
  });
}

Deno.test("the old tool's file has texts for values, and keys of its own", () => {
  const { values, problems } = read("feedback_sync: 'false'\nlock_timeout: '3'\nmine: 'x'\n", OLD);
  assert.deepEqual(values, { feedback_sync: false, lock_timeout: 3 });
  assert.deepEqual(problems, [
    '~/old.yaml:3:1: "mine" was a key of the old tool and has no effect',
  ]);
});

Deno.test("a secret in a repository's file is refused, and neither it nor a key is repeated", () => {
  const { values, problems } = read("snapshot:\n  password: hunter2hunter2\n");
  assert.deepEqual(values, {});
  assert.equal(problems.length, 1);
  assert.doesNotMatch(problems.join(), /hunter2/);
  const key = "AGE-SECRET-KEY-1QQQQQQQQQQQQQQQQQQQQQQQ";
  assert.doesNotMatch(read(`secrets:\n  identity: ${key}\n`).problems.join(), /SECRET-KEY-1Q/);
});
