/** Whatever a run says on stderr, no secret is in it: messages, hints, details, warnings, stacks. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { OrchestratorError } from "../../../src/errors.ts";
import { redactedError } from "../../../src/cli/secrets/redactor.ts";
import { Redactor } from "../../../src/secrets/redact.ts";
import { git } from "../../harness/git_server.ts";
import { runInProcess } from "../../harness/running.ts";
import { Scratch, scratchEnvironment } from "../../harness/scratch.ts";

const KNOWN = "correct-horse-battery";
const SHAPED = "ghp_0123456789abcdefghijABCDEFGHIJ012345";

Deno.test("an error is redacted in each of its parts, however deep", () => {
  const redactor = new Redactor();
  redactor.add(KNOWN);
  const error = new OrchestratorError("io_failed", `Cannot read "${KNOWN}": it holds ${SHAPED}`, {
    hint: `Run \`x ${KNOWN} ${SHAPED}\``,
    details: {
      list: [`a ${KNOWN}`, `b ${SHAPED}`],
      deep: { deeper: [{ deepest: `TOKEN=${SHAPED}` }, { url: `https://${KNOWN}@host` }] },
      count: 3,
      none: null,
    },
  });
  const clean = redactedError(error, redactor);
  const all = JSON.stringify([clean.message, clean.hint, clean.details]);
  assert.ok(!all.includes(KNOWN) && !all.includes(SHAPED), all);
  assert.equal(clean.code, "io_failed");
  assert.deepEqual([clean.details?.["count"], clean.details?.["none"]], [3, null]);
});

Deno.test("what a run says of a place with credentials has none of them, nor has what it keeps", async () => {
  using scratch = new Scratch({ "workflow.yaml": "name: Small\nsteps:\n  - name: Do it\n" });
  git(scratch.root, "init", "--quiet");
  const token = "0a1b2c3d4e5f6a7b8c9d";
  const env = scratchEnvironment(scratch, {
    ORCHESTRATOR_STATE_REMOTE: `http://${token}@127.0.0.1:1/state.git`,
    ORCHESTRATOR_WEB_MODE: "true",
    NO_PROXY: "*",
  });
  for (
    const argv of [
      ["start", "Try it"],
      ["state", "push"],
      ["state", "push", "--json"],
      ["state", "pull", "--debug"],
      ["state", "status"],
      ["state", "status", "--json"],
      ["doctor", "--check", "state", "--json"],
      ["config", "show"],
    ]
  ) {
    const { stdout, stderr } = await runInProcess(argv, { cwd: scratch.root, env });
    assert.ok(!stderr.includes(token), `${argv.join(" ")}: ${stderr}`);
    assert.ok(!stdout.includes(token), `${argv.join(" ")}: ${stdout}`);
  }
  const { id } = JSON.parse(scratch.read(".orchestrator/meta.json"));
  const record = join(scratch.root, ".git", "orchestrator", `orchestrator-state-${id}.json`);
  assert.ok(!readFileSync(record, "utf8").includes(token));
});

Deno.test("a warning is redacted, for people and for programs", async () => {
  using scratch = new Scratch({ "workflow.yaml": "name: Small\nsteps:\n  - name: Do it\n" });
  git(scratch.root, "init", "--quiet");
  git(scratch.root, "remote", "add", "origin", `file://${scratch.top}/absent-${SHAPED}.git`);
  const env = scratchEnvironment(scratch, { ORCHESTRATOR_WEB_MODE: "true", API_KEY: KNOWN });
  for (const more of [[], ["--json"]]) {
    const { code, stdout, stderr } = await runInProcess(
      ["start", `Try ${KNOWN}`, ...more],
      { cwd: scratch.root, env },
    );
    assert.equal(code, 0, stderr);
    const all = stdout + stderr;
    assert.match(all, /absent-|could not|not pushed/);
    assert.ok(!all.includes(SHAPED), all);
    assert.ok(!all.includes(KNOWN), all);
  }
});
