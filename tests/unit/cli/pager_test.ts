/** Long answers on a terminal: which pager shows them, and what happens when it does not. */
import assert from "node:assert/strict";
import type { Shown } from "../../../src/cli/output/shown.ts";
import type { Pager, PagerRequest } from "../../../src/platform/pager.ts";
import { type InProcess, runInProcess } from "../../harness/running.ts";
import { Scratch, scratchEnvironment } from "../../harness/scratch.ts";

const WORKFLOW = `name: Paged
phases:
  - id: ONLY
    name: Only
    items: [{ id: plan, name: Plan }]
`;

/** A pager that remembers what it was given. */
class FakePager {
  readonly requests: PagerRequest[] = [];
  text = "";
  /** What {@link Pager.end} answers. */
  shows = true;
  /** Texts that it reads before it ends. */
  reads = Infinity;

  readonly open = (request: PagerRequest): Pager<Shown> => {
    this.requests.push(request);
    return {
      write: (text) => {
        if (this.reads-- <= 0) return false;
        this.text += text;
        return true;
      },
      end: () => Promise.resolve(this.shows),
    };
  };
}

function world(scratch: Scratch, more: Readonly<Record<string, string>> = {}) {
  const pager = new FakePager();
  const surroundings: InProcess = {
    cwd: scratch.root,
    env: scratchEnvironment(scratch, { NO_COLOR: "1", ...more }),
    terminal: 80,
    pager: pager.open,
  };
  return { pager, run: (...argv: string[]) => runInProcess(argv, surroundings) };
}

async function started(): Promise<Scratch> {
  const scratch = new Scratch({ "workflow.yaml": WORKFLOW });
  const { run } = world(scratch);
  assert.equal((await run("start", "Try it")).code, 0);
  for (let note = 1; note <= 9; note++) await run("note", `Note ${note}`);
  return scratch;
}

Deno.test("what a pager shows is not printed besides", async () => {
  using scratch = await started();
  for (
    const command of ["log", "log show 2", "session list", "session show", "handoff", "generate-md"]
  ) {
    const { pager, run } = world(scratch);
    const { code, stdout, stderr } = await run(...command.split(" "));
    assert.equal(code, 0, stderr);
    assert.equal(stdout, "", command);
    assert.notEqual(pager.text, "", command);
    assert.deepEqual(pager.requests.map((request) => request.command), ["less -FRX"]);
    assert.equal(pager.requests[0]?.env["LESS"], "FRX");
  }
});

Deno.test("the pager is the first that a variable names", async () => {
  using scratch = await started();
  const cases: readonly (readonly [Record<string, string>, string | null])[] = [
    [{ PAGER: "more" }, "more"],
    [{ PAGER: "more", ORCHESTRATOR_PAGER: "most -s" }, "most -s"],
    [{ PAGER: "more", ORCHESTRATOR_PAGER: "" }, null],
    [{ PAGER: "cat" }, null],
    [{ TERM: "dumb" }, null],
    [{ CLAUDECODE: "1" }, null],
    [{ CODEX_SANDBOX: "seatbelt" }, null],
    [{ CI: "true" }, null],
    [{ LESS: "R" }, "less -FRX"],
  ];
  for (const [env, expected] of cases) {
    const { pager, run } = world(scratch, env);
    const { code, stdout } = await run("log");
    assert.equal(code, 0);
    const name = JSON.stringify(env);
    assert.equal(pager.requests[0]?.command ?? null, expected, name);
    assert.equal(stdout === "", expected !== null, name);
    if (env["LESS"] !== undefined) assert.equal(pager.requests[0]?.env["LESS"], "R");
  }
});

Deno.test("no pager for programs, for short commands and where none is wanted", async () => {
  using scratch = await started();
  for (
    const command of ["log --json", "log --no-pager", "status", "note more", "session show --json"]
  ) {
    const { pager, run } = world(scratch);
    const { code, stdout } = await run(...command.split(" "));
    assert.equal(code, 0, command);
    assert.notEqual(stdout, "", command);
    assert.deepEqual(pager.requests, [], command);
  }
  const { pager, run } = world(scratch);
  const piped = await runInProcess(["log"], {
    cwd: scratch.root,
    env: scratchEnvironment(scratch),
    pager: pager.open,
  });
  assert.match(piped.stdout, /Note 9/);
  assert.deepEqual(pager.requests, []);
  assert.equal((await run("session", "remove", "--help")).code, 0);
});

Deno.test("a pager that ends early is no error, one that shows nothing is done without", async () => {
  using scratch = await started();
  for (const command of ["log", "session show"]) {
    const early = world(scratch);
    early.pager.reads = 0;
    const left = await early.run(...command.split(" "));
    assert.deepEqual([left.code, left.stdout, left.stderr], [0, "", ""], command);

    const missing = world(scratch);
    missing.pager.shows = false;
    const { code, stdout } = await missing.run(...command.split(" "));
    assert.equal(code, 0);
    assert.match(stdout, /Note 9/, command);
    assert.equal(stdout.match(/Note 9/g)?.length, missing.pager.text.match(/Note 9/g)?.length);
  }
});

Deno.test("log -n shows the last events, in both forms", async () => {
  using scratch = await started();
  const run = (...argv: string[]) =>
    runInProcess(argv, { cwd: scratch.root, env: scratchEnvironment(scratch) });
  const seqs = async (...argv: string[]): Promise<readonly number[]> => {
    const { stdout, stderr } = await run("log", "--json", ...argv);
    assert.notEqual(stdout, "", stderr);
    return JSON.parse(stdout).data.events.map((event: { seq: number }) => event.seq);
  };
  const all = await seqs();
  assert.deepEqual(await seqs("-n", "3"), all.slice(-3));
  assert.deepEqual(await seqs("--limit", "1"), all.slice(-1));
  assert.deepEqual(await seqs("-n", "100"), all);
  assert.deepEqual(await seqs("-n", "3", "--since", String(all.length - 1)), all.slice(-1));
  assert.equal((await run("log", "-n", "2")).stdout.trimEnd().split("\n").length, 2);
  for (const bad of ["0", "-1", "x", ""]) {
    assert.equal((await run("log", `--limit=${bad}`)).code, 2);
  }
});

Deno.test("a terminal lists twenty sessions, and says how to see the others", async () => {
  using scratch = new Scratch({ "workflow.yaml": WORKFLOW });
  const { run } = world(scratch, { PAGER: "cat" });
  for (let task = 1; task <= 23; task++) await run("start", `Task ${task}`);
  const rows = (text: string) => text.split("\n").filter((line) => /Task \d+$/.test(line)).length;
  const { stdout } = await run("session", "list");
  assert.equal(rows(stdout), 20);
  assert.match(stdout, /^and 3 more: orchestrator session list --limit 23$/m);
  assert.match(
    (await run("session", "list", "--active")).stdout,
    /^and 3 more: orchestrator session list --active --limit 23$/m,
  );
  assert.equal(rows((await run("session", "list", "--limit", "23")).stdout), 23);
  const piped = async (...argv: string[]) =>
    (await runInProcess(argv, { cwd: scratch.root, env: scratchEnvironment(scratch) })).stdout;
  assert.equal(rows(await piped("session", "list")), 23);
  assert.equal(JSON.parse(await piped("session", "list", "--json")).data.sessions.length, 23);
});
