/**
 * Simple configuration files read without the YAML library say exactly what the library makes of
 * them, or are left to it.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { runs } from "../harness/effort.ts";
import { CONFIG_KEY_NAMES, configKey } from "../../src/config/keys.ts";
import { readPlainText } from "../../src/config/plain_text.ts";
import { type ConfigFile, readConfigText } from "../../src/config/read_file.ts";

const FILE: ConfigFile = { layer: "repository", path: "/r/c.yaml", shown: "config.yaml" };
const GLOBAL: ConfigFile = { layer: "global", path: "/h/c.yaml", shown: "~/config.yaml" };

const word = fc.oneof(
  fc.constantFrom("true", "false", "True", "null", "~", "no", "on", "0", "007", "1e3", "0x1f"),
  fc.constantFrom("origin", "orchestrator-state-<repo-id>", "a/b", "a: b", "a #b", "a#b", "'x'"),
  fc.constantFrom(
    '"x"',
    "- x",
    "[a]",
    "{a: 1}",
    "&a x",
    "*a",
    "!!str x",
    "|",
    ">",
    "%x",
    "@x",
    "a:",
  ),
  fc.integer().map(String),
  fc.double().map(String),
  fc.stringMatching(/^[A-Za-z0-9_.\/<>@:#' -]{0,12}$/),
);
/** Lines that are right, and lines that are right but for one character more. */
const plausible = fc.constantFrom(
  "web_mode: true",
  "web_mode:  false ",
  "state_remote: origin",
  "state_branch: orchestrator-state-<repo-id>",
  "state_push_timeout: 60",
  "lock_timeout: 5",
  "color: never",
  "actor: eve",
  "auto_migrate: true",
  "# a comment",
  "",
);
const slip = fc.tuple(plausible, fc.nat(40), fc.constantFrom(..." #:'\"-0x&*~\t\r[{,!|>%@`?e."))
  .map(([right, at, character]) => right.slice(0, at) + character + right.slice(at));
const line = fc.oneof(
  { weight: 6, arbitrary: plausible },
  { weight: 2, arbitrary: slip },
  {
    weight: 3,
    arbitrary: fc.tuple(fc.constantFrom("state_remote: ", "state_push_timeout: "), word)
      .map((parts) => parts.join("")),
  },
  fc.tuple(
    fc.constantFrom(...CONFIG_KEY_NAMES, "snapshot", "unknown_key"),
    fc.constantFrom(": ", ":  ", ":", " : ", ":\t"),
    word,
    fc.constantFrom("", " ", "  # why", "\r", "\t"),
  ).map((parts) => parts.join("")),
  fc.constantFrom(
    "",
    "  ",
    "# a comment",
    "  # another",
    "---",
    "...",
    "\t",
    "  nested: 1",
    "\ufeff",
  ),
);
const text = fc.tuple(fc.array(line, { maxLength: 4 }), fc.constantFrom("", "\n"))
  .map(([lines, end]) => lines.join("\n") + end);

Deno.test("what is read without the library is what the library reads", () => {
  let taken = 0;
  fc.assert(
    fc.property(text, fc.constantFrom(FILE, GLOBAL), (content, file) => {
      const plain = readPlainText(content, file);
      if (plain === null) return;
      taken += plain.layer.entries.size;
      assert.deepEqual(plain, readConfigText(content, file));
    }),
    { numRuns: runs(5000) },
  );
  assert.ok(taken > 100, `only ${taken} values were read`);
});

Deno.test("what is for a person to decide is never taken from a repository's file", () => {
  const personal = CONFIG_KEY_NAMES.filter((name) => configKey(name).personal === true);
  assert.ok(personal.length >= 3, personal.join());
  for (const name of personal) {
    for (const value of ["eve", "true", "7"]) {
      const content = `web_mode: true\n${name}: ${value}\n`;
      for (const read of [readPlainText(content, FILE), readConfigText(content, FILE)]) {
        assert.equal(read?.layer.entries.has(name) ?? false, false, content);
      }
    }
  }
  assert.ok(readPlainText("actor: anna\n", GLOBAL)?.layer.entries.has("actor"));
});

Deno.test("the files that config set writes need no library", () => {
  const content = `# For our sandboxes
web_mode: true
state_branch: orchestrator-state-<repo-id>
state_push_timeout: 60
`;
  const read = readPlainText(content, FILE);
  assert.deepEqual([...read?.layer.entries.keys() ?? []], [
    "web_mode",
    "state_branch",
    "state_push_timeout",
  ]);
  assert.deepEqual(read, readConfigText(content, FILE));
});
