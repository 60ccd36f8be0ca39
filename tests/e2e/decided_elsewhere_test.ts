/**
 * A person decides in one clone, and the session is moved on in another one.
 */
import assert from "node:assert/strict";
import { renameSync } from "node:fs";
import { git } from "../harness/git_server.ts";
import { type Machine, Machines } from "../harness/machines.ts";
import { gitTest } from "../harness/program.ts";
import { waiting, WAITS } from "../harness/waits.ts";

interface Rows {
  readonly sessions: readonly { session: string; name: string | null; status: string }[];
}

/** A clone of a person, who has configured nothing. */
function person(machines: Machines): Machine {
  const machine = machines.clone("desk");
  delete machine.env["ORCHESTRATOR_WEB_MODE"];
  return machine;
}

/** `build` has a proof that is held against the files. */
const PROVED = WAITS.replace(
  "{ id: build, name: Build }",
  '{ id: build, name: Build, verification: { type: command, command: "true" } }',
);

/** A session in a sandbox that a person has approved in a clone, and that has gone on to its end. */
async function approvedAndDone(machines: Machines) {
  const sandbox = machines.clone("sandbox");
  const session = await waiting(sandbox, PROVED);
  await sandbox.must("session", "rename", "task");
  const desk = person(machines);
  await desk.must("approve", "ok", "--session", session, "--yes");
  await sandbox.must("advance");
  await sandbox.must("complete", "build");
  await sandbox.must("state", "push");
  return { sandbox, desk, session };
}

const rows = async (machine: Machine) => (await machine.data<Rows>("session", "list")).sessions;

gitTest("an approval that was revoked in another clone ends no workflow", async () => {
  using machines = new Machines();
  const { sandbox, desk, session } = await approvedAndDone(machines);
  await desk.must("revoke", "ok", "--session", session, "--reason", "I misread the plan");
  const refused = await sandbox.run("finish");
  assert.equal(refused.code, 7, refused.stderr);
  assert.match(refused.stderr, /Took in 1 event of session/);
  assert.deepEqual((await rows(sandbox)).map((row) => row.session), [session]);
});

gitTest(
  "with work that is only here the command stops, and the copy says what it lacks",
  async () => {
    using machines = new Machines();
    const { sandbox, desk, session } = await approvedAndDone(machines);
    await sandbox.must("config", "set", "state_push", "phases");
    await sandbox.must("note", "only here");
    await desk.must("revoke", "ok", "--session", session, "--reason", "I misread the plan");
    const stopped = await sandbox.run("finish");
    assert.equal(stopped.code, 5, stopped.stderr);
    assert.match(stopped.stderr, /Cannot finish: session \w+ is now the current one, a split of/);
    const [split, ...more] = (await rows(sandbox)).filter((row) => row.session !== session);
    assert.deepEqual(more, []);
    assert.match(split?.name ?? "", /^task-\w{4}$/);
    const lacks = /The approval of PLAN\/ok was revoked there by .*: I misread the plan/;
    const status = (await sandbox.must("status")).stdout.replace(/\s+/g, " ");
    assert.match(status, new RegExp(`This is a split of session task \\(${session}\\)`));
    assert.match(status, lacks);
    // Its proofs are held against the files as before.
    const { proofs } = await sandbox.data<{ proofs: { item: string; verdict: string }[] }>(
      "status",
      "--fresh",
    );
    assert.deepEqual(proofs.map(({ item, verdict }) => [item, verdict]), [["build", "fresh"]]);
    // However often it is tried, nothing but a person's approval ends it.
    for (const _ of [1, 2]) {
      const refused = await sandbox.run("finish");
      assert.equal(refused.code, 7, refused.stderr);
      assert.match(refused.stderr, /approval of "ok" was revoked/);
      assert.match(refused.stderr, /approve ok/);
    }
    const log = (await sandbox.must("log")).stdout.replace(/\s+/g, " ");
    assert.match(log, new RegExp(`revoked the approval of ok, as \\S+ did in session ${session}`));
    await desk.must("inbox");
    await desk.must("approve", "PLAN/ok", "--session", split?.session ?? "", "--yes");
    const finished = (await sandbox.must("finish")).stdout.replace(/\s+/g, " ");
    assert.match(finished, /This is a split of session task/);
    assert.doesNotMatch(finished, lacks);
    const verified = await sandbox.run("log", "verify");
    assert.equal(verified.code, 0, verified.stdout);
    assert.equal((await rows(sandbox)).find((row) => row.session === session)?.status, "active");
  },
);

for (const known of ["on the server", "on the known branch", "here"]) {
  gitTest(
    `a revocation in the half that was split off counts in the other one: ${known}`,
    async () => {
      using machines = new Machines();
      const { sandbox, desk, session } = await approvedAndDone(machines);
      await desk.must("note", "seen");
      // The desk is offline: what it records is not known when the sandbox pushes.
      renameSync(machines.bare, `${machines.bare}.away`);
      const revoke = (id: string) =>
        desk.must("revoke", "PLAN/ok", "--session", id, "--reason", "I misread the plan");
      // Before the split it is in the history of the half, and after it in its journal.
      await (known === "here" ? desk.must("note", "at the desk") : revoke(session));
      renameSync(`${machines.bare}.away`, machines.bare);
      await sandbox.must("note", "only here");
      await sandbox.must("state", "push");
      await desk.must("state", "push");
      const [split, ...more] = (await rows(desk)).filter((row) => row.session !== session);
      assert.deepEqual(more, []);
      const half = split?.session ?? "";
      if (known === "here") await revoke(half);
      if (known === "on the known branch") await sandbox.must("inbox");
      if (known === "here") await sandbox.must("state", "pull", "--all");
      if (known !== "on the server") renameSync(machines.bare, `${machines.bare}.away`);
      for (const first of [true, false]) {
        const refused = await sandbox.run("finish", "--session", session);
        assert.equal(refused.code, 7, refused.stderr);
        const said = refused.stderr.replace(/\s+/g, " ");
        assert.match(said, /approval of "ok" was revoked/);
        const why = `PLAN/ok was revoked in session ${half} by .*: I misread the plan`;
        assert.equal(new RegExp(why).test(said), first, said);
      }
      const log = (await sandbox.must("log", "--session", session)).stdout.replace(/\s+/g, " ");
      assert.match(log, new RegExp(`revoked the approval of ok, as \\S+ did in session ${half}`));
      await sandbox.must("log", "verify", "--session", session);
      // What a person approves after that counts, whatever the other half says.
      if (known !== "on the server") renameSync(`${machines.bare}.away`, machines.bare);
      await sandbox.must("approve", "PLAN/ok", "--session", session, "--yes");
      await sandbox.must("finish", "--session", session);
      await sandbox.must("log", "verify", "--session", session);
    },
  );
}

for (const how of ["inbox", "git fetch", "nothing"]) {
  gitTest(`a clone that approved takes in what came since, after ${how}`, async () => {
    using machines = new Machines();
    const { desk, session } = await approvedAndDone(machines);
    if (how === "inbox") await desk.must("inbox");
    if (how === "git fetch") git(desk.root, "fetch", "--quiet");
    if (how !== "nothing") {
      renameSync(machines.bare, `${machines.bare}.away`);
      const known = await desk.must("status");
      assert.match(known.stderr, /2 events further with this session; the next change takes them/);
    }
    const noted = await desk.run(how === "nothing" ? "advance" : "note", "seen");
    if (how === "nothing") {
      assert.equal(noted.code, 2);
      const moved = await desk.run("advance");
      assert.equal(moved.code, 5, moved.stderr);
      assert.match(moved.stderr, /Cannot advance from PLAN: .* is now in DO/);
    } else assert.match(noted.stderr, /Took in 2 events/);
    assert.deepEqual((await rows(desk)).map((row) => row.session), [session]);
    assert.equal((await desk.status()).phase, "DO");
  });
}

gitTest(
  "without the server a session is moved on, and a warning says what was not asked",
  async () => {
    using machines = new Machines();
    const { sandbox } = await approvedAndDone(machines);
    renameSync(machines.bare, `${machines.bare}.away`);
    const finished = await sandbox.must("finish");
    assert.match(finished.stderr, /The state branch was not merged/);
  },
);

gitTest("three sessions that are approved one after the other are not called missing", async () => {
  using machines = new Machines();
  const sandbox = machines.clone("sandbox");
  const sessions = [await waiting(sandbox), await waiting(sandbox), await waiting(sandbox)];
  await sandbox.must("state", "push");
  const desk = person(machines);
  for (const session of sessions) {
    const approved = await desk.must("approve", "ok", "--session", session, "--yes");
    assert.doesNotMatch(approved.stderr, /missing/);
  }
  assert.equal((await rows(desk)).length, 3);
});

gitTest("a session that begins in a clone that knows a state branch goes there", async () => {
  using machines = new Machines();
  const session = await waiting(machines.clone("sandbox"));
  const desk = person(machines);
  await desk.start("Something else");
  await desk.must("state", "push");
  assert.equal(machines.branches.length, 1);
  const next = machines.clone("next");
  await next.must("state", "pull", "--all");
  assert.equal((await rows(next)).length, 2);
  assert.ok((await rows(next)).some((row) => row.session === session));
});

gitTest("after a removal nothing is said to be on the branch", async () => {
  using machines = new Machines();
  const sandbox = machines.clone("sandbox");
  const session = await waiting(sandbox);
  await sandbox.must("finish", "--abandon", "--reason", "no longer of use");
  await sandbox.must("state", "push");
  const other = machines.clone("other");
  await other.must("state", "pull", "--all");
  await other.must("session", "remove", session, "--yes");
  const listed = await other.must("session", "list");
  assert.match(listed.stdout, /No sessions/);
  assert.equal(listed.stderr, "");
});
