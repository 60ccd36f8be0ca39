/**
 * A text that was taken out of a journal: it goes from other clones and stays gone, whichever way an older
 * copy comes.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sha256Hex } from "../../src/platform/hash.ts";
import { git } from "../harness/git_server.ts";
import { type Machine, Machines } from "../harness/machines.ts";
import { noGit } from "../harness/program.ts";
import { readTree } from "../harness/tree.ts";

const SECRET = "The password is hunter2";
const REDACT = ["log", "redact", "2", "--field", "text", "--reason", "It held a password", "--yes"];

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: `redacting: ${name}`, ignore: noGit, fn });
}

/** Two machines that have a session with a secret, and do not push by themselves. */
async function both(machines: Machines) {
  const first = machines.clone("first");
  const second = machines.clone("second");
  for (const machine of [first, second]) machine.env["ORCHESTRATOR_WEB_MODE"] = "false";
  await first.start("Add login");
  await first.must("note", SECRET);
  await first.must("checkpoint", "create", "--message", SECRET);
  await first.must("state", "push");
  await second.must("state", "pull");
  return { first, second, session: (await first.status()).session };
}

/** Paths of the files of a machine's state directory that have a text. */
function filesWith({ root }: Machine, text: string): readonly string[] {
  return [...readTree(join(root, ".orchestrator")).keys()].filter((name) => {
    try {
      return readFileSync(join(root, ".orchestrator", name), "utf8").includes(text);
    } catch {
      return false;
    }
  });
}

const journalOf = ({ root }: Machine, session: string) =>
  join(root, ".orchestrator/sessions", session, "log.jsonl");

/** The journal holds, nothing has the secret, and the work goes on. */
async function isGone(machine: Machine, ...sessions: readonly string[]): Promise<void> {
  assert.deepEqual(filesWith(machine, "hunter2"), []);
  for (const session of sessions) {
    const { stdout } = await machine.must("log", "verify", "--session", session);
    assert.match(stdout, /the hash chain is intact$/m);
    assert.doesNotMatch(stdout, /still has/);
    const shown = await machine.must("session", "show", session);
    assert.match(shown.stdout, /A text of event \d+ was redacted by|texts were redacted/);
    assert.doesNotMatch(
      (await machine.must("handoff", "--session", session)).stdout,
      /hunter2/,
    );
  }
}

test("the next push takes it out of the branch, a pull out of another clone, and compacting out of its history", async () => {
  using machines = new Machines();
  const { first, second, session } = await both(machines);
  const { stdout } = await first.must(...REDACT);
  assert.match(stdout, /its copies in event 3/);
  assert.match(stdout, /the state branch \S+: push the state, then `orchestrator state compact`/);
  await first.must("state", "push");
  const [branch = ""] = machines.branches;
  const inTree = (commit: string) =>
    spawnSync("git", ["grep", "-c", "hunter2", commit], { cwd: machines.bare }).status === 0;
  assert.equal(inTree(branch), false);
  assert.equal(inTree(`${branch}~1`), true);
  await second.must("state", "pull");
  await isGone(first, session);
  await first.must("state", "compact", "--yes");
  assert.equal(git(machines.bare, "rev-list", "--count", branch), "1");
  assert.equal(inTree(branch), false);
});

test("a clone that only pulls has the redacted lines, and pushes them without a word", async () => {
  using machines = new Machines();
  const { first, second, session } = await both(machines);
  await first.must(...REDACT);
  await first.must("state", "push");
  assert.match((await second.must("state", "pull")).stdout, /newer/);
  await isGone(second, session);
  assert.equal(
    readFileSync(journalOf(second, session), "utf8"),
    readFileSync(journalOf(first, session), "utf8"),
  );
  await second.must("note", "The work goes on");
  assert.deepEqual((await second.must("state", "push")).stderr, "");
  await first.must("state", "pull");
  await isGone(first, session);
});

test("in web mode the redaction is pushed at once", async () => {
  using machines = new Machines();
  const { first } = await both(machines);
  first.env["ORCHESTRATOR_WEB_MODE"] = "true";
  await first.must(...REDACT);
  const [branch = ""] = machines.branches;
  const found = spawnSync("git", ["grep", "-c", "hunter2", branch], { cwd: machines.bare });
  assert.equal(found.status, 1);
});

test("a session that diverged ends redacted on both ways, whichever machine redacted it", async () => {
  for (const redactsFirst of [true, false]) {
    using machines = new Machines();
    const { first: pushes, second: merges, session } = await both(machines);
    const redacts = redactsFirst ? pushes : merges;
    await redacts.must(...REDACT);
    await pushes.must("note", "One way");
    await merges.must("note", "Another way");
    await pushes.must("state", "push");
    await merges.must("state", "pull");
    const { sessions } = await merges.data<{ sessions: readonly { session: string }[] }>(
      "session",
      "list",
    );
    assert.equal(sessions.length, 2);
    await isGone(merges, ...sessions.map(({ session }) => session));
    await merges.must("state", "push");
    await pushes.must("state", "pull");
    await isGone(pushes, session);
    await pushes.must("log", "verify", "--all");
  }
});

test("snapshots: a newer one takes the text out here, an older one does not bring it back", async () => {
  using machines = new Machines();
  const { first, second, session } = await both(machines);
  const old = join(machines.scratch.top, "old.tar");
  const fresh = join(machines.scratch.top, "new.tar");
  await first.must("snapshot", "export", "--output", old);
  await first.must(...REDACT);
  await first.must("snapshot", "export", "--output", fresh);
  await second.must("snapshot", "import", fresh);
  await isGone(second, session);
  const refused = await first.run("snapshot", "import", old);
  assert.equal(refused.code, 5, refused.stderr);
  assert.match(refused.stderr, /the local copy is newer/);
  await first.must("snapshot", "import", old, "--replace");
  assert.deepEqual(
    filesWith(first, "hunter2").filter((name) => !name.startsWith("backups/")),
    [],
  );
  assert.match((await first.must("log", "--session", session)).stdout, /redacted text of event 2/);
  await first.must("log", "verify");
  const third = machines.clone("third");
  await third.must("snapshot", "import", fresh);
  await isGone(third, session);
});

test("an older copy of the journal under the newer end is not shown, and the next change redacts it again", async () => {
  using machines = new Machines();
  const { first, session } = await both(machines);
  const path = journalOf(first, session);
  const before = readFileSync(path, "utf8");
  await first.must(...REDACT);
  const after = readFileSync(path, "utf8");
  writeFileSync(path, before + after.trimEnd().split("\n").at(-1) + "\n");
  for (
    const argv of [
      ["log"],
      ["log", "--json"],
      ["log", "show", "2"],
      ["log", "show", "3", "--json"],
      ["status", "--verbose"],
      ["session", "show"],
      ["handoff"],
      ["generate-md"],
      ["checkpoint", "list"],
      ["checkpoint", "show", "cp1", "--json"],
    ]
  ) {
    const { stdout, stderr } = await first.must(...argv);
    assert.doesNotMatch(stdout + stderr, /hunter2/, argv.join(" "));
  }
  assert.match(
    (await first.must("log", "verify")).stdout,
    /line 2 still has a text that was redacted; the next change takes it out/,
  );
  await first.must("session", "rename", "again");
  await isGone(first, session);
});

test("a copy with a line that was changed under cover of a redaction is not merged, nor pushed", async () => {
  using machines = new Machines();
  const { first, second, session } = await both(machines);
  const path = journalOf(second, session);
  const lines = readFileSync(path, "utf8").trimEnd().split("\n");
  await second.must(...REDACT);
  // The forger changes the decisions of a checkpoint too, which no digest of a state has.
  const redacted = readFileSync(path, "utf8").trimEnd().split("\n");
  const stub = String(redacted[2]).replace('"decisions":[]', '"decisions":["Skip the tests"]');
  const event = JSON.parse(String(redacted[3]));
  event.data.lines[1].stub = sha256Hex(stub);
  assert.notEqual(stub, redacted[2]);
  writeFileSync(
    path,
    [lines[0], redacted[1], stub, JSON.stringify(event)].join("\n") + "\n",
  );
  rmSync(join(second.root, ".orchestrator/sessions", session, "state.json"));
  await second.must("log", "verify");
  const { stderr } = await second.must("state", "push");
  assert.match(stderr, /was not merged.*event 3 differs in the two copies/);
  await first.must("state", "pull");
  assert.equal(readFileSync(journalOf(first, session), "utf8").trimEnd(), lines.join("\n"));
});
