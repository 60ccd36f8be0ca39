/** `.orchestrator.yaml`: whose it is, and what of it counts. */
import assert from "node:assert/strict";
import { symlinkSync } from "node:fs";
import { overridesFor, readOldSettings } from "../../../src/legacy/old_settings.ts";
import { Scratch } from "../../harness/scratch.ts";

const WORKFLOW =
  'name: N\nsettings: { test_command: "true", port: 1 }\nphases:\n  - { id: A, name: A, items: [{ id: a, name: a, verification: { type: command, command: "{{lint}}" } }] }\n';

function read(text: string, workflow: string | null = null) {
  using scratch = new Scratch({ ".orchestrator.yaml": text });
  return readOldSettings(scratch.root, workflow);
}

Deno.test("the old tool's settings are told by their names, or by the workflow's", () => {
  for (const text of ['test_command: "false"\n', "build_command: make\nversion: 1\n"]) {
    assert.equal(read(text).kind, "settings", text);
  }
  for (const text of ["port: 2\n", "lint: ruff\n"]) {
    assert.equal(read(text).kind, "foreign", text);
    assert.equal(read(text, WORKFLOW).kind, "settings", text);
  }
  assert.equal(read("# nothing set\n\n").kind, "settings");
});

Deno.test("a file of another program is told by its shape", () => {
  const foreign = [
    "version: 1\nbase_branch: main\nverification:\n  test: [python3 check.py]\n",
    "- a\n- b\n",
    "just words\n",
    "a: [\n",
    "---\na: 1\n---\nb: 2\n",
    "apiVersion: v1\nkind: Orchestrator\n",
  ];
  for (const text of foreign) assert.equal(read(text, WORKFLOW).kind, "foreign", text);
});

Deno.test("lists and maps are named, and do not count", () => {
  const old = read("test_command: x\nreviews: { enabled: false }\nlist: [1]\nnone:\n");
  assert.ok(old.kind === "settings");
  assert.deepEqual([old.values, old.odd], [{ test_command: "x" }, ["reviews", "list", "none"]]);
});

Deno.test("only what the workflow uses and says otherwise is an override", () => {
  assert.deepEqual(
    overridesFor(
      {
        test_command: "true",
        port: 2,
        lint: "ruff",
        build_command: "make",
        supervision_mode: "supervised",
        agents_may_approve: true,
      },
      WORKFLOW,
    ),
    { port: 2, lint: "ruff", supervision_mode: "supervised" },
  );
});

Deno.test({
  name: "a link is followed within the project only",
  ignore: Deno.build.os === "windows",
  fn() {
    using outside = new Scratch({ "s.yaml": "test_command: x\n" });
    using scratch = new Scratch({ "conf/s.yaml": "test_command: y\n" });
    const link = scratch.path(".orchestrator.yaml");
    symlinkSync(outside.path("s.yaml"), link);
    assert.equal(readOldSettings(scratch.root, null).kind, "foreign");
    using other = new Scratch({ "conf/s.yaml": "test_command: y\n" });
    symlinkSync("conf/s.yaml", other.path(".orchestrator.yaml"));
    const inside = readOldSettings(other.root, null);
    assert.deepEqual(inside.kind === "settings" ? inside.values : inside, { test_command: "y" });
    using broken = new Scratch({});
    symlinkSync("/dev/zero", broken.path(".orchestrator.yaml"));
    assert.equal(readOldSettings(broken.root, null).kind, "foreign");
  },
});
