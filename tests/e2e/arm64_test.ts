/** The Linux arm64 executable, run by an emulator where there is one. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { compile } from "../../scripts/compile.ts";
import { slowTest } from "../harness/effort.ts";
import { executableAvailable } from "../harness/executable.ts";
import { runProcess } from "../harness/running.ts";
import { Scratch, scratchEnvironment } from "../harness/scratch.ts";

const QEMU = ["/usr/bin/qemu-aarch64-static", "/usr/bin/qemu-aarch64"].find((path) =>
  existsSync(path)
);
/** Where Debian's cross libraries lie. */
const LIBRARIES = "/usr/aarch64-linux-gnu";

const able = executableAvailable && QEMU !== undefined &&
  existsSync(join(LIBRARIES, "lib", "libstdc++.so.6"));

slowTest({
  name: able
    ? "the arm64 executable begins, records and verifies a session"
    : "the arm64 executable (skipped: needs qemu-user-static and the arm64 C++ library)",
  ignore: !able,
  fn: async () => {
    using scratch = new Scratch();
    const { path } = await compile({
      engine: "bun",
      target: "linux-arm64",
      outdir: scratch.path("dist"),
    });
    const run = (...argv: readonly string[]) =>
      runProcess(QEMU ?? "", ["-L", LIBRARIES, path, ...argv], {
        cwd: scratch.root,
        env: scratchEnvironment(scratch),
      });
    const version = await run("--version");
    assert.match(version.stdout, /linux-arm64\)$/m, version.stderr);
    for (
      const argv of [
        ["start", "Add login", "--name", "login"],
        ["note", "A lock, an append and a replaced file on another processor"],
        ["log", "verify"],
      ]
    ) {
      const { code, stderr } = await run(...argv);
      assert.equal(code, 0, stderr);
    }
    const refused = await run("advance");
    assert.equal(refused.code, 7, refused.stderr);
    const status = await run("status", "--json");
    assert.equal(JSON.parse(status.stdout).data.name, "login");
  },
});
