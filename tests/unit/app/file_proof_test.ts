/** What proves `file_exists`: content of this session, not a name. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, rmSync, symlinkSync, utimesSync } from "node:fs";
import { runInProcess } from "../../harness/running.ts";
import { Scratch, scratchEnvironment } from "../../harness/scratch.ts";

const windows = Deno.build.os === "windows";

/** A session with one item that names a path; what is there is made before or after the start. */
class Work implements Disposable {
  readonly scratch = new Scratch();

  async begin(more = "", format = "format: 2\n"): Promise<void> {
    this.scratch.write(
      "workflow.yaml",
      `${format}name: Files
phases:
  - id: DO
    name: Do
    items:
      - id: plan
        name: Plan
        verification: { type: file_exists, path: "{{dir}}/plan.md"${more} }
settings: { dir: docs }
`,
    );
    const { code, stderr } = await this.run("start", "Try it");
    assert.equal(code, 0, stderr);
  }

  async run(...argv: string[]) {
    const env = scratchEnvironment(this.scratch);
    return await runInProcess(argv, { cwd: this.scratch.root, env });
  }

  /** Null for a file that was taken, else why not. */
  async refusal(): Promise<string | null> {
    const { code, stderr } = await this.run("complete", "plan");
    if (code === 0) return null;
    return /^error: Cannot complete "plan": (.*)$/m.exec(stderr)?.[1] ?? stderr;
  }

  [Symbol.dispose](): void {
    this.scratch[Symbol.dispose]();
  }
}

const PLAN = "docs/plan.md";

Deno.test("file_exists: a file that was written in the session", async () => {
  using work = new Work();
  await work.begin();
  assert.equal(await work.refusal(), `"${PLAN}" does not exist`);
  work.scratch.write(PLAN, "The plan\n");
  assert.equal(await work.refusal(), null);
  const { stdout } = await work.run("log", "show", "3", "--json");
  const { found } = JSON.parse(stdout).data.event.data.verification;
  assert.deepEqual(found, {
    kind: "file",
    bytes: 9,
    sha256: "7153425cd73d029fc1eaddd371fa8c1e4a64339a59a8f90493a7d615156069b8",
  });
});

Deno.test("file_exists: a file that was there counts once its content is another, not its time", async () => {
  using work = new Work();
  work.scratch.write(PLAN, "Old\n");
  await work.begin();
  const old = `"${PLAN}" has not changed since the session began`;
  assert.equal(await work.refusal(), old);
  utimesSync(work.scratch.path(PLAN), new Date(), new Date());
  assert.equal(await work.refusal(), old);
  work.scratch.write(PLAN, "Old\n");
  assert.equal(await work.refusal(), old);
  work.scratch.write(PLAN, "New\n");
  assert.equal(await work.refusal(), null);
});

Deno.test("file_exists: what is no file with content proves nothing", async () => {
  using work = new Work();
  await work.begin();
  work.scratch.write(PLAN, "");
  assert.equal(await work.refusal(), `"${PLAN}" is empty`);
  rmSync(work.scratch.path(PLAN), { recursive: true });
  mkdirSync(work.scratch.path(PLAN));
  assert.equal(await work.refusal(), `"${PLAN}" is a directory`);
});

Deno.test({
  name: "file_exists: a pipe is not opened, a link counts as what it leads to",
  ignore: windows,
  fn: async () => {
    using work = new Work();
    work.scratch.write("old.md", "Old\n");
    work.scratch.write("docs/other.md", "x\n");
    await work.begin();
    spawnSync("mkfifo", [work.scratch.path(PLAN)]);
    assert.equal(await work.refusal(), `"${PLAN}" is not a regular file`);
    rmSync(work.scratch.path(PLAN), { recursive: true });
    symlinkSync("../old.md", work.scratch.path(PLAN));
    // It was not at this path: what is behind it is new there.
    assert.equal(await work.refusal(), null);
  },
});

Deno.test({
  name: "file_exists: a file that cannot be read proves nothing",
  ignore: windows || Deno.uid() === 0,
  fn: async () => {
    using work = new Work();
    await work.begin();
    work.scratch.write(PLAN, "The plan\n");
    chmodSync(work.scratch.path(PLAN), 0);
    assert.equal(await work.refusal(), `"${PLAN}" cannot be read`);
  },
});

Deno.test("file_exists: kind and may_be_old say what else is enough", async () => {
  {
    using work = new Work();
    work.scratch.write(PLAN, "Old\n");
    await work.begin(", may_be_old: true");
    assert.equal(await work.refusal(), null);
  }
  {
    using work = new Work();
    work.scratch.write(PLAN, "The plan\n");
    await work.begin(", kind: directory");
    assert.equal(await work.refusal(), `"${PLAN}" is not a directory`);
    rmSync(work.scratch.path(PLAN), { recursive: true });
    mkdirSync(work.scratch.path(PLAN));
    assert.equal(await work.refusal(), null);
  }
});

/** What is at the path of the item before and after the start, and what is said of it. */
const WEAK: readonly {
  readonly before?: string;
  readonly after?: (path: string) => void;
  readonly more?: string;
  readonly remark: string | null;
  readonly ignore?: boolean;
}[] = [
  { before: "Old\n", remark: `"${PLAN}" has not changed since the session began` },
  { before: "", remark: `"${PLAN}" is empty` },
  { after: (path) => mkdirSync(path), remark: `"${PLAN}" is a directory` },
  {
    after: (path) => spawnSync("mkfifo", [path]),
    remark: `"${PLAN}" is not a regular file`,
    ignore: windows,
  },
  {
    after: (path) => Deno.writeTextFileSync(path, "New\n"),
    more: ", kind: directory",
    remark: `"${PLAN}" is not a directory`,
  },
  { before: "Old\n", more: ", may_be_old: true", remark: null },
  { after: (path) => mkdirSync(path), more: ", kind: directory", remark: null },
  { after: (path) => Deno.writeTextFileSync(path, "New\n"), remark: null },
];

Deno.test("file_exists: without `format: 2` anything that exists is enough, and what it is, is said", async () => {
  for (const { before, after, more, remark, ignore } of WEAK) {
    if (ignore === true) continue;
    using work = new Work();
    if (before !== undefined) work.scratch.write(PLAN, before);
    await work.begin(more, "");
    mkdirSync(work.scratch.path("docs"), { recursive: true });
    after?.(work.scratch.path(PLAN));
    const completed = await work.run("complete", "plan");
    assert.equal(completed.code, 0, completed.stderr);
    const places = {
      complete: completed.stderr,
      status: (await work.run("status")).stdout,
      "status --json": (await work.run("status", "--json")).stdout.replaceAll('\\"', '"'),
      handoff: (await work.run("handoff")).stdout,
      log: (await work.run("log")).stdout,
      verify: (await work.run("log", "verify")).stdout,
      show: (await work.run("session", "show")).stdout,
      finish: (await work.run("finish")).stdout,
    };
    for (const [place, text] of Object.entries(places)) {
      if (remark !== null) assert.ok(text.includes(remark), `${place}: ${text}`);
      else assert.doesNotMatch(text, /plan\.md" (is|has)/, place);
    }
  }
});
