import assert from "node:assert/strict";
import { editConfigText } from "../../../src/config/edit_text.ts";
import type { ConfigKeyName, ConfigValue } from "../../../src/config/keys.ts";
import type { ConfigFile } from "../../../src/config/read_file.ts";

const FILE: ConfigFile = { layer: "global", path: "/p/config.yaml", shown: "config.yaml" };

const edit = (text: string, key: ConfigKeyName, value: ConfigValue) =>
  editConfigText(text, FILE, key, value);

const WHOLE = `# Ours.

web_mode:   false   # in sandboxes only

# Where secrets are.
secrets:
    order: [ repository,
             global ]
    required:
    - A   # the first
    - B
color: 'never'
`;

Deno.test("a value is replaced where it stands, and nothing else moves", () => {
  assert.equal(edit(WHOLE, "web_mode", true), WHOLE.replace("false   #", "true   #"));
  assert.equal(edit(WHOLE, "color", "always"), WHOLE.replace("'never'", "always"));
  assert.equal(
    edit(WHOLE, "secrets.order", ["environment"]),
    WHOLE.replace(/\[ repository,\n\s+global \]/, "[environment]"),
  );
});

Deno.test("a new key goes to the end, with a group of its own when it needs one", () => {
  assert.equal(edit("", "web_mode", true), "web_mode: true\n");
  assert.equal(edit("# c\n", "web_mode", true), "# c\nweb_mode: true\n");
  assert.equal(edit("color: never", "web_mode", true), "color: never\nweb_mode: true\n");
  assert.equal(edit(WHOLE, "lock_timeout", 3), `${WHOLE}lock_timeout: 3\n`);
  assert.equal(
    edit("color: never\n", "snapshot.max_size", 512 * 1024 ** 2),
    "color: never\nsnapshot:\n  max_size: 512 MiB\n",
  );
});

Deno.test("a new key of a group that is there goes into it, and comments stay", () => {
  assert.equal(
    edit(WHOLE, "secrets.encrypt", true),
    WHOLE.replace("    - B\n", "    - B\n    encrypt: true\n"),
  );
  assert.equal(
    edit("secrets:\n  order: [global] # mine\n\n# next", "secrets.encrypt", true),
    "secrets:\n  order: [global] # mine\n  encrypt: true\n\n# next",
  );
  // Where lines will not do, comments stay all the same.
  assert.match(edit("secrets: { encrypt: true } # c\n", "secrets.order", ["global"]), /# c/);
});

Deno.test("a key is taken out with its line; a group that is empty then goes too", () => {
  assert.equal(edit(WHOLE, "web_mode", null), WHOLE.replace(/web_mode.*\n/, ""));
  assert.equal(edit(WHOLE, "secrets.required", null), WHOLE.replace(/ {4}required:\n.*\n.*\n/, ""));
  assert.equal(edit("a: 1\ncolor: never", "color", null), "a: 1\n");
  assert.equal(
    edit("# c\n\na: 1\nweb_mode: true\ncolor: never\n", "web_mode", null).includes("web"),
    false,
  );
  assert.equal(
    edit("color: never\nsecrets:\n  encrypt: true\n", "secrets.encrypt", null),
    "color: never\n",
  );
  assert.equal(edit("# mine\n\nweb_mode: true\n", "web_mode", null).trim(), "# mine");
});

Deno.test("flow maps, dotted keys, empty values and lists of lines are understood", () => {
  assert.match(edit("{ color: never }\n", "web_mode", true), /web_mode: true/);
  assert.equal(
    edit("secrets.encrypt: true\n", "secrets.encrypt", false),
    "secrets.encrypt: false\n",
  );
  assert.equal(
    edit("web_mode:\ncolor: never\n", "web_mode", true),
    "web_mode: true\ncolor: never\n",
  );
  assert.match(edit(WHOLE, "secrets.required", ["C"]), /required: *\n?\s*\[ ?C ?\]/);
  assert.equal(edit("web_mode: true\r\n", "web_mode", false), "web_mode: false\r\n");
});

Deno.test("texts that YAML would read as something else are quoted", () => {
  assert.equal(edit("", "actor", "true"), 'actor: "true"\n');
  assert.equal(edit("", "actor", "a: b # c"), 'actor: "a: b # c"\n');
  assert.equal(edit("", "actor", "*x"), 'actor: "*x"\n');
});

Deno.test("what is wrong elsewhere in the file stays there", () => {
  const text = "colour: red\nlock_timeout: soon\nweb_mode: false\n";
  assert.equal(edit(text, "web_mode", true), text.replace("false", "true"));
  assert.equal(edit(text, "lock_timeout", 5), text.replace("soon", "5"));
});
