/**
 * What a clone remembers of its sessions outside of the state directory: what is gone or shorter is said,
 * and what this program or git did itself is not held against anybody.
 * @module
 */
import assert from "node:assert/strict";
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { noGit } from "../../harness/program.ts";
import { Worktrees } from "../../harness/worktrees.ts";

const SAID = /recorded here|Gone without a removal|gone without a removal|was deleted or moved/;

interface Heads {
  readonly session: string;
  readonly seq: number;
}

class Clone extends Worktrees {
  file(...names: readonly string[]): string {
    return join(this.main, ...names);
  }

  get heads(): string {
    return this.file(".git", "orchestrator", "heads");
  }

  lines(): readonly Heads[] {
    return readFileSync(this.heads, "utf8").split("\n").filter((line) => line !== "")
      .map((line) => JSON.parse(line));
  }

  /** All that a person looks at. */
  async shown(cwd = this.main): Promise<string> {
    const texts: string[] = [];
    for (
      const argv of [["status"], ["log", "verify", "--all"], [
        "doctor",
        "--check",
        "sessions.remembered",
        "--verbose",
      ]]
    ) {
      const { stdout, stderr } = await this.run(cwd, argv);
      texts.push(stdout + stderr);
    }
    return texts.join("\n");
  }

  async saysNothing(cwd = this.main): Promise<void> {
    const text = await this.shown(cwd);
    assert.doesNotMatch(text, SAID);
    assert.match(text, /nothing is missing/);
  }

  /** A bare repository that this one pushes to. */
  server(): string {
    const path = this.beside("server.git");
    this.git(this.main, "init", "--quiet", "--bare", path);
    this.git(this.main, "remote", "add", "origin", path);
    this.git(this.main, "push", "--quiet", "origin", "main");
    return path;
  }

  /** Goes on with a session as far as it can be. */
  async finish(cwd = this.main) {
    for (const item of ["one", "two"]) await this.run(cwd, ["complete", item]);
    writeFileSync(join(cwd, "proof.txt"), "x");
    for (const item of ["proof", "here"]) await this.must(cwd, ["complete", item]);
    return await this.must(cwd, ["finish"]);
  }
}

Deno.test({
  name: "witness: each change adds a line; reading commands and a copy of the clone add none",
  ignore: noGit,
  async fn() {
    using clone = new Clone();
    const id = await clone.start(clone.main, "Login");
    await clone.must(clone.main, ["note", "one"]);
    assert.deepEqual(clone.lines().map(({ session, seq }) => [session, seq]), [[id, 1], [id, 2]]);
    const before = readFileSync(clone.heads, "utf8");
    await clone.saysNothing();
    assert.equal(readFileSync(clone.heads, "utf8"), before);
    const copy = clone.beside("copy");
    cpSync(clone.main, copy, { recursive: true });
    await clone.must(copy, ["note", "two"]);
    await clone.saysNothing(copy);
    await clone.saysNothing();
    const moved = clone.beside("moved");
    renameSync(copy, moved);
    await clone.saysNothing(moved);
  },
});

Deno.test({
  name: "witness: after git clean -fdx what is gone is named, and the next session records it",
  ignore: noGit,
  async fn() {
    using clone = new Clone();
    const id = (await clone.must(clone.main, ["start", "Login", "--name", "login"])).session;
    await clone.must(clone.main, ["note", "one"]);
    clone.git(clone.main, "clean", "-fdx");
    for (const argv of [["status"], ["note", "two"], ["handoff"]]) {
      const error = await clone.mustFail(clone.main, argv);
      assert.equal(error.code, "no_project");
      assert.match(
        error.message,
        new RegExp(
          `: \\.orchestrator/ was deleted or moved, and 1 session that was here is gone: ${id} \\(login\\), 2 events`,
        ),
      );
      assert.match(
        error.hint ?? "",
        /Restore .* from a backup, .* snapshot, .* state branch; .*start/,
      );
    }
    const list = await clone.run(clone.main, ["session", "list"]);
    assert.match(list.stderr, new RegExp(`deleted or moved.* is gone: ${id}.* from a backup`));
    const { stderr } = await clone.run(clone.main, ["status", "--json"]);
    assert.equal(JSON.parse(stderr).error.details.gone[0].session, id);
    assert.match((await clone.run(clone.main, ["doctor"])).stdout, new RegExp(`gone.*${id}`));
    assert.equal(existsSync(clone.file(".orchestrator")), false);

    await clone.start(clone.main, "Another");
    const log = (await clone.run(clone.main, ["log", "--repository"])).stdout;
    assert.match(log, new RegExp(`missing: session ${id}`));
    assert.doesNotMatch((await clone.run(clone.main, ["status"])).stdout, SAID);
    const report = await clone.must(clone.main, ["doctor", "--check", "sessions.remembered"]);
    assert.deepEqual(report.findings.map(({ level }: { level: string }) => level), ["info"]);
  },
});

Deno.test({
  name:
    "witness: where only the sessions were deleted, those are named, and none is to be selected",
  ignore: noGit,
  async fn() {
    using clone = new Clone();
    const first = await clone.start(clone.main, "Login");
    const second = await clone.start(clone.main, "Logout");
    rmSync(clone.file(".orchestrator", "sessions"), { recursive: true });
    const error = await clone.mustFail(clone.main, ["status"]);
    assert.match(
      error.message,
      new RegExp(
        `: \\.orchestrator/sessions/ was deleted or moved, and 2 sessions that were here are gone: ${first} \\(Login\\).*${second} \\(Logout\\)`,
      ),
    );
    assert.doesNotMatch(error.hint ?? "", /session (?:use|list)/);
  },
});

Deno.test({
  name: "witness: a session of the same task says that one went, however it went",
  ignore: noGit,
  async fn() {
    using clone = new Clone();
    const id = await clone.start(clone.main, "Login");
    rmSync(clone.file(".orchestrator"), { recursive: true });
    await clone.start(clone.main, "Login");
    assert.match((await clone.run(clone.main, ["status"])).stdout, new RegExp(id));
  },
});

Deno.test({
  name: "witness: what brings a session back is named: a commit that was never pushed, a snapshot",
  ignore: noGit,
  async fn() {
    using clone = new Clone();
    const id = await clone.start(clone.main, "Login");
    await clone.must(clone.main, ["note", "one"]);
    await clone.must(clone.main, ["snapshot", "export", "-o", "kept state.tar.gz"]);
    rmSync(clone.file(".orchestrator"), { recursive: true });
    const snapshot = await clone.mustFail(clone.main, ["status"]);
    assert.match(
      snapshot.hint ?? "",
      new RegExp(`snapshot import 'kept state\\.tar\\.gz'.* ${id} back \\(as of event 2\\)`),
    );
    await clone.must(clone.main, ["snapshot", "import", "kept state.tar.gz"]);
    await clone.saysNothing();

    clone.git(clone.main, "remote", "add", "origin", clone.beside("nowhere.git"));
    await clone.run(clone.main, ["state", "push"]);
    rmSync(clone.file(".orchestrator"), { recursive: true });
    const commit = await clone.mustFail(clone.main, ["status"]);
    const named = /`orchestrator (state restore [0-9a-f]{12} --session \S+)`/.exec(
      commit.hint ?? "",
    );
    assert.ok(named, commit.hint);
    await clone.run(clone.main, ["init"]);
    const restored = await clone.run(clone.main, (named[1] ?? "").split(" "));
    assert.ok(restored.code === 0 || restored.stderr !== "", restored.stderr);
  },
});

Deno.test({
  name: "witness: the end of a journal cut off, with state.json removed",
  ignore: noGit,
  async fn() {
    using clone = new Clone();
    const id = await clone.start(clone.main, "Login");
    await clone.must(clone.main, ["note", "one"]);
    await clone.must(clone.main, ["note", "two"]);
    const journal = clone.file(".orchestrator", "sessions", id, "log.jsonl");
    const lines = readFileSync(journal, "utf8").trimEnd().split("\n");
    writeFileSync(journal, `${lines.slice(0, 2).join("\n")}\n`);
    rmSync(clone.file(".orchestrator", "sessions", id, "state.json"));
    const shown = await clone.shown();
    assert.equal(
      shown.match(/The journal ends at event 2, but event 3 was recorded here/g)?.length,
      3,
    );
    const { sessions } = await clone.must(clone.main, ["log", "verify"]);
    assert.equal(sessions[0].recordedHere.seq, 3);
    assert.match(
      (await clone.must(clone.main, ["status"])).remarks[0],
      /event 3 was recorded here/,
    );

    const listed = await clone.run(clone.main, ["session", "list"]);
    assert.match(
      listed.stderr,
      new RegExp(`Session ${id}: The journal ends at event 2, but event 3 was recorded here`),
    );

    // It is no refusal, and it is not forgotten when the session goes on.
    const { remarks } = await clone.finish();
    assert.match(remarks[0], /does not hold event 3 as it was recorded here/);
    assert.match(await clone.shown(), /does not hold event 3 as it was recorded here/);
    // The line is back.
    writeFileSync(journal, `${lines.join("\n")}\n`);
    rmSync(clone.file(".orchestrator", "sessions", id, "state.json"));
    assert.match(
      await clone.shown(),
      /The journal ends at event 3, but event \d+ was recorded here/,
    );
  },
});

Deno.test({
  name: "witness: an old .orchestrator put back, and then put right",
  ignore: noGit,
  async fn() {
    using clone = new Clone();
    await clone.start(clone.main, "Login");
    cpSync(clone.file(".orchestrator"), clone.beside("old"), { recursive: true });
    await clone.must(clone.main, ["complete", "one"]);
    cpSync(clone.file(".orchestrator"), clone.beside("new"), { recursive: true });
    const put = (name: string) => {
      rmSync(clone.file(".orchestrator"), { recursive: true });
      cpSync(clone.beside(name), clone.file(".orchestrator"), { recursive: true });
    };
    put("old");
    assert.match(await clone.shown(), /ends at event 1, but event 2 was recorded here/);
    put("new");
    await clone.saysNothing();
    put("old");
    await clone.must(clone.main, ["complete", "two"]);
    assert.match(await clone.shown(), /does not hold event 2 as it was recorded here/);
    put("new");
    // What was recorded on the other way is missing now, and that is true.
    assert.match(await clone.shown(), /recorded here/);
  },
});

Deno.test({
  name: "witness: what this program takes away or replaces itself is not held against anybody",
  ignore: noGit,
  async fn() {
    using clone = new Clone();
    const steps: Readonly<Record<string, () => Promise<unknown>>> = {
      "session remove": async () => {
        const id = await clone.start(clone.main, "Removed");
        await clone.must(clone.main, [
          "session",
          "end",
          id,
          "--reason",
          "it is not needed any more",
        ]);
        await clone.must(clone.main, ["session", "remove", id, "--yes"]);
        assert.equal(clone.lines().some(({ session }) => session === id), false);
      },
      "log redact": async () => {
        await clone.start(clone.main, "A task to redact");
        await clone.must(clone.main, ["note", "remove this text"]);
        for (const [seq, field] of [["2", "text"], ["1", "task"]]) {
          const about = ["--field", field ?? "", "--reason", "a test", "--yes"];
          await clone.must(clone.main, ["log", "redact", seq ?? "", ...about]);
        }
        await clone.must(clone.main, ["note", "later"]);
        assert.doesNotMatch(readFileSync(clone.heads, "utf8"), /A task to redact/);
      },
      "snapshot import --replace": async () => {
        await clone.must(clone.main, ["snapshot", "export", "-o", "s.tar.gz", "--force"]);
        await clone.must(clone.main, ["note", "replaced"]);
        await clone.must(clone.main, ["snapshot", "import", "s.tar.gz", "--replace"]);
        await clone.saysNothing();
        await clone.must(clone.main, ["note", "instead"]);
      },
      "checkpoint restore": async () => {
        const { checkpoint } = await clone.must(clone.main, ["checkpoint", "create"]);
        await clone.must(clone.main, ["note", "later"]);
        await clone.must(clone.main, ["checkpoint", "restore", checkpoint, "--yes"]);
      },
    };
    for (const [name, step] of Object.entries(steps)) {
      await step();
      assert.doesNotMatch(await clone.shown(), SAID, name);
    }
    await clone.saysNothing();
  },
});

Deno.test({
  name: "witness: a pull, a merge of two ways, and a restore from the branch are no accusation",
  ignore: noGit,
  async fn() {
    using clone = new Clone();
    const server = clone.server();
    const id = await clone.start(clone.main, "Shared");
    await clone.must(clone.main, ["state", "push"]);
    const other = clone.beside("other");
    clone.git(clone.main, "clone", "--quiet", server, other);
    await clone.must(other, ["state", "pull"]);
    // Theirs is longer.
    await clone.must(other, ["note", "theirs", "--session", id]);
    await clone.must(other, ["note", "theirs again", "--session", id]);
    await clone.must(other, ["state", "push"]);
    await clone.must(clone.main, ["state", "pull"]);
    await clone.saysNothing();
    await clone.must(clone.main, ["note", "ours"]);
    await clone.saysNothing();
    // Both went on.
    await clone.must(other, ["note", "fork", "--session", id]);
    await clone.must(other, ["note", "fork again", "--session", id]);
    await clone.must(other, ["state", "push"]);
    await clone.must(clone.main, ["state", "push"]);
    await clone.saysNothing();
    await clone.must(other, ["state", "pull"]);
    await clone.saysNothing(other);
    await clone.must(clone.main, ["note", "on", "--session", id]);
    await clone.saysNothing();
    const commits = clone.git(
      clone.main,
      "for-each-ref",
      "--format=%(objectname)",
      "refs/orchestrator/state",
    );
    await clone.must(clone.main, ["state", "restore", commits.split("\n")[0] ?? ""]);
    await clone.saysNothing();
  },
});

Deno.test({
  name:
    "witness: events that were only here are named when the branch's copy takes the place of a lost one",
  ignore: noGit,
  async fn() {
    using clone = new Clone();
    clone.server();
    await clone.start(clone.main, "Shared");
    await clone.must(clone.main, ["state", "push"]);
    await clone.must(clone.main, ["note", "only here"]);
    clone.git(clone.main, "clean", "-fdxq");
    assert.match(await clone.shown(), /ends at event 1, but event 2 was recorded here/);
    await clone.must(clone.main, ["state", "pull"]);
    assert.match(await clone.shown(), /ends at event 1, but event 2 was recorded here/);
  },
});

Deno.test({
  name:
    "witness: in portable mode git takes sessions away and brings them back, and nothing is said",
  ignore: noGit,
  async fn() {
    using clone = new Clone();
    await clone.must(clone.main, ["init", "--portable"]);
    const id = await clone.start(clone.main, "Portable");
    clone.git(clone.main, "add", "--all");
    clone.git(clone.main, "commit", "--quiet", "--message", "state");
    clone.git(clone.main, "branch", "older");
    await clone.must(clone.main, ["note", "later"]);
    clone.git(clone.main, "add", "--all");
    clone.git(clone.main, "commit", "--quiet", "--message", "more");
    const portable = clone.lines().map((line) => ({ ...line })) as unknown as {
      readonly portable?: true;
      readonly branch?: string;
    }[];
    assert.deepEqual(portable.at(-1)?.branch, "main");
    clone.git(clone.main, "checkout", "--quiet", "older");
    await clone.saysNothing();
    await clone.must(clone.main, ["note", "on the older one", "--session", id]);
    await clone.saysNothing();
    clone.git(clone.main, "stash", "--quiet", "--include-untracked");
    clone.git(clone.main, "checkout", "--quiet", "main");
    await clone.saysNothing();
    clone.git(clone.main, "checkout", "--quiet", "main~2");
    assert.doesNotMatch((await clone.run(clone.main, ["status"])).stderr, SAID);
  },
});

Deno.test({
  name:
    "witness: a removed worktree takes its own sessions, which main names, and none of the shared ones",
  ignore: noGit,
  async fn() {
    using clone = new Clone();
    const shared = clone.add("shared");
    const id = await clone.start(shared, "Shared");
    clone.git(clone.main, "worktree", "remove", "--force", shared);
    await clone.must(clone.main, ["session", "use", id]);
    await clone.saysNothing();
    const own = clone.add("own");
    const env = { ORCHESTRATOR_STATE_HOME: "worktree" };
    const lost = (await clone.must(own, ["start", "Own"], env)).session;
    const status = async () => (await clone.must(clone.main, ["status"])).remarks ?? [];
    assert.doesNotMatch((await status()).join(), SAID);
    clone.git(clone.main, "worktree", "remove", "--force", own);
    assert.match(
      (await status()).join(),
      new RegExp(`${lost} \\(Own\\), .*in a worktree that is removed`),
    );
    // A new worktree of that name is another one.
    clone.git(clone.main, "branch", "--quiet", "-D", "own");
    const again = clone.add("own");
    const { message } = await clone.mustFail(again, ["status"], env);
    assert.match(message, /there is no session/);
  },
});

Deno.test({
  name: "witness: sessions that a worktree had for itself and that are taken over are not missed",
  ignore: noGit,
  async fn() {
    using clone = new Clone();
    await clone.start(clone.main, "Main");
    const tree = clone.add("tree");
    const env = { ORCHESTRATOR_STATE_HOME: "worktree" };
    await clone.must(tree, ["start", "Own"], env);
    await clone.must(tree, ["note", "more"], env);
    await clone.must(tree, ["state", "adopt"]);
    await clone.saysNothing();
    clone.git(clone.main, "worktree", "remove", "--force", tree);
    await clone.saysNothing();
  },
});

Deno.test({
  name: "witness: giving the program up takes it away, and nothing is missed later",
  ignore: noGit,
  async fn() {
    using clone = new Clone();
    await clone.start(clone.main, "Login");
    await clone.must(clone.main, ["deinit", "--yes"]);
    assert.equal(existsSync(clone.heads), false);
    assert.doesNotMatch((await clone.mustFail(clone.main, ["status"])).message, SAID);
  },
});

Deno.test({
  name: "witness: nothing depends on it: what cannot be written, is damaged or is no file of ours",
  ignore: noGit,
  async fn() {
    using clone = new Clone();
    mkdirSync(clone.heads, { recursive: true });
    const id = await clone.start(clone.main, "Login");
    const { stderr } = await clone.run(clone.main, ["note", "one"]);
    assert.equal(stderr, "");
    await clone.saysNothing();
    rmSync(clone.heads, { recursive: true });
    await clone.must(clone.main, ["note", "two"]);
    // The journal is ahead of what is remembered, as where git's directory could not be written.
    const remembered = readFileSync(clone.heads, "utf8");
    await clone.must(clone.main, ["note", "three"]);
    writeFileSync(clone.heads, remembered);
    await clone.saysNothing();
    await clone.must(clone.main, ["note", "four"]);
    await clone.saysNothing();
    // A power failure leaves a part of a line, and zeros.
    appendFileSync(clone.heads, `{"session":"${id}","seq":9\0\0\0`);
    await clone.must(clone.main, ["note", "five"]);
    assert.match(readFileSync(clone.heads, "utf8"), /\n\{"session":"[^\n]*"seq":6[^\n]*\n$/);
    await clone.saysNothing();
    for (const text of ["[]\n", "null\n", '{"session":7}\n', "x".repeat(2 * 1024 * 1024)]) {
      writeFileSync(clone.heads, text);
      await clone.saysNothing();
    }
  },
});

Deno.test({
  name: "witness: the file stays small, and what is active is remembered for longer",
  ignore: noGit,
  async fn() {
    using clone = new Clone();
    const id = await clone.start(clone.main, `Login ${"x".repeat(400)}`);
    await clone.must(clone.main, ["note", "one"]);
    const [line = ""] = readFileSync(clone.heads, "utf8").split("\n");
    const ended = { ...JSON.parse(line), status: "completed" };
    for (let number = 0; number < 200; number++) {
      const session = `z${number.toString().padStart(12, "2").replace(/[0189]/g, "a")}`;
      appendFileSync(
        clone.heads,
        `${JSON.stringify({ ...ended, session: `${session}${number}` })}\n`,
      );
    }
    await clone.must(clone.main, ["note", "two"]);
    assert.ok(statSync(clone.heads).size < 48 * 1024, String(statSync(clone.heads).size));
    assert.equal(clone.lines().length, 32);
    assert.ok(clone.lines().some(({ session, seq }) => session === id && seq === 3));
  },
});

for (const went of ["on", "nowhere"]) {
  Deno.test({
    name: `witness: log accept settles what only it remembers, of an older copy that went ${went}`,
    ignore: noGit,
    async fn() {
      using clone = new Clone();
      await clone.start(clone.main, "Login");
      await clone.must(clone.main, ["note", "one"]);
      cpSync(clone.file(".orchestrator"), clone.beside("older"), { recursive: true });
      await clone.must(clone.main, ["note", "two"]);
      await clone.must(clone.main, ["note", "three"]);
      rmSync(clone.file(".orchestrator"), { recursive: true });
      cpSync(clone.beside("older"), clone.file(".orchestrator"), { recursive: true });
      if (went === "on") await clone.must(clone.main, ["note", "other"]);
      assert.match(await clone.shown(), SAID);
      // Without a yes nothing is settled.
      assert.equal((await clone.run(clone.main, ["log", "accept"])).code, 2);
      assert.match(await clone.shown(), SAID);
      const { stdout } = await clone.run(clone.main, [
        "log",
        "accept",
        "--reason",
        "The disk was restored",
        "--yes",
      ]);
      assert.match(stdout, went === "on" ? /Continued without event 4/ : /events 3 to 4/);
      await clone.saysNothing();
      // It stays in sight, and is asked once.
      assert.match((await clone.run(clone.main, ["status"])).stdout, /The disk was restored/);
      const again = await clone.must(clone.main, ["log", "accept", "--yes"]);
      assert.match(again.already, /no event is missing/);
      await clone.finish();
      await clone.saysNothing();
    },
  });
}
