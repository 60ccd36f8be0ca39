/** Commands of items, run for real: where, by what, and with what of the environment. */
import assert from "node:assert/strict";
import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { isWindows } from "../../../src/platform/runtime.ts";
import { OrchestratorPaths } from "../../../src/project/paths.ts";
import { verify } from "../../../src/session/verification.ts";
import type { ItemDefinition } from "../../../src/workflow/definition.ts";
import type { VerificationOutcome } from "../../../src/workflow/events.ts";
import { planVerification } from "../../../src/workflow/verification_plan.ts";
import { Scratch } from "../../harness/scratch.ts";
import { item, phase, Session, workflow } from "../workflow/session_builder.ts";

type Outcome = Extract<VerificationOutcome, { readonly type: "command" }>;

const BASE = { PATH: process.env["PATH"] ?? "/usr/bin:/bin" };

async function run(
  scratch: Scratch,
  command: string,
  fields: Partial<ItemDefinition>,
  env: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const definition = workflow([
    phase("A", [
      item("x", { verification: { type: "command", command, expect_exit_code: 0 }, ...fields }),
    ]),
  ]);
  const { state } = new Session(definition);
  const planned = planVerification(state, "x");
  assert.ok(planned.value !== undefined && "plan" in planned.value);
  const outcome = await verify({
    plan: planned.value.plan,
    paths: new OrchestratorPaths(scratch.root, "flag"),
    state,
    item: "x",
    env: { ...BASE, ...env },
    redactTail: (text) => text,
    signal: new AbortController().signal,
  });
  assert.equal(outcome.type, "command");
  return outcome as Outcome;
}

const STRICT = { shell: "strict" } as const;

/** Each makes a bash, or an sh that is one, pass whatever it runs. */
const LIES: Readonly<Record<string, (scratch: Scratch) => Readonly<Record<string, string>>>> = {
  BASH_ENV: ({ root }) => ({ BASH_ENV: join(root, "lie.sh") }),
  SHELLOPTS: () => ({ SHELLOPTS: "noexec" }),
  "an exported function": () => ({ "BASH_FUNC_make%%": "() { return 0; }" }),
  "an exported function called as a builtin is": () => ({ "BASH_FUNC_read%%": "() { exit 0; }" }),
  CDPATH: ({ root }) => ({ CDPATH: join(root, "fake") }),
};

Deno.test({
  name: "no variable makes a strict shell pass what fails",
  ignore: isWindows,
  async fn() {
    using scratch = new Scratch({ "lie.sh": "exit 0\n" });
    mkdirSync(join(scratch.root, "fake/api"), { recursive: true });
    writeFileSync(join(scratch.root, "fake/api/passes"), "");
    mkdirSync(join(scratch.root, "api"));
    for (const [about, make] of Object.entries(LIES)) {
      const command = about === "CDPATH"
        ? "cd api && test -f passes"
        : "make --no-such-option && exit 3";
      const outcome = await run(scratch, command, STRICT, make(scratch));
      assert.equal(outcome.passed, false, about);
      // A shell that the command starts gets none of it either.
      const inner = await run(scratch, `bash -c '${command}'`, STRICT, make(scratch));
      assert.equal(inner.passed, false, `${about}, one level down`);
    }
  },
});

Deno.test({
  name: "what is no matter of the shell reaches a strict one, and sh gets all",
  ignore: isWindows,
  async fn() {
    using scratch = new Scratch({});
    const env = { KEPT: "1", BASH_ENV: "/dev/null" };
    const print = 'echo "[$KEPT] [$BASH_ENV] [$ADDED]"';
    const added = { env: { ADDED: "2" } };
    const strict = await run(scratch, print, { ...STRICT, ...added }, env);
    assert.equal(strict.outputTail, "[1] [] [2]\n");
    const plain = await run(scratch, print, { shell: "sh", ...added }, env);
    assert.equal(plain.outputTail, "[1] [/dev/null] [2]\n");
  },
});

Deno.test({
  name: "an outcome says what ran it, and where",
  ignore: isWindows,
  async fn() {
    using scratch = new Scratch({ "packages/api/x": "" });
    const strict = await run(scratch, "pwd; false | true; echo on", {
      ...STRICT,
      dir: "packages/api",
    });
    assert.equal(strict.passed, false);
    assert.equal(strict.outputTail, `${realpathSync(join(scratch.root, "packages/api"))}\n`);
    assert.equal(strict.dir, "packages/api");
    assert.equal(strict.shell?.strict, true);
    assert.ok(strict.shell?.path.startsWith("/"));
    if (strict.shell?.name === "bash") assert.match(strict.shell.version ?? "", /^\d+\.\d+/);
    const plain = await run(scratch, "false; echo on", {});
    assert.equal(plain.passed, true);
    assert.equal(plain.dir, undefined);
    assert.deepEqual([plain.shell?.path, plain.shell?.strict], ["/bin/sh", false]);
  },
});

Deno.test({
  name: "a directory outside the project, absent or no directory runs nothing",
  ignore: isWindows,
  async fn() {
    using scratch = new Scratch({ "file": "", "real/x": "" });
    const outside = join(scratch.top, "outside");
    mkdirSync(outside);
    symlinkSync(outside, join(scratch.root, "out"));
    symlinkSync(join(scratch.root, "real"), join(scratch.root, "in"));
    symlinkSync("nowhere", join(scratch.root, "broken"));
    const cases: Readonly<Record<string, RegExp>> = {
      out: /its directory "out" is outside the project/,
      "out/deeper": /outside the project/,
      broken: /outside the project/,
      absent: /its directory "absent" does not exist/,
      file: /"file", where it is to run, is not a directory/,
    };
    for (const [dir, reason] of Object.entries(cases)) {
      const outcome = await run(scratch, "true", { dir });
      assert.equal(outcome.passed, false, dir);
      assert.match(outcome.reason ?? "", reason);
      assert.equal(outcome.shell, undefined, "nothing ran");
    }
    assert.equal((await run(scratch, "test -f x", { dir: "in" })).passed, true);
  },
});
