/**
 * The story of a task on machines that vanish: each sandbox downloads the executable, works a phase
 * and is destroyed; the next one stands where it stopped, by branch and by encrypted snapshot, while
 * a desktop works on the same state.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { executable, executableAvailable } from "../harness/executable.ts";
import { git, makeBare } from "../harness/git_server.ts";
import { noGit, Program } from "../harness/program.ts";
import { Scratch, scratchEnvironment } from "../harness/scratch.ts";

const WORKFLOW = `name: Story
phases:
  - id: PLAN
    name: Plan
    items: [{ id: think, name: Think }]
  - id: BUILD
    name: Build
    items: [{ id: build, name: Build }]
  - id: CHECK
    name: Check
    items: [{ id: check, name: Check }]
`;

const able = executableAvailable && !noGit;

/** Serves one file on loopback, as a download page does. */
async function serving<Value>(file: string, task: (url: string) => Promise<Value>): Promise<Value> {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async () => {
    return new Response((await Deno.open(file)).readable);
  });
  try {
    return await task(`http://127.0.0.1:${server.addr.port}/orchestrator`);
  } finally {
    await server.shutdown();
  }
}

/** A computer: a fresh clone, and the executable as it was downloaded. */
class Computer extends Program {
  static async make(
    scratch: Scratch,
    name: string,
    bare: string,
    url: string,
    variables: Readonly<Record<string, string>>,
  ): Promise<Computer> {
    const disk = join(scratch.top, name);
    mkdirSync(join(disk, "home"), { recursive: true });
    git(scratch.top, "clone", "--quiet", bare, join(disk, "work"));
    const file = join(disk, "orchestrator");
    const response = await fetch(url);
    writeFileSync(`${file}.part`, new Uint8Array(await response.arrayBuffer()));
    // By a program of its own: one that this process wrote may be open in whatever it has just started,
    // and could not be run then (ETXTBSY).
    execFileSync("install", ["-m", "755", `${file}.part`, file]);
    return new Computer({
      root: join(disk, "work"),
      env: scratchEnvironment(scratch, { HOME: join(disk, "home"), ...variables }),
      file,
    });
  }

  // deno-lint-ignore no-explicit-any
  async status(): Promise<any> {
    return JSON.parse((await this.must("status", "--json")).stdout).data;
  }

  /** The machine is gone, with its disk. */
  destroy(): void {
    rmSync(join(this.root, ".."), { recursive: true, force: true });
  }
}

Deno.test({
  name: "a task survives its machines: by branch, by encrypted snapshot, with a desktop beside",
  ignore: !able,
  fn: async () => {
    const file = await executable();
    await serving(file, async (url) => {
      using scratch = new Scratch();
      const bare = makeBare(scratch.top);
      const author = join(scratch.top, "author");
      git(scratch.top, "clone", "--quiet", bare, author);
      writeFileSync(join(author, "workflow.yaml"), WORKFLOW);
      git(author, "add", "workflow.yaml");
      git(author, "commit", "--quiet", "-m", "workflow");
      git(author, "push", "--quiet", "origin", "HEAD");
      const sandbox = { CLAUDE_CODE_REMOTE: "true", ORCHESTRATOR_WEB_MODE: "true" };

      const first = await Computer.make(scratch, "first", bare, url, sandbox);
      await first.must("start", "Add login", "--name", "login");
      await first.must("complete", "think", "--notes", "small steps");
      await first.must("advance");
      const { session } = await first.status();
      first.destroy();

      // By branch: the next sandbox stands where the first one stopped, before it has changed anything.
      const second = await Computer.make(scratch, "second", bare, url, sandbox);
      const found = await second.status();
      assert.equal(found.session, session);
      assert.equal(found.phase, "BUILD");
      await second.must("complete", "build");

      // A desktop takes the state in and adds to it while the sandbox goes on.
      const desktop = await Computer.make(scratch, "desktop", bare, url, {});
      await desktop.must("state", "pull");
      assert.equal((await desktop.status()).phase, "BUILD");
      await desktop.must("start", "Fix the build", "--name", "fix");
      await desktop.must("state", "push");
      await second.must("advance");
      assert.equal((await second.status()).phase, "CHECK");
      const listed = async () => {
        const answer = JSON.parse((await second.must("session", "list", "--json")).stdout);
        const rows: readonly { readonly name: string; readonly onBranch?: true }[] =
          answer.data.sessions;
        const names = (there: boolean) =>
          rows.filter((row) => (row.onBranch === true) === there).map((row) => row.name).sort();
        return { here: names(false), onBranch: names(true) };
      };
      assert.deepEqual(
        await listed(),
        { here: ["login"], onBranch: ["fix"] },
        "a push brings nothing in, and takes nothing away there",
      );
      await second.must("state", "pull");
      assert.deepEqual(await listed(), { here: ["fix", "login"], onBranch: [] });

      // By snapshot, encrypted, to a machine that sees no branch.
      const password = join(scratch.top, "password");
      const archive = join(scratch.top, "state.age");
      writeFileSync(password, "correct horse battery staple 42\n");
      await second.must(
        "snapshot",
        "export",
        "--encrypt",
        "--password-file",
        password,
        "-o",
        archive,
      );
      second.destroy();
      const third = await Computer.make(scratch, "third", bare, url, {});
      // What it has fetched of the branch would show the state.
      const refs = git(third.root, "for-each-ref", "--format=%(refname)", "refs/remotes");
      for (const ref of refs.split("\n").filter((name) => name.includes("/orchestrator-state-"))) {
        git(third.root, "update-ref", "-d", ref);
      }
      assert.equal((await third.run("status")).code, 4);
      const wrong = join(scratch.top, "wrong");
      writeFileSync(wrong, "something else entirely 17\n");
      const refused = await third.run("snapshot", "import", archive, "--password-file", wrong);
      assert.notEqual(refused.code, 0);
      assert.equal((await third.run("status")).code, 4, "a wrong password leaves nothing behind");
      await third.must("snapshot", "import", archive, "--password-file", password);
      await third.must("session", "use", "login");
      const moved = await third.status();
      assert.equal(moved.session, session);
      assert.equal(moved.phase, "CHECK");
      await third.must("complete", "check");
      await third.must("finish");
      await third.must("log", "verify", "--all");

      // The desktop learns of the end by the branch.
      await third.must("state", "push");
      await desktop.must("state", "pull");
      const ended = JSON.parse(
        (await desktop.must("status", "--session", "login", "--json")).stdout,
      );
      assert.equal(ended.data.status, "completed");
      await desktop.must("log", "verify", "--all");
    });
  },
});
