/** The use cases of items work without the command line: what a server would do with them. */
import assert from "node:assert/strict";
import { addNote } from "../../../src/app/add_note.ts";
import { advancePhase } from "../../../src/app/advance_phase.ts";
import { approveItems, type ToApprove } from "../../../src/app/approve.ts";
import { completeItems } from "../../../src/app/complete_item.ts";
import { endSession } from "../../../src/app/end_session.ts";
import { finishWorkflow } from "../../../src/app/finish_workflow.ts";
import { LocalWorkspace } from "../../../src/app/local_workspace.ts";
import { skipItems } from "../../../src/app/skip_item.ts";
import { OrchestratorError } from "../../../src/errors.ts";
import { runInProcess } from "../../harness/running.ts";
import { Scratch, scratchEnvironment } from "../../harness/scratch.ts";

const WORKFLOW = `name: Without argv
phases:
  - id: BUILD
    name: Build
    items:
      - id: works
        name: Works
        verification: { type: command, command: "echo seen" }
      - id: fails
        name: Fails
        verification: { type: command, command: "echo why; exit 3" }
        step_type: flexible
      - id: docs
        name: Docs
        step_type: flexible
      - id: review
        name: Review
        verification: { type: manual_gate }
  - id: SHIP
    name: Ship
    items:
      - id: tag
        name: Tag
        step_type: flexible
`;

/** A workspace of one request of a server. */
function workspaceOf(scratch: Scratch): LocalWorkspace {
  return new LocalWorkspace({
    io: {
      env: scratchEnvironment(scratch),
      cwd: scratch.root,
      home: scratch.home,
      now: () => new Date(),
      userName: () => "anna",
      launchedBy: () => Promise.resolve({ terminal: "/dev/pts/3", programs: [] }),
    },
    operation: "test",
    effect: "session",
    root: scratch.root,
    session: undefined,
    configFlags: null,
    unsaid: [],
  });
}

/** Keeps what a command printed. */
function watching() {
  const seen: string[] = [];
  return {
    seen,
    signal: new AbortController().signal,
    takeOutput: () =>
      Promise.resolve({
        push: (chunk: Uint8Array) => void seen.push(new TextDecoder().decode(chunk)),
        close: () => void seen.push("closed"),
        failed: (seq: number) => [`event ${seq}`],
      }),
  };
}

async function begin(scratch: Scratch): Promise<void> {
  const started = await runInProcess(["start", "Try it"], {
    cwd: scratch.root,
    env: scratchEnvironment(scratch),
  });
  assert.equal(started.code, 0, started.stderr);
}

const reason = "There is nothing to write about it, and it is said elsewhere already";

Deno.test("a program without a command line moves a session to its end", async () => {
  using scratch = new Scratch({ "workflow.yaml": WORKFLOW });
  await begin(scratch);
  const run = watching();
  const [works] = await completeItems(
    workspaceOf(scratch),
    { items: ["works"], given: { notes: "by a server" } },
    run,
  );
  assert.equal(works?.change.state.phases["BUILD"]?.items["works"]?.status, "completed");
  assert.deepEqual([run.seen.join(""), works.automatic], ["seen\nclosed", false]);

  const skipped = await skipItems(workspaceOf(scratch), {
    items: ["fails", "docs"],
    reason,
    force: false,
  });
  assert.deepEqual(skipped.map(({ item, forced }) => [item, forced]), [
    ["fails", false],
    ["docs", false],
  ]);

  const asked: ToApprove[] = [];
  const [approved] = await approveItems(
    workspaceOf(scratch),
    { items: ["review"], given: {} },
    (about) => {
      asked.push(about);
      return Promise.resolve("terminal");
    },
  );
  assert.deepEqual(asked.map(({ what, task }) => [what, task]), [['"review"', "Try it"]]);
  assert.deepEqual(asked[0]?.subject.records.map(({ item }) => item), ["works", "fails", "docs"]);
  assert.equal(approved?.change.events.length, 1);

  assert.equal((await addNote(workspaceOf(scratch), { text: "Nearly there" })).events.length, 1);
  assert.equal((await advancePhase(workspaceOf(scratch))).state.phase, "SHIP");
  await skipItems(workspaceOf(scratch), { items: ["tag"], reason, force: false });
  const finished = await finishWorkflow(workspaceOf(scratch), { notes: undefined });
  assert.equal(finished.state.status, "completed");
});

Deno.test("a verification that fails is an error, with what the caller lists of its output", async () => {
  using scratch = new Scratch({ "workflow.yaml": WORKFLOW });
  await begin(scratch);
  const run = watching();
  const workspace = workspaceOf(scratch);
  const error = await completeItems(
    workspace,
    { items: ["works", "fails", "docs"], given: {} },
    run,
  ).then(() => null, (error: unknown) => error);
  assert.ok(error instanceof OrchestratorError);
  assert.equal(error.code, "verification_failed");
  const { seq, list, done, notTried } = error.details ?? {};
  assert.deepEqual([list, done, notTried], [[`event ${seq}`], ["works"], ["docs"]]);
  assert.deepEqual(workspace.warnings, [
    "Just completed: works",
    "Not tried: docs",
  ]);
});

Deno.test("what a person does not confirm is not approved", async () => {
  using scratch = new Scratch({ "workflow.yaml": WORKFLOW });
  await begin(scratch);
  const no = new Error("no");
  await assert.rejects(
    approveItems(workspaceOf(scratch), { items: ["review"], given: {} }, () => Promise.reject(no)),
    no,
  );
  const ended = await endSession(workspaceOf(scratch), { reason: "It is not wanted any more" });
  assert.equal(ended.state.status, "abandoned");
  assert.equal(ended.state.phases["BUILD"]?.items["review"]?.status, "pending");
});
