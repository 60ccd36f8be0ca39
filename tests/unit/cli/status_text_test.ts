import assert from "node:assert/strict";
import { visibleLength } from "../../../src/cli/output/width.ts";
import { runInProcess } from "../../harness/running.ts";
import { Scratch, scratchEnvironment } from "../../harness/scratch.ts";

const LONG = `
name: A workflow with a rather long name that a person wrote without thinking of screens at all
settings: { supervision_mode: zero_human }
phases:
  - id: PREPARATION_AND_ANALYSIS_OF_EVERYTHING_THERE_IS
    name: Prepare and analyse every single thing there is before anything at all is done by anybody
    exit_gate: human_approval
    items:
      - id: a_very_long_item_id_that_goes_on_and_on_for_ever
        name: A very long item name which says in many words what could have been said in few
        step_type: required
        verification: { type: file_exists, path: "docs/of/the/project/which/are/deep/plan.md" }
      - id: watched
        name: A person looks
        step_type: gate
        verification: { type: manual_gate }
      - { id: 確認, name: "コードを読んで計画を書き、チームの全員に見せてから承認をもらうまで待つこと" }
      - { id: x, name: short, required: false }
  - { id: B, name: B, items: [{ id: y, name: Y }] }
`;

const MANY = `
name: Many
phases:
  - id: ALL
    name: All of it
    items:
${
  Array.from({ length: 30 }, (_, index) => `      - { id: item_${index}, name: Thing ${index} }`)
    .join("\n")
}
`;

/** A project whose session has gone through some commands; none may fail but those it names. */
async function screens(workflow: string, ...commands: readonly (readonly string[])[]) {
  using scratch = new Scratch({ "workflow.yaml": workflow });
  const surroundings = { cwd: scratch.root, env: scratchEnvironment(scratch) };
  for (const argv of commands) await runInProcess(argv, surroundings);
  const show = async (terminal?: number) => {
    const { code, stdout, stderr } = await runInProcess(
      ["status"],
      { ...surroundings, ...(terminal === undefined ? {} : { terminal }) },
    );
    assert.equal(code, 0, stderr);
    return stdout;
  };
  return { plain: await show(), at60: await show(60), at80: await show(80) };
}

function assertFits(text: string, width: number): void {
  for (const line of text.split("\n")) {
    // The next command is never broken: it is there to be copied.
    if (line.includes("orchestrator ")) continue;
    assert.ok(visibleLength(line) <= width, `wider than ${width}: ${line}`);
  }
}

Deno.test("no line is wider than the screen, however long the texts are", async () => {
  const task =
    "Migrate the billing system, including subscriptions, invoices and the nightly job. ";
  const { plain, at60, at80 } = await screens(
    LONG,
    ["start", task.repeat(3), "--constraint", task.repeat(2), "--name", "ログイン"],
    ["complete", "watched"],
    ["complete", "a_very_long_item_id_that_goes_on_and_on_for_ever"],
    [
      "note",
      "既存のAPIを壊さないこと。モバイルクライアントはこのAPIに依存しており、三月までは更新できない。",
    ],
  );
  assert.ok(plain.includes(`Task: ${task.repeat(3).trim()}\n`), "piped text is not wrapped");
  assertFits(at80, 80);
  assertFits(at60, 60);
});

Deno.test("marks, ids and names stand in columns", async () => {
  const { plain, at80 } = await screens(LONG, ["start", "Task"], ["complete", "watched"]);
  const names = (text: string) =>
    ["A person looks", "コード", "short"].map((name) => {
      const line = text.split("\n").find((row) => row.includes(name)) ?? "";
      return visibleLength(line.slice(0, line.indexOf(name)));
    });
  assert.equal(new Set(names(plain)).size, 1, plain);
  assert.equal(new Set(names(at80)).size, 1, at80);
  assert.match(plain, /^\[>\] PREPARATION/m);
  assert.match(plain, /^\[ \] B/m);
  assert.match(plain, /^\[-\] watched/m);
  assert.doesNotMatch(plain, /[░█▶✓○]/, "plain when the output is not a terminal");
});

Deno.test("what is in the way stands before the command that comes next", async () => {
  const { plain } = await screens(LONG, ["start", "Task"]);
  const [way = "", next = ""] = plain.split("\n").filter((line) => /^(Blocking|Next)/.test(line));
  assert.match(way, /^Blocking advance: a_very_long_item_id/);
  assert.match(plain, /needs approval$/m);
  assert.match(next, /^Next: orchestrator complete a_very_long_item_id/);
});

Deno.test("a long checklist folds what is done, and names the first that block", async () => {
  const done = [0, 1, 2].map((index) => ["complete", `item_${index}`]);
  const { plain } = await screens(MANY, ["start", "Task"], ...done);
  assert.match(plain, /^\[x\] 3 completed: item_0, item_1, item_2$/m);
  assert.doesNotMatch(plain, /^\[x\] item_0/m);
  assert.match(plain, /^Blocking finish: item_3, .*item_8,\s+and 21\s+(?:\| )?more$/m);
  assert.match(plain, /^Next: orchestrator complete item_3$/m);
});

Deno.test("a short checklist shows every item", async () => {
  const few = MANY.split("\n").slice(0, 20).join("\n");
  const { plain } = await screens(few, ["start", "Task"], ["complete", "item_0"]);
  assert.match(plain, /^\[x\] item_0 /m);
  assert.match(plain, /^\[ \] item_1 /m);
});
