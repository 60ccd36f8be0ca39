/**
 * What a repository's files may choose of the place that the state goes to: a sandbox needs no
 * question, a hostile clone gets nothing out, and nothing goes to a second-best place.
 */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { executable, executableAvailable } from "../harness/executable.ts";
import { git } from "../harness/git_server.ts";
import { noGit, Project, TINY } from "../harness/program.ts";
import { type InProcess, type Result, runProcess } from "../harness/running.ts";

/** A server with a project, whose committed configuration is given. */
class Served extends Project {
  readonly server: string;

  constructor(config: string) {
    super({ "workflow.yaml": TINY, ".orchestrator/config.yaml": config });
    this.server = this.bare("server.git");
    this.initialize();
    this.commit("Begin", "--force", ".");
    this.git("push", "--quiet", this.server, "main");
  }

  cloned(name = "clone"): string {
    return this.clone(name, this.server);
  }

  runIn(cwd: string, argv: readonly string[], more: Partial<InProcess> = {}): Promise<Result> {
    return this.runWith(argv, { cwd, ...more });
  }

  async mustIn(cwd: string, ...argv: readonly string[]): Promise<Result> {
    const result = await this.runIn(cwd, argv);
    assert.equal(result.code, 0, `${argv.join(" ")}: ${result.stderr}`);
    return result;
  }
}

/** The refs of a repository with the commits they stand for. */
function refs(bare: string): string {
  return git(bare, "for-each-ref");
}

function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: `trust: ${name}`, ignore: noGit, fn });
}

for (const home of ["", "empty"]) {
  Deno.test({
    name: `trust: a fresh sandbox with a committed web_mode is asked nothing, HOME is "${home}"`,
    ignore: noGit || !executableAvailable,
    fn: async () => {
      using project = new Served("web_mode: true\n");
      const program = await executable();
      const folder = home === "" ? "" : project.beside(home);
      if (folder !== "") mkdirSync(folder);
      const env = {
        ...project.env,
        HOME: folder,
        USERPROFILE: folder,
        CLAUDE_CODE_REMOTE: "true",
      };
      const run = async (cwd: string, ...argv: readonly string[]) => {
        const result = await runProcess(program, argv, { cwd, env });
        assert.equal(result.code, 0, `${argv.join(" ")}: ${result.stderr}`);
        assert.equal(result.stderr, "", argv.join(" "));
        return result;
      };
      const first = project.cloned("first");
      await run(first, "start", "Add login");
      await run(first, "complete", "think");
      await run(first, "advance");
      assert.match(refs(project.server), /refs\/heads\/orchestrator-state-[a-z2-7]{26}$/m);
      const second = project.cloned("second");
      const { stdout } = await run(second, "status", "--json");
      assert.equal(JSON.parse(stdout).data.phase, "DO");
      // It needed no confirmation, and left nothing at home.
      if (folder !== "") assert.equal(existsSync(join(folder, ".local")), false);
    },
  });
}

/** Commands that talk to the state branch, and the exit code where its place is not trusted. */
const COMMANDS: readonly (readonly [argv: readonly string[], code: number])[] = [
  [["status"], 4],
  [["session", "list"], 0],
  [["start", "Add login"], 0],
  [["note", "remember the milk"], 0],
  [["complete", "think"], 0],
  [["advance"], 0],
  [["status"], 0],
  [["log"], 0],
  [["state", "status"], 0],
  [["trust", "list"], 0],
  [["doctor"], 0],
  [["state", "push"], 7],
  [["state", "pull"], 7],
];

test("nothing goes to, or comes from, a place that only a file of the clone names", async () => {
  const attacks: readonly (readonly [name: string, config: (evil: string) => string])[] = [
    ["a remote", () => "state_remote: evil"],
    ["a URL", (evil) => `state_remote: file://${evil}`],
    ["a branch", () => "state_branch: theirs"],
    ["the project's branch", () => "state_branch: main"],
  ];
  for (const [name, config] of attacks) {
    using project = new Served("");
    const evil = project.bare("evil.git");
    const root = project.cloned();
    git(root, "remote", "add", "evil", evil);
    mkdirSync(join(root, ".orchestrator"), { recursive: true });
    writeFileSync(join(root, ".orchestrator/config.yaml"), `web_mode: true\n${config(evil)}\n`);
    const before = [refs(project.server), refs(evil)];
    for (const [argv, code] of COMMANDS) {
      for (const agent of [false, true]) {
        // What is done is done once.
        if (agent && ["start", "complete", "advance", "note"].includes(argv[0] ?? "")) continue;
        const env = agent ? { ...project.env, CLAUDECODE: "1" } : project.env;
        const result = await project.runIn(root, argv, { env });
        if (argv[0] === "status" && code === 4) {
          // What was not read for want of a confirmation is said where it is missed.
          assert.match(result.stderr, /warning: The state branch is not used: /);
        }
        const label = `${name}: ${argv.join(" ")}${agent ? " (agent)" : ""}: ${result.stderr}`;
        assert.equal(result.code, code, label);
        assert.deepEqual([refs(project.server), refs(evil)], before, label);
      }
    }
    // What was said when a change could not be pushed, and when an explicit push was refused.
    const pushed = await project.runIn(root, ["state", "push"]);
    const variable = config(evil).startsWith("state_remote")
      ? "ORCHESTRATOR_STATE_REMOTE"
      : "ORCHESTRATOR_STATE_BRANCH";
    if (name === "the project's branch") assert.match(pushed.stderr, /Cannot use branch "main"/);
    else assert.match(pushed.stderr, new RegExp(`set ${variable}`));
  }
});

test("a change goes on and says that nothing was pushed", async () => {
  using project = new Served("web_mode: true\nstate_remote: backup\n");
  const root = project.cloned();
  git(root, "remote", "add", "backup", project.bare("backup.git"));
  const started = await project.mustIn(root, "start", "Add login");
  assert.match(started.stderr, /warning: The state branch is not used: .*state_remote "backup"/);
  assert.match(started.stderr, /orchestrator trust add state_remote backup/);
  // The state is committed all the same, and goes where it should once it is confirmed.
  assert.match(git(root, "for-each-ref"), /refs\/orchestrator\/state\//);
  await project.mustIn(root, "trust", "add", "state_remote", "backup");
  const noted = await project.mustIn(root, "complete", "think");
  assert.equal(noted.stderr, "");
  assert.equal((await project.mustIn(root, "advance")).stderr, "");
  assert.match(refs(project.beside("backup.git")), /orchestrator-state-/);
  assert.equal(refs(project.server).includes("orchestrator-state"), false);
});

test("a person on a terminal is asked once, an agent on a terminal never", async () => {
  using project = new Served("state_remote: backup\nstate_branch: notes\n");
  const root = project.cloned();
  git(root, "remote", "add", "backup", project.bare("backup.git"));
  await project.mustIn(root, "start", "Add login");
  const terminal = { terminal: 80 };
  const agent = { ...terminal, env: { ...project.env, CLAUDECODE: "1" }, answers: [true, true] };
  const refused = await project.runIn(root, ["state", "push"], agent);
  assert.equal(refused.code, 7);
  assert.doesNotMatch(refused.stderr, /\[asked\]/);
  assert.match(
    refused.stderr,
    /Ask a person to run `orchestrator trust add state_remote backup`/,
  );
  const no = await project.runIn(root, ["state", "push"], { ...terminal, answers: [false] });
  assert.equal(no.code, 7);
  const half = await project.runIn(root, ["state", "push"], { ...terminal, answers: [true, null] });
  assert.equal(half.code, 130);
  const yes = await project.runIn(root, ["state", "push"], { ...terminal, answers: [true] });
  assert.equal(yes.code, 0, yes.stderr);
  assert.match(yes.stderr, /\[asked\] .*notes/);
  const again = await project.runIn(root, ["state", "push"], terminal);
  assert.equal(again.code, 0, again.stderr);
  assert.match(refs(project.beside("backup.git")), /refs\/heads\/notes$/m);
  // Another repository of the same account is asked again, and so is another value.
  await project.mustIn(root, "trust", "remove", "state_branch", "notes");
  assert.equal((await project.runIn(root, ["state", "push"])).code, 7);
});

test("a branch that holds something else is never overwritten, nor read", async () => {
  using project = new Served("");
  const root = project.cloned();
  git(root, "branch", "topic");
  git(root, "push", "--quiet", "origin", "topic");
  const env = { ...project.env, ORCHESTRATOR_STATE_BRANCH: "topic" };
  const before = refs(project.server);
  await project.mustIn(root, "start", "Add login");
  for (const argv of [["state", "push"], ["state", "pull"], ["state", "push"]]) {
    const { code, stderr } = await project.runIn(root, argv, { env });
    assert.equal(code, 7, stderr);
    assert.match(stderr, /Cannot use branch "topic" for the state: its newest commit was not/);
  }
  const web = await project.runIn(root, ["complete", "think"], {
    env: { ...env, ORCHESTRATOR_WEB_MODE: "true" },
  });
  assert.equal(web.code, 0);
  const advanced = await project.runIn(root, ["advance"], {
    env: { ...env, ORCHESTRATOR_WEB_MODE: "true" },
  });
  assert.equal(advanced.code, 0);
  assert.match(advanced.stderr, /not pushed: Cannot use branch "topic"/);
  assert.equal(refs(project.server), before);
  // Nothing of it is taken for state afterwards.
  assert.equal(git(root, "for-each-ref", "refs/orchestrator/remote"), "");
});

test("the remote's default branch is refused, whatever its name and whichever setting names it", async () => {
  using project = new Served("");
  const place = project.bare("place.git");
  git(place, "symbolic-ref", "HEAD", "refs/heads/production");
  const root = project.cloned();
  git(root, "remote", "add", "place", place);
  const env = {
    ...project.env,
    ORCHESTRATOR_STATE_REMOTE: "place",
    ORCHESTRATOR_STATE_BRANCH: "production",
  };
  await project.mustIn(root, "start", "Add login");
  // Its tip is the state of an earlier time: only the name on the server tells.
  assert.equal((await project.runIn(root, ["state", "push"], { env })).code, 0);
  const other = project.cloned("other");
  git(other, "remote", "add", "place", place);
  await project.mustIn(other, "start", "Add logout");
  const before = refs(place);
  const { code, stderr } = await project.runIn(other, ["state", "push"], { env });
  assert.equal(code, 7, stderr);
  assert.match(stderr, /"production" for the state: it is the default branch of the remote/);
  assert.equal(refs(place), before);
});

test("a private place that only holds state may have it on its default branch", async () => {
  using project = new Served("");
  const place = project.bare("place.git");
  const root = project.cloned();
  const env = { ...project.env, ORCHESTRATOR_STATE_REMOTE: `file://${place}` };
  await project.mustIn(root, "start", "Add login");
  assert.equal((await project.runIn(root, ["state", "push"], { env })).code, 0);
  const branch = git(place, "for-each-ref", "--format=%(refname)");
  git(place, "symbolic-ref", "HEAD", branch);
  await project.mustIn(root, "note", "more");
  const { code, stderr } = await project.runIn(root, ["state", "push"], { env });
  assert.equal(code, 0, stderr);
  // The other clone finds it there.
  const other = project.cloned("other");
  const pulled = await project.runIn(other, ["state", "pull"], { env });
  assert.equal(pulled.code, 0, pulled.stderr);
  assert.match((await project.mustIn(other, "status")).stdout, /Add login/);
});

test("a remote that is not there is said by each command, and no other one is used", async () => {
  for (const remotes of [["origin"], ["origin", "second"]]) {
    using project = new Served("web_mode: true\nstate_remote: privat\n");
    const root = project.cloned();
    for (const name of remotes.slice(1)) {
      git(root, "remote", "add", name, project.bare(`${name}.git`));
    }
    const has = remotes.map((name) => `"${name}"`).join(", ");
    const message =
      `this clone has no remote "privat", and the state is not pushed to any other (it has ${has})`;
    const before = refs(project.server);
    for (const argv of [["start", "Add login"], ["complete", "think"], ["advance"]]) {
      const { stderr } = await project.runIn(root, argv);
      if (argv[0] !== "complete") assert.ok(stderr.includes(message), `${argv}: ${stderr}`);
    }
    const pushed = await project.runIn(root, ["state", "push"]);
    assert.deepEqual([pushed.code, pushed.stdout], [4, ""]);
    assert.ok(pushed.stderr.includes(message), pushed.stderr);
    assert.ok((await project.mustIn(root, "state", "status")).stdout.includes(message));
    const doctor = await project.runIn(root, ["doctor", "--check", "state", "--json"]);
    const { findings } = JSON.parse(doctor.stdout).data;
    const place = findings.find(({ check }: { readonly check: string }) => check === "state.place");
    assert.equal(place.level, "warning");
    assert.ok(place.message.includes(message), place.message);
    assert.equal(refs(project.server), before);
  }
});
