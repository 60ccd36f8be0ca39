import assert from "node:assert/strict";
import { convertRules, prefixesOf } from "../../../scripts/secret_rules.ts";
import { KEY_SHAPES } from "../../../src/secrets/key_shapes.ts";

const RULES = String.raw`
[allowlist]
regexes = ['''x''']

[[rules]]
id = "with-context"
regex = '''(?i)[\w.-]{0,50}?(?:adobe)(?:[ \t\w.-]{0,20})[\s'"]{0,3}(?:=|>)([a-f0-9]{32})(?:[\x60'"\s;]|\\[nr]|$)'''

[[rules]]
id = "plain"
regex = '''ghp_[0-9a-zA-Z]{36}'''
entropy = 3

[[rules]]
id = "open-ended"
regex = '''\b(tok_[a-z]+-[0-9]{17,}x*)(?:[\x60'"\s;]|\\[nr]|$)'''

[[rules]]
id = "any-case-from-here"
regex = '''EZ-(?i)k[a-f0-9]{54}\b'''

[[rules]]
id = "several"
regex = '''(?:ghu|ghs)_[0-9]{36}'''

[[rules]]
id = "short"
regex = '''t[0-9]{36}'''

[[rules]]
id = "a-path"
path = '''x'''
`;

Deno.test("rules that know a secret by its shape are taken, with an end to what they repeat", () => {
  const { used, left } = convertRules(RULES);
  assert.deepEqual(left, ["with-context", "short", "a-path"]);
  assert.deepEqual(used, [
    { id: "plain", prefixes: ["ghp_"], source: "ghp_[0-9a-zA-Z]{36}" },
    {
      id: "open-ended",
      prefixes: ["tok_"],
      source: "(?:tok_[a-z]{1,1000}-[0-9]{17,1000}x{0,1000})",
    },
    { id: "any-case-from-here", prefixes: ["ez-k"], source: "EZ-[Kk][a-f0-9A-F]{54}" },
    { id: "several", prefixes: ["ghu_", "ghs_"], source: "(?:ghu|ghs)_[0-9]{36}" },
  ]);
});

Deno.test("the committed rules begin as they say", () => {
  assert.ok(KEY_SHAPES.length > 80);
  for (const [id, prefixes, source] of KEY_SHAPES) {
    assert.deepEqual(prefixesOf(source), prefixes, id);
  }
});
