/** Edits of the state while a command runs are told from the work of the program. */
import assert from "node:assert/strict";
import { appendFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { OrchestratorPaths } from "../../../src/project/paths.ts";
import { watchState } from "../../../src/session/state_watch.ts";
import { runInProcess } from "../../harness/running.ts";
import { Scratch, scratchEnvironment } from "../../harness/scratch.ts";

const WORKFLOW = `name: Watched
phases:
  - id: ONLY
    name: Only
    items:
      - id: forged
        name: Forged
        verification:
          type: command
          command: sed -i.bak s/Try/Cry/ .orchestrator/sessions/*/workflow.yaml
      - id: honest
        name: Honest
        verification: { type: command, command: "true" }
`;

async function begin(): Promise<{ readonly scratch: Scratch; readonly session: string }> {
  const scratch = new Scratch({ "workflow.yaml": `# Try it\n${WORKFLOW}` });
  const { code, stderr } = await run(scratch, "start", "Try it");
  assert.equal(code, 0, stderr);
  const [session = ""] = readdirSync(join(scratch.root, ".orchestrator/sessions"));
  return { scratch, session };
}

function run(scratch: Scratch, ...args: readonly string[]) {
  return runInProcess(args, { cwd: scratch.root, env: scratchEnvironment(scratch) });
}

Deno.test("what the program does meanwhile is no edit", async () => {
  const { scratch, session } = await begin();
  using _ = scratch;
  await run(scratch, "note", "The password is hunter2");
  const watch = watchState(new OrchestratorPaths(scratch.root, "flag"), session);
  assert.deepEqual(watch.edited(), []);
  for (
    const args of [
      ["note", "Seen"],
      ["checkpoint", "create", "-m", "Here"],
      ["session", "rename", session, "other"],
      ["start", "Another session"],
      ["complete", "honest"],
      [
        "log",
        "redact",
        "2",
        "--session",
        session,
        "--field",
        "text",
        "--reason",
        "A password",
        "--yes",
      ],
    ]
  ) {
    const { code, stderr } = await run(scratch, ...args);
    assert.equal(code, 0, `${args.join(" ")}: ${stderr}`);
    assert.deepEqual(watch.edited(), [], args.join(" "));
  }
});

Deno.test("an edit of what was there is one, whatever is added", async () => {
  const { scratch, session } = await begin();
  using _ = scratch;
  await run(scratch, "note", "Seen");
  const state = join(scratch.root, ".orchestrator");
  const [log = ""] = readdirSync(join(state, "log")).map((name) => `log/${name}`);
  const files = [`sessions/${session}/log.jsonl`, `sessions/${session}/workflow.yaml`, log];
  for (const name of files) {
    const path = join(state, name);
    const whole = readFileSync(path, "utf8");
    const edits: readonly (() => void)[] = [
      () => writeFileSync(path, whole.replace("Try", "Cry").replace(/"v":\d/, '"v":9')),
      () => writeFileSync(path, whole.slice(0, -5)),
      () => writeFileSync(path, `${whole.replace(/[a-z]/, "X")}${whole}`),
      () => writeFileSync(path, ""),
      () => rmSync(path),
      ...(name.endsWith(".yaml") ? [() => appendFileSync(path, "more: 1\n")] : []),
    ];
    for (const edit of edits) {
      const watch = watchState(new OrchestratorPaths(scratch.root, "flag"), session);
      edit();
      assert.deepEqual(watch.edited(), [name], `${name}: ${edit}`);
      writeFileSync(path, whole);
      assert.deepEqual(watch.edited(), []);
    }
  }
});

Deno.test("an unfinished last line may go, for it never counted", async () => {
  const { scratch, session } = await begin();
  using _ = scratch;
  const journal = join(scratch.root, ".orchestrator/sessions", session, "log.jsonl");
  appendFileSync(journal, '{"v":2,"se');
  const watch = watchState(new OrchestratorPaths(scratch.root, "flag"), session);
  await run(scratch, "note", "Seen");
  assert.deepEqual(watch.edited(), []);
});

Deno.test("it is recorded with the command, and said wherever the session is shown", async () => {
  const { scratch, session } = await begin();
  using _ = scratch;
  const done = await run(scratch, "complete", "forged");
  assert.equal(done.code, 0, done.stderr);
  const name = `sessions/${session}/workflow.yaml`;
  const { stdout } = await run(scratch, "log", "show", "2", "--json");
  assert.match(stdout, new RegExp(`"wroteState":\\["${name}"\\]`));
  const flat = (text: string) => text.replace(/\s+/g, " ");
  const remark = `While the command of ONLY/forged ran, files of the state were edited: ${name}`;
  for (const args of [["status"], ["session", "show"], ["handoff"]]) {
    assert.ok(flat((await run(scratch, ...args)).stdout).includes(remark), args.join(" "));
  }
});

Deno.test("a file that is not the program's, and a current session that does not exist, are edits", async () => {
  const { scratch, session } = await begin();
  using _ = scratch;
  const paths = new OrchestratorPaths(scratch.root, "flag");
  const state = join(scratch.root, ".orchestrator");
  const watch = watchState(paths, session);
  writeFileSync(join(state, "x"), "x\n");
  assert.deepEqual(watch.edited(), ["x"]);
  for (let count = 0; count < 100; count++) writeFileSync(join(state, `x${count}`), "");
  assert.equal(watch.edited().length, 10);
  // They were there before the next command.
  assert.deepEqual(watchState(paths, session).edited(), []);
  for (const text of ["zzz\n", "", "../sessions\n", "0000000000000\n"]) {
    writeFileSync(join(state, "current"), `${session}\n`);
    const next = watchState(paths, session);
    writeFileSync(join(state, "current"), text);
    assert.deepEqual(next.edited(), ["current"], text);
  }
});
