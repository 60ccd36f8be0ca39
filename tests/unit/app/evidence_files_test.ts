/** The files that evidence names are looked for where it is handed in. */
import assert from "node:assert/strict";
import { runInProcess } from "../../harness/running.ts";
import { Scratch, scratchEnvironment } from "../../harness/scratch.ts";

const WORKFLOW = `name: Evidence
phases:
  - id: PLAN
    name: Plan
    items:
      - id: analysis
        name: Read the code
        step_type: documented
        evidence_schema: CodeAnalysisEvidence
      - id: review
        name: Somebody looks at it
        evidence_schema: CodeAnalysisEvidence
        verification: { type: manual_gate }
`;

const FILES = {
  "src/login.ts": "",
  "src/with space.ts": "",
  "docs/a (b).md": "",
};

async function begin(format: string): Promise<Scratch> {
  const scratch = new Scratch({ ...FILES, "workflow.yaml": `${format}${WORKFLOW}` });
  const { code, stderr } = await run(scratch, ["start", "Try it"]);
  assert.equal(code, 0, stderr);
  return scratch;
}

function run(scratch: Scratch, args: readonly string[]) {
  return runInProcess(args, { cwd: scratch.root, env: scratchEnvironment(scratch) });
}

function evidenceOf(files: readonly unknown[]): string {
  return JSON.stringify({
    files_reviewed: files,
    patterns_identified: ["a handler for each path"],
    approach_decision: "Leave the router alone and add a handler",
  });
}

/** What an event records of the files. */
async function recorded(scratch: Scratch, seq = 2): Promise<unknown> {
  const { stdout } = await run(scratch, ["log", "show", String(seq), "--json"]);
  return JSON.parse(stdout).data.event?.data?.evidenceFiles ??
    JSON.parse(stdout).data.data?.evidenceFiles;
}

const THERE = [
  "src/login.ts",
  "./src/login.ts",
  " src/login.ts ",
  "`src/login.ts`",
  "src",
  "src/",
  "src/login.ts:12",
  "src/login.ts:12-40",
  "src/login.ts:12:5",
  "src/login.ts#L12-L40",
  "src/login.ts (the handler)",
  "src/login.ts the handler",
  "src/with space.ts",
  "docs/a (b).md",
  "src/**/*.ts",
  "*.yaml",
  "https://example.org/spec#3",
];

const MISSING = [
  "src/logout.ts",
  "lib/",
  "src/login.js:3",
  "lib/**/*.ts",
  "everything",
  "src/login",
];

Deno.test("with format 2 all files that evidence names must be there", async () => {
  using scratch = await begin("format: 2\n");
  for (const file of MISSING) {
    const refused = await run(scratch, [
      "complete",
      "analysis",
      "--evidence",
      evidenceOf(["src/login.ts", file]),
    ]);
    assert.equal(refused.code, 2, file);
    assert.ok(
      refused.stderr.includes(
        `the evidence is invalid: it names files that do not exist: "${file}"`,
      ),
      refused.stderr,
    );
  }
  const done = await run(scratch, ["complete", "analysis", "--evidence", evidenceOf(THERE)]);
  assert.equal(done.code, 0, done.stderr);
  assert.equal(done.stderr, "");
  assert.deepEqual(await recorded(scratch), { missing: [] });
  const verified = await run(scratch, ["log", "verify"]);
  assert.equal(verified.code, 0, verified.stdout);
});

Deno.test("an approval's evidence is held to the same", async () => {
  using scratch = await begin("format: 2\n");
  await run(scratch, ["complete", "analysis", "--evidence", evidenceOf(["src"])]);
  const approve = (files: readonly string[]) =>
    run(scratch, ["approve", "review", "--yes", "--evidence", evidenceOf(files)]);
  const refused = await approve(["gone.ts"]);
  assert.equal(refused.code, 2, refused.stderr);
  const done = await approve(["src/login.ts"]);
  assert.equal(done.code, 0, done.stderr);
  assert.deepEqual(await recorded(scratch, 3), { missing: [] });
});

Deno.test("in older files it is recorded and said", async () => {
  using scratch = await begin("");
  const done = await run(scratch, [
    "complete",
    "analysis",
    "--evidence",
    evidenceOf(["gone.ts", "src/login.ts", "lib/x"]),
  ]);
  assert.equal(done.code, 0, done.stderr);
  assert.match(
    done.stderr,
    /The evidence of "analysis" names files that do not exist: "gone.ts", "lib\/x"/,
  );
  assert.deepEqual(await recorded(scratch), { missing: [0, 2] });
});
