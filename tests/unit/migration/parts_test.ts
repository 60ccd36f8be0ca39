/** The parts of moving over: copies, moves, the inventory, feedback, settings. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { inventoryRow } from "../../../src/legacy/inventory.ts";
import { readFeedbackLines } from "../../../src/legacy/feedback_lines.ts";
import { scanInventory } from "../../../src/legacy/scan.ts";
import { mergeTree, moveOnce } from "../../../src/migration/move_tree.ts";
import { withSettings } from "../../../src/migration/settings.ts";
import { copyAndHash, hashFile, syncFiles } from "../../../src/platform/copy_file.ts";
import { freeBytes } from "../../../src/platform/disk.ts";
import { Scratch } from "../../harness/scratch.ts";

const posix = Deno.build.os !== "windows";

Deno.test("a copy has the content, the mode, the time and the hash of the original", () => {
  using scratch = new Scratch();
  const bytes = new Uint8Array(3 * 1024 * 1024 + 17).map((_, index) => index * 31 % 251);
  writeFileSync(scratch.path("from"), bytes);
  chmodSync(scratch.path("from"), 0o440);
  utimesSync(scratch.path("from"), 1_600_000_000, 1_600_000_001);
  const digest = copyAndHash(scratch.path("from"), scratch.path("to"));
  assert.equal(digest.bytes, bytes.length);
  assert.equal(digest.sha256, createHash("sha256").update(bytes).digest("hex"));
  assert.deepEqual(hashFile(scratch.path("to")), digest);
  assert.equal(statSync(scratch.path("to")).mtimeMs, 1_600_000_001_000);
  if (posix) assert.equal(statSync(scratch.path("to")).mode & 0o777, 0o440);
  copyAndHash(scratch.path("from"), scratch.path("secret"), { mode: 0o600 });
  if (posix) assert.equal(statSync(scratch.path("secret")).mode & 0o777, 0o600);
  syncFiles(scratch.root, [scratch.path("to")]);
  assert.ok((freeBytes(scratch.root) ?? 1) > 0);
});

Deno.test("a copy replaces nothing and follows no link", () => {
  using scratch = new Scratch({ from: "new", to: "old" });
  assert.throws(() => copyAndHash(scratch.path("from"), scratch.path("to")), {
    code: "already_exists",
  });
  assert.equal(scratch.read("to"), "old");
  assert.throws(() => copyAndHash(scratch.path("none"), scratch.path("x")), {
    code: "file_unknown",
  });
  if (!posix) return;
  symlinkSync("from", scratch.path("link"));
  assert.throws(() => copyAndHash(scratch.path("link"), scratch.path("x")), { code: "io_failed" });
  assert.throws(() => hashFile(scratch.path("link")), { code: "io_failed" });
  assert.equal(copyAndHash(scratch.path("link"), scratch.path("y"), { follow: true }).bytes, 3);
});

Deno.test("a move that is repeated changes nothing, and never replaces", () => {
  using scratch = new Scratch({ "a/one": "1", "a/two": "2", "b/one": "other" });
  assert.equal(moveOnce(scratch.path("a"), scratch.path("c")), true);
  assert.equal(moveOnce(scratch.path("a"), scratch.path("c")), false);
  assert.equal(moveOnce(scratch.path("b"), scratch.path("c")), false);
  assert.equal(scratch.read("c/one"), "1");
  assert.equal(scratch.read("b/one"), "other");
});

Deno.test("merging moves what is missing and stops before what is there", () => {
  using scratch = new Scratch({ "from/x/one": "1", "from/y/two": "2", "to/x/kept": "k" });
  mergeTree(scratch.path("from"), scratch.path("to"));
  assert.equal(scratch.read("to/x/one"), "1");
  assert.equal(scratch.read("to/x/kept"), "k");
  assert.equal(scratch.read("to/y/two"), "2");
  assert.equal(scratch.exists("from"), false);
  mergeTree(scratch.path("from"), scratch.path("to"));
  scratch.write("from/x/kept", "other");
  assert.throws(() => mergeTree(scratch.path("from"), scratch.path("to")), {
    code: "already_exists",
  });
  assert.equal(scratch.read("to/x/kept"), "k");
});

const MEMORY = "/dev/shm";
const twoFileSystems = existsSync(MEMORY) &&
  statSync(MEMORY).dev !== statSync(Deno.realPathSync(Deno.env.get("TMPDIR") ?? "/tmp")).dev;
if (!twoFileSystems) console.log("skipped: moves between file systems (there is only one)");

Deno.test({
  name: "a move to another file system keeps content, modes, times and links",
  ignore: !twoFileSystems,
  fn: () => {
    using scratch = new Scratch({ "folder/deep/file": "content" });
    const other = Deno.makeTempDirSync({ dir: MEMORY, prefix: "orchestrator-test-" });
    try {
      chmodSync(scratch.path("folder/deep/file"), 0o400);
      utimesSync(scratch.path("folder/deep/file"), 1_600_000_000, 1_600_000_001);
      symlinkSync("deep/file", scratch.path("folder/link"));
      utimesSync(scratch.path("folder/deep"), 1_600_000_000, 1_600_000_002);
      chmodSync(scratch.path("folder/deep"), 0o750);
      assert.equal(moveOnce(scratch.path("folder"), `${other}/folder`), true);
      assert.equal(scratch.exists("folder"), false);
      assert.equal(readFileSync(`${other}/folder/link`, "utf8"), "content");
      assert.equal(lstatSync(`${other}/folder/link`).isSymbolicLink(), true);
      assert.equal(statSync(`${other}/folder/deep/file`).mode & 0o777, 0o400);
      assert.equal(statSync(`${other}/folder/deep/file`).mtimeMs, 1_600_000_001_000);
      assert.equal(statSync(`${other}/folder/deep`).mode & 0o777, 0o750);
      assert.equal(statSync(`${other}/folder/deep`).mtimeMs, 1_600_000_002_000);
    } finally {
      Deno.removeSync(other, { recursive: true });
    }
  },
});

for (
  const [path, decision] of Object.entries({
    ".workflow_state.json": "session",
    ".workflow_approvals.db-wal": "archive",
    ".workflow_tool_feedback.jsonl.tmp.123": "archive",
    ".workflow_mine": "ask",
    ".claude/keys/age.key.enc": "secret",
    ".claude/settings.json": "stay",
    ".claude/commands": null,
    ".orchestrator/sessions/0a1b2c3d": "session",
    ".orchestrator/sessions/abcdefghijklm": null,
    ".orchestrator/meta.json": null,
    ".orchestrator/config.yaml": null,
    ".orchestrator/worktrees": "stay",
    "src/main.ts": null,
    "LEARNINGS.md": "stay",
  })
) {
  Deno.test(`the inventory says of ${path}: ${decision}`, () => {
    assert.equal(inventoryRow(path)?.decision ?? null, decision);
  });
}

Deno.test("files that only have an old name are not the old tool's", () => {
  using scratch = new Scratch({
    "secrets.enc.yaml": "mine: true\n",
    ".claude/prd_state.json": '{"something": "else"}',
    ".claude/squad_sessions.json": "[]",
    ".claude/job_queue/pending/readme.txt": "mine",
    ".claude/patterns/a.md": "mine",
    ".workflow_log.jsonl/x": "a folder",
  });
  const found = new Map(scanInventory(scratch.root).map((entry) => [entry.path, entry.foreign]));
  for (
    const path of [
      "secrets.enc.yaml",
      ".claude/prd_state.json",
      ".claude/squad_sessions.json",
      ".claude/job_queue",
      ".claude/patterns",
      ".workflow_log.jsonl",
    ]
  ) assert.notEqual(found.get(path) ?? null, null, path);
});

Deno.test({
  name: "a folder that is a symbolic link is not looked into",
  ignore: !posix,
  fn: () => {
    using scratch = new Scratch();
    mkdirSync(`${scratch.top}/dotfiles`);
    writeFileSync(`${scratch.top}/dotfiles/prd_state.json`, '{"prd_id":"p","tasks":[]}');
    symlinkSync(`${scratch.top}/dotfiles`, scratch.path(".claude"));
    const entries = scanInventory(scratch.root);
    assert.deepEqual(entries.map(({ path, link }) => [path, link?.where]), [[
      ".claude",
      "outside",
    ]]);
  },
});

Deno.test("feedback goes to the workflow it names, by id or by hash", () => {
  const ids = ["wf_1", "wf_2"];
  const hash = createHash("sha256").update("salt!wf_2").digest("hex").slice(0, 16);
  const text = [
    '{"workflow_id": "wf_1", "challenges": "x"}\r',
    "",
    "not json",
    '{"workflow_id": "unknown"}',
    "[1]",
  ].join("\n");
  assert.deepEqual(readFeedbackLines(".workflow_process_feedback.jsonl", text, ids), [
    { kind: "process", workflow: 0, text: '{"workflow_id": "wf_1", "challenges": "x"}' },
    { kind: "process", workflow: null, text: '{"workflow_id": "unknown"}' },
  ]);
  const tool = `{"workflow_id_hash": "${hash}"}`;
  const read = (salt?: string) =>
    readFeedbackLines(".workflow_tool_feedback.jsonl", tool, ids, salt).map((line) =>
      line.workflow
    );
  assert.deepEqual(read("salt!"), [1]);
  assert.deepEqual(read(), [null]);
  const alone = '{"workflow_id_hash": "b0aaee280a5599b2"}';
  assert.equal(readFeedbackLines("_tool_", alone, ["wf_1"])[0]?.workflow, 0);
});

Deno.test("settings go into workflow.yaml, where all else stays", () => {
  const text = "name: x # mine\nsettings:\n  test_command: npm test # ours\nphases: []\n";
  assert.equal(
    withSettings(text, { test_command: "true", retries: 3 }),
    'name: x # mine\nsettings:\n  test_command: "true" # ours\n  retries: 3\nphases: []\n',
  );
  assert.equal(withSettings(text, { test_command: "npm test" }), null);
  assert.equal(withSettings("name: x\n", { a: "b" }), "name: x\nsettings:\n  a: b\n");
  assert.equal(withSettings("[1, 2]\n", { a: "b" }), null);
  assert.equal(withSettings("a: [\n", { a: "b" }), null);
});
