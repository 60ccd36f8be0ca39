/**
 * `wait`: woken by what happens here, and by what a person has decided elsewhere.
 */
import assert from "node:assert/strict";
import { cpSync, renameSync } from "node:fs";
import { join } from "node:path";
import { type Machine, Machines } from "../harness/machines.ts";
import { gitTest } from "../harness/program.ts";
import { startInProcess } from "../harness/running.ts";
import { waiting } from "../harness/waits.ts";

/** A clone that keeps its state to itself. */
function alone(machines: Machines, name: string): Machine {
  const machine = machines.clone(name);
  delete machine.env["ORCHESTRATOR_WEB_MODE"];
  return machine;
}

gitTest("an approval here ends it; a note does not, but is a change", async () => {
  using machines = new Machines();
  const machine = alone(machines, "machine");
  await waiting(machine);
  const approval = machine.run("wait", "--for", "approval", "--timeout", "60");
  const change = machine.run("wait", "--for", "change", "--since", "2", "--timeout", "60");
  let ended = false;
  void approval.then(() => ended = true);
  await machine.must("note", "not yet");
  const changed = await change;
  assert.deepEqual([changed.code, changed.stderr], [0, ""]);
  assert.match(changed.stdout, /^The session has changed \(event 2 to 3\); next: .*\n$/);
  assert.equal(ended, false);
  await machine.must("approve", "ok", "--yes");
  const came = await approval;
  assert.deepEqual([came.code, came.stderr], [0, ""]);
  assert.equal(came.stdout, "A person has decided about ok; next: orchestrator advance\n");
});

gitTest(
  "what does not come is said, with exit code 7; what is there already is not waited for",
  async () => {
    using machines = new Machines();
    const machine = alone(machines, "machine");
    const session = await waiting(machine);
    const late = await machine.run("wait", "--for", "approval", "--timeout", "0.2");
    assert.equal(late.code, 7);
    assert.equal(
      late.stdout,
      `ok still waits for a person after 0.2 s: orchestrator approve ok --session ${session}\n`,
    );
    const json = await machine.run("wait", "--for", "change", "--timeout", "0", "--json");
    assert.equal(json.code, 7);
    assert.equal(JSON.parse(json.stdout).data.came, false);
    await machine.must("reject", "think", "--reason", "The error cases are missing");
    const there = await machine.run("wait", "--for", "approval");
    assert.equal(there.code, 7);
    assert.equal(there.stdout, "Nothing waits for a person; next: orchestrator complete think\n");
  },
);

gitTest("a rejection ends it, too, and is no approval: who and why", async () => {
  for (const item of ["think", "ok"]) {
    using machines = new Machines();
    const machine = alone(machines, "machine");
    await waiting(machine);
    const approval = machine.run("wait", "--for", "approval", "--timeout", "60");
    await machine.must("note", "still at it");
    await machine.must("reject", item, "--reason", "The error cases are missing");
    const { code, stdout } = await approval;
    assert.equal(code, 7);
    assert.match(
      stdout,
      new RegExp(
        `^${item} was rejected by .+: The error cases are missing; next: orchestrator .+\\n$`,
      ),
    );
  }
});

gitTest("an end of the session without it is no approval", async () => {
  using machines = new Machines();
  const machine = alone(machines, "machine");
  await waiting(machine);
  const approval = machine.run("wait", "--for", "approval", "--timeout", "60");
  await machine.must("finish", "--abandon", "--reason", "Not needed any more");
  const { code, stdout } = await approval;
  assert.equal(code, 7);
  assert.equal(stdout, "The session was abandoned; ok was not approved\n");
});

gitTest("it goes on where the folder of the session is replaced by another", async () => {
  using machines = new Machines();
  const machine = alone(machines, "machine");
  const session = await waiting(machine);
  const approval = machine.run("wait", "--for", "approval", "--timeout", "60");
  const folder = join(machine.root, ".orchestrator/sessions", session);
  cpSync(folder, `${folder}.copy`, { recursive: true });
  renameSync(folder, `${folder}.old`);
  renameSync(`${folder}.copy`, folder);
  await machine.must("approve", "ok", "--yes");
  assert.equal((await approval).code, 0);
});

gitTest("a decision in another clone is heard of by the branch, and status shows it", async () => {
  using machines = new Machines();
  const sandbox = machines.clone("sandbox");
  const session = await waiting(sandbox);
  const desk = alone(machines, "desk");
  const approval = sandbox.run("wait", "--for", "approval", "--timeout", "90");
  await desk.must("approve", "ok", "--session", session, "--yes");
  const came = await approval;
  assert.equal(came.code, 0, came.stderr);
  assert.match(came.stdout, /decided about ok; next: orchestrator advance/);
  assert.match((await sandbox.must("status")).stdout, /\[x\] ok/);
  await sandbox.must("advance");
});

gitTest("it ends when it is interrupted", async () => {
  using machines = new Machines();
  const machine = alone(machines, "machine");
  await waiting(machine);
  const argv = ["wait", "--for", "approval", "--timeout", "60"];
  const running = startInProcess(argv, { cwd: machine.root, env: machine.env });
  running.interrupt("SIGINT");
  const { code, stdout, stderr } = await running.result;
  assert.deepEqual([code, stdout], [130, ""]);
  assert.match(stderr, /^error: Cannot wait any longer: interrupted$/m);
});

gitTest("what cannot be waited for is refused", async () => {
  using machines = new Machines();
  const machine = alone(machines, "machine");
  assert.equal((await machine.run("wait", "--for", "approval")).code, 4);
  await waiting(machine);
  for (
    const argv of [["wait"], ["wait", "--for", "rain"], [
      "wait",
      "--for",
      "change",
      "--timeout",
      "-1",
    ]]
  ) {
    const { code, stderr } = await machine.run(...argv);
    assert.equal(code, 2);
    assert.match(stderr, /^error: Cannot wait/);
  }
});
