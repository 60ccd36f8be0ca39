/**
 * A person approves what a sandbox waits for, in a clone of their own.
 */
import assert from "node:assert/strict";
import { renameSync } from "node:fs";
import { git, refuseBranches } from "../harness/git_server.ts";
import { type Machine, Machines } from "../harness/machines.ts";
import { gitTest } from "../harness/program.ts";
import { waiting } from "../harness/waits.ts";

const WORKFLOW = `name: Waits
phases:
  - id: PLAN
    name: Plan
    items:
      - { id: think, name: Think }
      - id: ok
        name: The plan is right
        step_type: gate
        verification: { type: manual_gate, description: Read the plan }
  - id: DO
    name: Do
    items: [{ id: build, name: Build }]
`;

interface Inbox {
  readonly items: readonly {
    readonly session: string;
    readonly item: string;
    readonly branch: string | null;
    readonly argv: readonly string[];
    readonly actor: { readonly name: string };
    readonly since: string;
  }[];
}

/** A clone of a person, who has configured nothing. */
function person(machines: Machines, name: string, args: string[] = []): Machine {
  const machine = machines.clone(name, { args });
  delete machine.env["ORCHESTRATOR_WEB_MODE"];
  return machine;
}

/** A sandbox whose session waits for a person. @returns the session. */
function begun(machine: Machine): Promise<string> {
  Object.assign(machine.env, { CLAUDECODE: "1", CLAUDE_CODE_REMOTE: "true" });
  return waiting(machine, WORKFLOW);
}

gitTest("inbox asks the server, approve there is seen by the next sandbox", async () => {
  using machines = new Machines();
  const desk = person(machines, "desk");
  assert.deepEqual((await desk.data<Inbox>("inbox")).items, []);
  const sandbox = machines.clone("sandbox");
  const session = await begun(sandbox);
  const [item, ...more] = (await desk.data<Inbox>("inbox")).items;
  assert.deepEqual(more, []);
  assert.deepEqual(
    [item?.session, item?.item, item?.branch],
    [session, "ok", machines.branches[0]],
  );
  assert.deepEqual(item?.argv, ["approve", "ok", "--session", session]);
  const text = (await desk.must("inbox")).stdout;
  assert.match(text, /^ok {2}The plan is right$/m);
  assert.match(text, /^ {2}Read the plan$/m);
  const approved = await desk.must(...item.argv, "--yes");
  assert.match(approved.stdout, /Approved ok/);
  assert.deepEqual((await desk.data<Inbox>("inbox")).items, []);
  // The sandbox that waited sees it with its next change, before it goes on.
  const advanced = await sandbox.must("advance");
  assert.match(advanced.stdout, /DO/);
  const next = machines.clone("next");
  assert.equal((await next.status()).phase, "DO");
  await next.must("log", "verify", "--all");
});

gitTest("without a session name, in a clone that knows nothing", async () => {
  using machines = new Machines();
  const session = await begun(machines.clone("sandbox"));
  const desk = person(machines, "desk", ["--single-branch"]);
  const approved = await desk.must("approve", "ok", "--yes");
  assert.match(approved.stderr, new RegExp(`Imported session ${session} from branch`));
  assert.equal((await machines.clone("next").must("advance")).code, 0);
});

gitTest("an agent's refusal on a disk that may vanish names the line for the person", async () => {
  using machines = new Machines();
  const sandbox = machines.clone("sandbox");
  const session = await begun(sandbox);
  const refused = await sandbox.run("approve", "ok", "--yes");
  assert.equal(refused.code, 7);
  assert.ok(refused.stderr.includes(`\`orchestrator approve ok --session ${session}\``));
});

gitTest("status and session list show what the refs hold, without the network", async () => {
  using machines = new Machines();
  const session = await begun(machines.clone("sandbox"));
  const desk = person(machines, "desk");
  renameSync(machines.bare, `${machines.bare}.away`);
  const status = await desk.must("status");
  assert.match(status.stdout, /Task: Wait for it/);
  assert.match(status.stdout, /on branch orchestrator-state-/);
  assert.equal(status.stderr, "");
  const { sessions } = await desk.data<{ sessions: { session: string }[] }>("session", "list");
  assert.deepEqual(sessions.map((row) => row.session), [session]);
  // Without a network, inbox says how old its answer is.
  const inbox = await desk.must("inbox");
  assert.match(inbox.stdout, /approve ok --session/);
  assert.match(inbox.stderr, /could not be asked .* is shown as of 20\d\d-/);
});

gitTest("a clone with a session of its own sees the other one beside it", async () => {
  using machines = new Machines();
  const session = await begun(machines.clone("sandbox"));
  const desk = person(machines, "desk");
  await desk.start("Something else");
  const { sessions } = await desk.data<{ sessions: { session: string; onBranch?: true }[] }>(
    "session",
    "list",
  );
  assert.deepEqual(sessions.filter((row) => row.onBranch).map((row) => row.session), [session]);
  const own = (await desk.status()).session;
  await desk.must("approve", "ok", "--session", session, "--yes");
  assert.equal((await desk.status()).session, own);
  const next = machines.clone("next");
  await next.must("advance");
  const rows = (await next.data<{ sessions: { session: string }[] }>("session", "list")).sessions;
  assert.deepEqual(rows.map((row) => row.session), [session], "the person's own stays at home");
});

gitTest("a session that no branch has is approved without asking a server", async () => {
  using machines = new Machines();
  const desk = person(machines, "desk");
  await waiting(desk, WORKFLOW);
  renameSync(machines.bare, `${machines.bare}.away`);
  assert.equal((await desk.must("approve", "ok", "--yes")).stderr.includes("server"), false);
});

gitTest("a fresh clone names the branch that the host's fallback took", async () => {
  using machines = new Machines();
  refuseBranches(machines.bare, "orchestrator-state-*");
  const sandbox = machines.clone("sandbox");
  git(sandbox.root, "checkout", "--quiet", "-b", "claude/add-login-x7");
  await begun(sandbox);
  const desk = person(machines, "desk");
  assert.match((await desk.must("status")).stdout, /on branch claude\/orchestrator-state-/);
  const item = (await desk.data<Inbox>("inbox")).items[0];
  assert.match(item?.branch ?? "", /^claude\/orchestrator-state-/);
  await desk.must("approve", "ok", "--yes");
  await sandbox.must("advance");
});

gitTest("a name on the branch goes before the beginning of an ID here", async () => {
  using machines = new Machines();
  const desk = person(machines, "desk");
  const mine = await waiting(desk, WORKFLOW);
  const sandbox = machines.clone("sandbox");
  const theirs = await begun(sandbox);
  await sandbox.must("session", "rename", theirs, mine.slice(0, 3));
  await desk.must("inbox");
  const approved = await desk.data<{ session: string }>(
    ...["approve", "ok", "--session", mine.slice(0, 3), "--yes"],
  );
  assert.equal(approved.session, theirs);
  assert.equal(
    (await desk.data<{ session: string }>("status", "--session", mine.slice(0, 3))).session,
    theirs,
  );
  assert.equal(
    (await desk.data<{ session: string }>("status", "--session", mine.slice(0, 4))).session,
    mine,
  );
});

gitTest(
  "a decision takes four characters of an ID, and no name that two sessions have",
  async () => {
    using machines = new Machines();
    const desk = person(machines, "desk");
    const mine = await waiting(desk, WORKFLOW);
    for (
      const argv of [
        ["approve", "ok", "--yes"],
        ["reject", "ok", "--reason", "It is not good enough yet"],
        ["finish"],
        ["finish", "--abandon", "--reason", "It is not needed any more"],
        ["skip", "build", "--reason", "It is not needed any more", "--force"],
      ]
    ) {
      const refused = await desk.run(...argv, "--session", mine.slice(0, 3));
      assert.equal(refused.code, 4, argv.join(" "));
      assert.match(refused.stderr, /to decide takes 4 or more characters of an ID/);
    }
    assert.equal((await desk.run("status", "--session", mine.slice(0, 3))).code, 0);
    await desk.must("session", "rename", mine, "same");
    const sandbox = machines.clone("sandbox");
    const theirs = await begun(sandbox);
    await sandbox.must("session", "rename", theirs, "same");
    await desk.must("inbox");
    const refused = await desk.run("approve", "ok", "--session", "same", "--yes");
    assert.equal(refused.code, 5, refused.stderr);
    assert.ok(refused.stderr.includes(mine) && refused.stderr.includes(theirs), refused.stderr);
    await desk.must("approve", "ok", "--session", mine.slice(0, 4), "--yes");
  },
);
