/**
 * When the state is pushed, and what is said and retried when it is not: `state_push`, with `web_mode`.
 */
import assert from "node:assert/strict";
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { git, refuseBranches } from "../harness/git_server.ts";
import { type Machine, Machines } from "../harness/machines.ts";
import { gitTest } from "../harness/program.ts";
import { WAITS } from "../harness/waits.ts";

interface Standing {
  readonly seq: number;
  readonly atRisk?: { readonly events?: number; readonly command: string };
}

/** A session that waits for nothing yet. */
async function begin(machine: Machine): Promise<void> {
  writeFileSync(join(machine.root, "waits.yaml"), WAITS);
  await machine.must("start", "Wait for it", "--workflow", "waits.yaml");
}

/** How many pushes the server has taken. */
function pushes({ bare, branches }: Machines): number {
  return Number(git(bare, "rev-list", "--count", branches[0] ?? ""));
}

gitTest("what a person is waited for goes to the server, a note in between waits", async () => {
  using machines = new Machines();
  const machine = machines.clone("machine");
  await begin(machine);
  assert.equal(pushes(machines), 1);
  await machine.must("note", "a moment later");
  assert.equal(pushes(machines), 1, "not within 20 s of the last one");
  const unpushed = await machine.data<Standing>("status");
  assert.equal(unpushed.atRisk?.events, 1);
  assert.equal(unpushed.atRisk.command, "orchestrator state push");
  assert.match((await machine.must("status")).stdout, /^1 event only on this machine$/m);
  await machine.must("complete", "think");
  assert.equal(pushes(machines), 2, "the next step is a person's");
  const waiting = await machine.data<Standing>("status");
  assert.equal(waiting.atRisk, undefined);
  await machine.must("note", "while it waits");
  assert.equal(pushes(machines), 3);
  await machine.must("approve", "ok", "--yes");
  assert.equal(pushes(machines), 4);
});

gitTest("every: each change; phases: phases only", async () => {
  using machines = new Machines();
  const machine = machines.clone("machine");
  machine.env["ORCHESTRATOR_STATE_PUSH"] = "phases";
  await begin(machine);
  await machine.must("complete", "think");
  await machine.must("approve", "ok", "--yes");
  assert.equal(pushes(machines), 1);
  machine.env["ORCHESTRATOR_STATE_PUSH"] = "every";
  await machine.must("note", "one");
  await machine.must("note", "two");
  assert.equal(pushes(machines), 3);
  machine.env["ORCHESTRATOR_STATE_PUSH"] = "phases";
  await machine.must("advance");
  assert.equal(pushes(machines), 4);
});

gitTest(
  "what did not get through is said at once and by status, and goes with the next command",
  async () => {
    using machines = new Machines();
    const machine = machines.clone("machine");
    await begin(machine);
    const away = `${machines.bare}.away`;
    renameSync(machines.bare, away);
    const completed = await machine.must("complete", "think");
    assert.match(completed.stderr, /not pushed yet \(1 event only on this machine\)/);
    const json = await machine.run("note", "seen", "--json");
    assert.equal(json.code, 0);
    assert.match(
      JSON.parse(json.stderr).warnings[0],
      /not pushed yet \(2 events only on this machine\)/,
    );
    assert.equal((await machine.data<Standing>("status")).atRisk?.events, 2);
    renameSync(away, machines.bare);
    // A server that failed twice is left alone for a minute, but not by a person's decision.
    assert.equal((await machine.must("approve", "ok", "--yes")).stderr, "");
    assert.equal((await machine.data<Standing>("status")).atRisk, undefined);
  },
);

gitTest("after one failure the next command tries again, whatever it is", async () => {
  using machines = new Machines();
  const machine = machines.clone("machine");
  await begin(machine);
  const away = `${machines.bare}.away`;
  renameSync(machines.bare, away);
  await machine.must("complete", "think");
  renameSync(away, machines.bare);
  assert.equal((await machine.must("note", "seen")).stderr, "");
  assert.equal((await machine.data<Standing>("status")).atRisk, undefined);
});

gitTest("a branch that is refused leaves its events here, and status says so", async () => {
  using machines = new Machines();
  refuseBranches(machines.bare, "*orchestrator-state-*");
  const machine = machines.clone("machine");
  await begin(machine);
  assert.equal((await machine.data<Standing>("status")).atRisk?.events, 1);
});

gitTest("a disk that may vanish is spoken of once, and status has it for programs", async () => {
  using machines = new Machines();
  const machine = machines.clone("machine");
  machine.env["ORCHESTRATOR_WEB_MODE"] = "false";
  machine.env["CODESPACES"] = "true";
  writeFileSync(join(machine.root, "waits.yaml"), WAITS);
  const started = await machine.must("start", "Wait for it", "--workflow", "waits.yaml");
  assert.match(
    started.stderr,
    /may vanish \(CODESPACES\).*: run orchestrator config set web_mode true/,
  );
  assert.equal((await machine.must("note", "again")).stderr, "");
  const { atRisk } = await machine.data<Standing>("status");
  assert.equal(atRisk?.command, "orchestrator config set web_mode true");
  assert.doesNotMatch((await machine.must("status")).stdout, /vanish/);
});
