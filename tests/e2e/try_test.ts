/** What `deno task try` does for a newcomer. */
import assert from "node:assert/strict";
import { join, resolve } from "node:path";
import { pathAdvice } from "../../scripts/try.ts";
import { denoDirectory } from "../harness/deno_directory.ts";
import { executableAvailable } from "../harness/executable.ts";
import { runProcess } from "../harness/running.ts";
import { Scratch, scratchEnvironment } from "../harness/scratch.ts";

const ROOT = resolve(import.meta.dirname ?? ".", "../..");

Deno.test({
  name: "try builds an executable, takes it from init to finish, and loses its machine",
  ignore: !executableAvailable,
  fn: async () => {
    using scratch = new Scratch();
    const { code, stdout, stderr } = await runProcess(Deno.execPath(), [
      "run",
      "--allow-all",
      "--no-check",
      "--cached-only",
      join(ROOT, "scripts", "try.ts"),
      "--engine=bun",
      `--outdir=${scratch.path("dist")}`,
    ], {
      cwd: ROOT,
      // Agents and CI start it too: what it shows must not depend on that.
      env: scratchEnvironment(scratch, {
        CI: "true",
        CLAUDECODE: "1",
        SHELL: "/usr/bin/zsh",
        ...denoDirectory(),
      }),
    });
    assert.equal(code, 0, stdout + stderr);
    assert.equal(stderr, "");
    assert.match(stdout, /^Builds the executable with Bun, then .*\n.*Takes under a minute/);
    // What the program says on stderr stands where it said it.
    assert.match(
      stdout,
      /^\$ orchestrator advance\nerror: Cannot advance.*\nhint: .*\n\(exit code 7\)$/m,
    );
    // The machine is lost: the fresh clone shows the step at which the lost one stood.
    assert.match(
      stdout,
      /^\$ orchestrator note '.*\n\(killed\)\n[^]*\$ rm -rf greet\n[^]*\$ git clone [^]*\nNext: orchestrator approve plan_approval\n[^]*Advanced to phase EXECUTE/m,
    );
    for (
      const expected of [
        /^ {2}npx -y deno@\d+\.\d+\.\d+ task test$/m,
        /^Built .*orchestrator(\.exe)? with Bun/m,
        /^\$ orchestrator init$/m,
        /^\[x\] Approved plan_approval$/m,
        /^\[x\] Finished Greet people by name$/m,
        /the hash chain is intact/,
        /\.zshrc$/m,
      ]
    ) assert.match(stdout, expected);
    assert.ok(
      scratch.exists(Deno.build.os === "windows" ? "dist/orchestrator.exe" : "dist/orchestrator"),
    );
  },
});

Deno.test("the way onto the PATH fits the shell", () => {
  const advice = (shell: string | undefined) =>
    pathAdvice("/a b/dist/orchestrator", { SHELL: shell }, false);
  assert.equal(advice("/bin/bash"), `echo 'export PATH="/a b/dist:$PATH"' >> ~/.bashrc`);
  assert.match(advice("/usr/bin/zsh"), />> ~\/\.zshrc$/);
  assert.equal(advice("/usr/bin/fish"), "fish_add_path '/a b/dist'");
  assert.match(advice(undefined), />> ~\/\.profile$/);
  assert.match(
    pathAdvice("C:/dist/orchestrator.exe", {}, true),
    /^\[Environment\]::SetEnvironmentVariable/,
  );
});
