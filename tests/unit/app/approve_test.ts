/** What happens between the question of `approve` and the yes. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { approveItems, type ToApprove } from "../../../src/app/approve.ts";
import { compareProofs } from "../../../src/app/freshness.ts";
import { LocalWorkspace } from "../../../src/app/local_workspace.ts";
import { skipItems } from "../../../src/app/skip_item.ts";
import { OrchestratorError } from "../../../src/errors.ts";
import { runInProcess } from "../../harness/running.ts";
import { Scratch, scratchEnvironment } from "../../harness/scratch.ts";

const WORKFLOW = `format: 2
name: Planned
phases:
  - id: PLAN
    name: Plan
    items:
      - id: review
        name: Review
        verification: { type: manual_gate, path: docs/plan.md }
      - { id: later, name: Later }
`;

function workspaceOf(scratch: Scratch): LocalWorkspace {
  return new LocalWorkspace({
    io: {
      env: scratchEnvironment(scratch),
      cwd: scratch.root,
      home: scratch.home,
      now: () => new Date(),
      userName: () => "anna",
      launchedBy: () => Promise.resolve({ terminal: "/dev/pts/3", programs: ["bash"] }),
    },
    operation: "test",
    effect: "session",
    root: scratch.root,
    session: undefined,
    configFlags: null,
    unsaid: [],
  });
}

/** A session whose gate can be approved. */
async function started(workflow = WORKFLOW): Promise<Scratch> {
  const scratch = new Scratch({ "workflow.yaml": workflow, "docs/plan.md": "One\n" });
  const { code, stderr } = await runInProcess(["start", "Plan it"], {
    cwd: scratch.root,
    env: scratchEnvironment(scratch),
  });
  assert.equal(code, 0, stderr);
  return scratch;
}

function approve(scratch: Scratch, during: (about: ToApprove) => void | Promise<void>) {
  return approveItems(
    workspaceOf(scratch),
    { items: ["review"], given: {} },
    async (about) => {
      await during(about);
      return "terminal";
    },
  );
}

async function statusOf(scratch: Scratch) {
  const workspace = workspaceOf(scratch);
  const { state } = await workspace.manager.load(await workspace.sessionToChange());
  return { seq: state.seq, review: state.phases["PLAN"]?.items["review"] };
}

Deno.test("what is approved is recorded: the file, the terminal, the programs", async () => {
  using scratch = await started();
  let asked: ToApprove | undefined;
  await approve(scratch, (about) => {
    asked = about;
  });
  const { review } = await statusOf(scratch);
  assert.equal(review?.status, "completed");
  assert.deepEqual(review.approval?.place, { terminal: "/dev/pts/3", programs: ["bash"] });
  assert.deepEqual(review.approval?.file, asked?.file?.file);
  assert.deepEqual(review.approval?.file, {
    path: "docs/plan.md",
    size: 4,
    // `printf 'One\n' | sha256sum`, and `git hash-object --stdin`.
    sha256: "82a5f8bf6ec19baad113b7f1744ba4163b6efbcbd73e79d9d98f129c63688c44",
    blob: "3609f20ebd357679b111783e8afaf36ec46427f3",
  });
});

Deno.test("a file that changes while the question is open is not approved", async () => {
  using scratch = await started();
  const before = await statusOf(scratch);
  const changes: readonly (readonly [string, () => void])[] = [
    ["changed", () => writeFileSync(`${scratch.root}/docs/plan.md`, "Two\n")],
    ["removed", () => Deno.removeSync(`${scratch.root}/docs/plan.md`)],
  ];
  for (const [name, change] of changes) {
    writeFileSync(`${scratch.root}/docs/plan.md`, "One\n");
    await assert.rejects(approve(scratch, change), (error: OrchestratorError) => {
      assert.equal(error.code, name === "changed" ? "state_moved" : "file_unknown");
      assert.match(error.message, /^Cannot approve "review": "docs\/plan.md" /);
      return true;
    });
    assert.deepEqual(await statusOf(scratch), before, name);
  }
});

Deno.test("what another process completes while the question is open stops the approval", async () => {
  using scratch = await started();
  await assert.rejects(
    approve(scratch, async () => {
      const reason = "It is not a part of it";
      await skipItems(workspaceOf(scratch), { items: ["later"], reason, force: false });
    }),
    { code: "state_moved" },
  );
  assert.equal((await statusOf(scratch)).review?.status, "pending");
});

Deno.test("only a regular file inside the project is approved, and a refusal asks nothing", async () => {
  using scratch = await started();
  const plan = `${scratch.root}/docs/plan.md`;
  const never = () => assert.fail("it was asked");
  Deno.removeSync(plan);
  await assert.rejects(approve(scratch, never), { code: "file_unknown" });
  mkdirSync(plan);
  await assert.rejects(
    approve(scratch, never),
    /^OrchestratorError: Cannot approve "review": .*directory/,
  );
  Deno.removeSync(plan);
  writeFileSync(`${scratch.root}/other.md`, "One\n");
  symlinkSync("../other.md", plan);
  await assert.rejects(approve(scratch, never), { code: "link_refused" });
});

Deno.test("a file that changed since it was approved is named, and can be approved again", async () => {
  using scratch = await started();
  const yes = () => {};
  await approve(scratch, yes);
  const [same] = await approve(scratch, () => assert.fail("it was asked"));
  assert.equal(same?.change.already, '"review" is already approved');
  writeFileSync(`${scratch.root}/docs/plan.md`, "Two\n");
  const workspace = workspaceOf(scratch);
  const { state } = await workspace.manager.load(await workspace.sessionToChange());
  const { proofs } = await compareProofs(workspace, state);
  assert.deepEqual(proofs.map(({ item, verdict, files }) => [item, verdict, files]), [
    ["review", "stale", ["docs/plan.md"]],
  ]);
  let asked: ToApprove | undefined;
  await approve(scratch, (about) => {
    asked = about;
  });
  assert.equal(asked?.file?.change.kind, "different");
});

const TESTED = `format: 2
name: Tested
settings: { shell: sh }
phases:
  - id: PLAN
    name: Plan
    items:
      - id: written
        name: Written
        verification: { type: file_exists, path: docs/plan.md, may_be_old: true }
      - { id: review, name: Review, verification: { type: manual_gate } }
`;

Deno.test("a proof that no longer fits is named, and may not become one while the question is open", async () => {
  using scratch = await started(TESTED);
  const plan = `${scratch.root}/docs/plan.md`;
  const done = await runInProcess(["complete", "written"], {
    cwd: scratch.root,
    env: scratchEnvironment(scratch),
  });
  assert.equal(done.code, 0, done.stderr);
  const before = await statusOf(scratch);
  const change = () => writeFileSync(plan, "Two\n");
  await assert.rejects(approve(scratch, change), { code: "state_moved" });
  assert.deepEqual(await statusOf(scratch), before);
  let asked: ToApprove | undefined;
  await approve(scratch, (about) => {
    asked = about;
  });
  assert.deepEqual(asked?.remarks, ["written: 1 file changed since it passed: docs/plan.md"]);
  const early = await statusOf(scratch);
  assert.deepEqual(early.review?.approval?.stale, ["PLAN/written"]);
  // While it does not fit nobody is asked again; once it does, a person approves what is there.
  await approve(scratch, () => assert.fail("a person was asked"));
  assert.deepEqual(await statusOf(scratch), early);
  const run = async (...argv: string[]) => {
    const { code, stdout, stderr } = await runInProcess(argv, {
      cwd: scratch.root,
      env: scratchEnvironment(scratch),
    });
    assert.equal(code, 0, stderr);
    return stdout;
  };
  await run("recheck", "written");
  await approve(scratch, (about) => {
    asked = about;
  });
  assert.deepEqual(asked?.remarks, []);
  assert.equal((await statusOf(scratch)).review?.approval?.stale, undefined);
  assert.doesNotMatch(await run("finish"), /stale/);
  await run("log", "verify");
});

Deno.test("an empty file, a pipe and a directory approve nothing, and nothing is asked", async () => {
  using scratch = await started();
  const plan = `${scratch.root}/docs/plan.md`;
  const never = () => assert.fail("it was asked");
  const put: readonly (() => void)[] = [
    () => writeFileSync(plan, ""),
    () => mkdirSync(plan),
    ...(Deno.build.os === "windows" ? [] : [() => void execFileSync("mkfifo", [plan])]),
  ];
  for (const make of put) {
    Deno.removeSync(plan);
    make();
    await assert.rejects(approve(scratch, never), { code: "item_blocked" });
  }
});
