import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { lstatSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeOutput } from "../../../src/platform/atomic_file.ts";
import { userName } from "../../../src/platform/user_name.ts";

function inFolder(test: (folder: string) => void): () => void {
  return () => {
    const folder = mkdtempSync(join(tmpdir(), "output-"));
    try {
      test(folder);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
}

Deno.test(
  "an output replaces a regular file, and makes one",
  inFolder((folder) => {
    const path = join(folder, "out.md");
    writeOutput(path, "one");
    writeOutput(path, "two");
    assert.equal(readFileSync(path, "utf8"), "two");
  }),
);

Deno.test({
  name: "an output follows a link to its file",
  ignore: Deno.build.os === "windows",
  fn: inFolder((folder) => {
    writeFileSync(join(folder, "real.md"), "old");
    symlinkSync("real.md", join(folder, "link.md"));
    writeOutput(join(folder, "link.md"), "new");
    assert.equal(readFileSync(join(folder, "real.md"), "utf8"), "new");
    assert.ok(lstatSync(join(folder, "link.md")).isSymbolicLink());
  }),
});

Deno.test({
  name: "an output to a pipe goes into the pipe, which stays",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    const folder = mkdtempSync(join(tmpdir(), "output-"));
    try {
      const pipe = join(folder, "pipe");
      assert.equal(spawnSync("mkfifo", [pipe]).status, 0);
      const { ino } = lstatSync(pipe);
      const reader = new Deno.Command("cat", { args: [pipe], stdout: "piped" }).spawn();
      writeOutput(pipe, "gone");
      const { stdout } = await reader.output();
      assert.equal(new TextDecoder().decode(stdout), "gone");
      assert.ok(lstatSync(pipe).isFIFO());
      assert.equal(lstatSync(pipe).ino, ino);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
});

Deno.test("somebody runs the program", () => {
  const name = userName();
  assert.ok(name !== "" && name !== "unknown", name);
});
