import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { lstatSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { meansStdout, outputPlace, writeOutput } from "../../../src/platform/output_file.ts";
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
    writeOutput(outputPlace(path), "one");
    writeOutput(outputPlace(path), "two");
    assert.equal(readFileSync(path, "utf8"), "two");
  }),
);

Deno.test({
  name: "an output follows a link to its file",
  ignore: Deno.build.os === "windows",
  fn: inFolder((folder) => {
    writeFileSync(join(folder, "real.md"), "old");
    symlinkSync("real.md", join(folder, "link.md"));
    writeOutput(outputPlace(join(folder, "link.md")), "new");
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
      writeOutput(outputPlace(pipe), "gone");
      const { stdout } = await reader.output();
      assert.equal(new TextDecoder().decode(stdout), "gone");
      assert.ok(lstatSync(pipe).isFIFO());
      assert.equal(lstatSync(pipe).ino, ino);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
});

Deno.test("the name of the user who runs the program is known", () => {
  const name = userName();
  assert.ok(name !== "" && name !== "unknown", name);
});

Deno.test({
  name: "an output through a link whose target does not exist makes the target",
  ignore: Deno.build.os === "windows",
  fn: inFolder((folder) => {
    symlinkSync("other.md", join(folder, "first.md"));
    symlinkSync("first.md", join(folder, "link.md"));
    writeOutput(outputPlace(join(folder, "link.md")), "new");
    assert.equal(readFileSync(join(folder, "other.md"), "utf8"), "new");
    assert.ok(lstatSync(join(folder, "link.md")).isSymbolicLink());
    assert.ok(lstatSync(join(folder, "first.md")).isSymbolicLink());
    symlinkSync("circle.md", join(folder, "circle.md"));
    assert.throws(() => writeOutput(outputPlace(join(folder, "circle.md")), "x"), {
      name: "OrchestratorError",
    });
  }),
});

Deno.test({
  name: "what is at an output's name",
  ignore: Deno.build.os === "windows",
  fn: inFolder((folder) => {
    writeFileSync(join(folder, "file"), "");
    const kinds = ["file", "none", ".", "/dev/null"].map((name) => {
      const { isThere, isStream, isDirectory } = outputPlace(resolve(folder, name));
      return [isThere, isStream, isDirectory];
    });
    assert.deepEqual(kinds, [
      [true, false, false],
      [false, false, false],
      [true, false, true],
      [true, true, false],
    ]);
    for (const name of ["-", "/dev/stdout"]) assert.ok(meansStdout(name), name);
    assert.ok(!meansStdout("stdout"));
  }),
});
