/**
 * A session of a linked worktree outlives it: an agent works in one, a person approves in another
 * checkout, the worktree is removed, and a new one goes on. With the executable, and with each command
 * killed once before it is run again.
 */
import assert from "node:assert/strict";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { executable, executableAvailable } from "../harness/executable.ts";
import { git, GitHttpServer, httpBackend } from "../harness/git_server.ts";
import { Killed } from "../harness/killed.ts";
import { Machines } from "../harness/machines.ts";
import { noGit, type Program } from "../harness/program.ts";
import { WAITS } from "../harness/waits.ts";
import { Worktrees } from "../harness/worktrees.ts";

/** Milliseconds after which commands are killed: before, while and after they write. */
const DELAYS = [3, 10, 25, 60, 150];

/** The same where commands also talk to a server. */
const SERVER_DELAYS = [40, 200];

/** Commands without a name for the session, in a worktree of one agent. */
const AGENT = { CLAUDECODE: "1", CLAUDE_CODE_SESSION_ID: "an agent of this worktree" };

/** A session that needs no lock that a killed process has had must not wait for one. */
const IMPATIENT = { ORCHESTRATOR_LOCK_TIMEOUT: "5" };

interface Standing {
  readonly session: string;
  readonly phase: string | null;
  readonly status: string;
}

interface Listed {
  readonly sessions: readonly { readonly session: string; readonly status: string }[];
}

/** The checkouts of one story; all of one repository, or of two that share a server. */
interface Checkouts {
  /** The agent's worktree. */
  readonly worker: Killed;
  /** Where a person looks and approves. */
  readonly person: Killed;
  /** Removes the agent's worktree and makes another one. @returns it. */
  readonly replace: () => Killed;
}

/** Starts a session in a worktree, unless the killed start has made it. */
async function begin(worker: Killed): Promise<string> {
  writeFileSync(join(worker.root, "waits.yaml"), WAITS);
  const argv = ["start", "Add login", "--workflow", "waits.yaml"];
  await worker.kill(...argv);
  const { sessions } = await worker.data<Listed>("session", "list");
  const [made] = sessions;
  if (made === undefined) await worker.must(...argv);
  // It may be there, and not be selected yet: that takes one command, and no second session.
  else if ((await worker.run("status")).code !== 0) {
    await worker.must("session", "use", made.session);
  }
  return (await worker.data<Standing>("status")).session;
}

/** A note, killed once before it is written: it is there once or twice. */
async function note(program: Killed, text: string): Promise<void> {
  await program.does("note", text);
}

/** The whole story. @returns the session. */
async function story({ worker, person, replace }: Checkouts): Promise<string> {
  const session = await begin(worker);
  await note(worker, "in the first worktree");
  await worker.does("complete", "think");

  await person.does("inbox");
  const { items } = await person.data<{ items: { session: string; argv: string[] }[] }>("inbox");
  assert.deepEqual(items.map((item) => item.session), [session]);
  await person.does(...items[0]?.argv ?? [], "--yes");

  const next = replace();
  // A new worktree has no session of its own, and says which ones are open.
  const none = await next.run("status");
  assert.equal(none.code, 4);
  assert.ok(none.stderr.includes(session), none.stderr);
  await next.does("session", "use", session);
  await next.kill("wait", "--for", "approval");
  // What was approved before is not waited for: the line names what comes next.
  const waited = await next.run("wait", "--for", "approval");
  assert.match(waited.stdout, /; next: orchestrator advance$/m, waited.stderr);
  await next.kill("advance");
  if ((await next.data<Standing>("status")).phase === "PLAN") await next.must("advance");
  await note(next, "in the second worktree");
  await next.does("complete", "build");
  await next.kill("finish");
  // Where the killed one has finished it, the second is refused.
  const again = await next.run("finish");
  assert.ok(again.code === 0 || /the workflow is finished/.test(again.stderr), again.stderr);
  return session;
}

/** What must have happened once, and what at least once. */
async function isWhole(program: Program, session: string): Promise<void> {
  const { events } = await program.data<
    { events: readonly { readonly type: string; readonly data: Record<string, unknown> }[] }
  >("log", "--session", session);
  const happened = (type: string, key: string) =>
    events.filter((event) => event.type === type).map(({ data }) => data[key]);
  assert.equal(happened("session_started", "task").length, 1);
  assert.deepEqual(happened("item_completed", "item"), ["think", "build"]);
  assert.deepEqual(happened("item_approved", "item"), ["ok"]);
  assert.equal(happened("phase_advanced", "to").length, 1);
  assert.equal(happened("workflow_completed", "status").length, 1);
  assert.deepEqual([...new Set(happened("note_added", "text"))], [
    "in the first worktree",
    "in the second worktree",
  ]);
  const { sessions } = await program.data<Listed>("session", "list");
  assert.deepEqual(sessions, sessions.filter((row) => row.session === session));
  assert.deepEqual(sessions.map(({ status }) => status), ["completed"]);
  await program.must("log", "verify", "--all");
}

/** Nothing that a killed process has left: temporary files in the state, locks of git. */
function leftovers(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
    /(?:^|\/)\.(?:tmp|staging|removed|replacing)-/.test(name) || name.endsWith(".lock")
  );
}

/** The worktrees of which the state has files, by git's own names. */
function checkouts(state: string): ReadonlySet<string> {
  const files = readdirSync(join(state, "checkouts"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile());
  const keys = files.map(({ parentPath }) => relative(join(state, "checkouts"), parentPath));
  return new Set(keys.map((key) => key.replace(/\.[0-9a-z]+(?:\/.*)?$/, "")));
}

for (const [index, delay] of DELAYS.entries()) {
  const approvesIn = index % 2 === 0 ? "the main checkout" : "another worktree";
  Deno.test({
    name: `a session outlives its worktree, approved in ${approvesIn}, killed after ${delay} ms`,
    ignore: !executableAvailable || noGit,
    fn: async () => {
      const file = await executable();
      using tree = new Worktrees();
      const at = (root: string, more = {}) =>
        new Killed({ root, env: { ...tree.env, ...IMPATIENT, ...more }, file }, delay);
      const gone = tree.add("gone");
      const worker = at(gone, AGENT);
      const person = at(index % 2 === 0 ? tree.main : tree.add("desk"));
      const replaced: Killed[] = [];
      const session = await story({
        worker,
        person,
        replace: () => {
          // Git itself refuses while a file of the work is not committed.
          tree.git(gone, "add", "--all");
          tree.git(gone, "commit", "--quiet", "--message", "Work");
          tree.git(tree.main, "worktree", "remove", gone);
          assert.equal(existsSync(gone), false);
          const next = at(tree.add("next"), AGENT);
          replaced.push(next);
          return next;
        },
      });
      const [next] = replaced;
      assert.ok(next !== undefined);
      await isWhole(person, session);
      assert.equal(existsSync(join(next.root, ".orchestrator")), false);
      const state = join(tree.main, ".orchestrator");
      // What the removed worktree has left goes with a fix, and nothing of the others.
      assert.ok(checkouts(state).has("gone"));
      await next.does("doctor", "--fix", "--offline");
      assert.deepEqual([checkouts(state).has("next"), checkouts(state).has("gone")], [true, false]);
      await isWhole(next, session);
      await person.must("start", "The next task", "--quiet");
      assert.deepEqual(leftovers(state), []);
      assert.deepEqual(leftovers(join(tree.main, ".git")), []);
      if (delay === DELAYS[0]) assert.ok(worker.killed + person.killed + next.killed > 5);
    },
  });
}

for (const delay of SERVER_DELAYS) {
  Deno.test({
    name: `the same over smart HTTP, two clones with worktrees, killed after ${delay} ms`,
    ignore: !executableAvailable || httpBackend === null,
    fn: async () => {
      const file = await executable();
      using machines = new Machines();
      await using server = new GitHttpServer(machines.bare);
      const [here, there] = ["here", "there"].map((name) => {
        const { root, env } = machines.clone(name, { url: server.url });
        return { root, env: { ...env, ORCHESTRATOR_STATE_PUSH_TIMEOUT: "60", ...IMPATIENT } };
      });
      assert.ok(here !== undefined && there !== undefined);
      const worktree = (clone: typeof here, name: string, more = {}) => {
        const root = join(machines.scratch.top, `${name}-worktree`);
        git(clone.root, "worktree", "add", "--quiet", "-b", name, root);
        return new Killed({ root, env: { ...clone.env, ...more }, file }, delay);
      };
      const worker = worktree(here, "gone", AGENT);
      const desk = worktree(there, "desk");
      delete desk.env["ORCHESTRATOR_WEB_MODE"];
      const replaced: Killed[] = [];
      const session = await story({
        worker,
        person: desk,
        replace: () => {
          git(worker.root, "add", "--all");
          git(worker.root, "commit", "--quiet", "--message", "Work");
          git(here.root, "worktree", "remove", worker.root);
          const next = worktree(here, "next", AGENT);
          replaced.push(next);
          return next;
        },
      });
      const [next] = replaced;
      assert.ok(next !== undefined);
      await isWhole(next, session);
      // The other clone has it all, in any of its checkouts; a third one, too.
      await desk.does("state", "pull", "--all");
      await isWhole(desk, session);
      const last = machines.clone("last", { url: server.url });
      await last.must("state", "pull", "--all");
      await isWhole(last, session);
      for (const { root } of [here, there]) {
        assert.deepEqual(leftovers(join(root, ".orchestrator")), []);
        assert.deepEqual(leftovers(join(root, ".git")), []);
      }
    },
  });
}
