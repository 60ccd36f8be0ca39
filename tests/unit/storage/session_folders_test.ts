import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { removeTree } from "../../../src/platform/remove_tree.ts";
import { moveInto } from "../../../src/storage/session_folders.ts";

/** Windows keeps a folder as long as the lock in it is open; here the moving itself is looked at. */
Deno.test("a session is made again in the folder that its removal has left", () => {
  const top = Deno.makeTempDirSync();
  try {
    const [staging, target] = [join(top, "staging"), join(top, "target")];
    for (const folder of [staging, target]) {
      mkdirSync(join(folder, "feedback"), { recursive: true });
    }
    writeFileSync(join(target, "lock"), "held");
    writeFileSync(join(target, "state.json"), "old");
    writeFileSync(join(target, "feedback", "process.jsonl"), "old");
    for (const name of ["lock", "log.jsonl", "state.json"]) {
      writeFileSync(join(staging, name), "new");
    }
    writeFileSync(join(staging, "feedback", "tool.jsonl"), "new");
    moveInto(staging, target);
    assert.deepEqual(readdirSync(target).sort(), ["feedback", "lock", "log.jsonl", "state.json"]);
    assert.deepEqual(readdirSync(join(target, "feedback")), ["tool.jsonl"]);
    assert.equal(readFileSync(join(target, "state.json"), "utf8"), "new");
    assert.equal(readFileSync(join(target, "lock"), "utf8"), "held", "the lock that is held stays");
    assert.equal(existsSync(staging), false);
  } finally {
    Deno.removeSync(top, { recursive: true });
  }
});

Deno.test({
  name: "removing a folder follows no link",
  ignore: Deno.build.os === "windows",
  fn: () => {
    const top = Deno.makeTempDirSync();
    try {
      mkdirSync(join(top, "kept"));
      writeFileSync(join(top, "kept", "file"), "");
      mkdirSync(join(top, "gone", "deep"), { recursive: true });
      Deno.symlinkSync(join(top, "kept"), join(top, "gone", "deep", "link"));
      Deno.symlinkSync("nowhere", join(top, "gone", "broken"));
      removeTree(join(top, "gone"), null);
      removeTree(join(top, "gone"), null);
      assert.deepEqual(readdirSync(top), ["kept"]);
      assert.deepEqual(readdirSync(join(top, "kept")), ["file"]);
    } finally {
      Deno.removeSync(top, { recursive: true });
    }
  },
});
