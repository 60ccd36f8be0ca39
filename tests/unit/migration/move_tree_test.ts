import assert from "node:assert/strict";
import { linkSync, mkdirSync } from "node:fs";
import { mergeTree, moveOnce } from "../../../src/migration/move_tree.ts";
import { Scratch } from "../../harness/scratch.ts";

Deno.test("a move of which a power cut has left both names is ended", () => {
  using scratch = new Scratch({ "from/a": "text" });
  mkdirSync(scratch.path("to"));
  linkSync(scratch.path("from/a"), scratch.path("to/a"));
  assert.equal(moveOnce(scratch.path("from/a"), scratch.path("to/a")), true);
  assert.equal(scratch.exists("from/a"), false);
  assert.equal(scratch.read("to/a"), "text");
});

Deno.test("what has the new name and is another file is left alone, and so is the old one", () => {
  using scratch = new Scratch({ "from/a": "text", "to/a": "text" });
  assert.equal(moveOnce(scratch.path("from/a"), scratch.path("to/a")), false);
  assert.equal(scratch.exists("from/a"), true);
  assert.throws(
    () => mergeTree(scratch.path("from"), scratch.path("to")),
    { code: "already_exists" },
  );
  assert.equal(scratch.exists("from/a"), true);
});

Deno.test("a folder is merged though some of its files have both names", () => {
  using scratch = new Scratch({ "from/a": "one", "from/b": "two", "to/c": "three" });
  linkSync(scratch.path("from/a"), scratch.path("to/a"));
  mergeTree(scratch.path("from"), scratch.path("to"));
  assert.equal(scratch.exists("from"), false);
  assert.deepEqual(["a", "b", "c"].map((name) => scratch.read(`to/${name}`)), [
    "one",
    "two",
    "three",
  ]);
});
