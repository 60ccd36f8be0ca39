/**
 * Giving the program up after every feature was used: `rm -rf .orchestrator` leaves nothing that
 * matters or that stands in the way, and `deinit` leaves nothing at all.
 */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { COMMANDS } from "../../src/cli/table.ts";
import { git, makeBare } from "../harness/git_server.ts";
import { noGit, Program, Project } from "../harness/program.ts";
import type { InProcess, Result } from "../harness/running.ts";
import type { Scratch } from "../harness/scratch.ts";
import { compareTrees, readTree } from "../harness/tree.ts";

const able = !noGit && Deno.build.os !== "windows";

const WORKFLOW = `name: Everything
settings: { test_command: "true" }
phases:
  - id: PLAN
    name: Plan
    items:
      - { id: think, name: Think }
      - { id: skipped, name: Skip me }
      - { id: tests, name: Tests, verification: { type: command, command: "{{test_command}}" } }
      - { id: ok, name: A person decides, verification: { type: manual_gate } }
  - id: DO
    name: Do
    items: [{ id: build, name: Build }]
`;

/** A clone in which everything is tried. */
class Place extends Program implements Disposable {
  readonly scratch: Scratch;
  readonly backup: string;
  readonly used = new Set<string>();

  constructor() {
    const project = new Project();
    const { scratch, env } = project;
    const server = makeBare(scratch.top);
    super({
      root: project.clone("clone", server),
      env: { ...env, XDG_STATE_HOME: join(scratch.home, "state") },
    });
    this.scratch = scratch;
    this.backup = project.bare("backup.git");
    git(this.root, "remote", "add", "backup", this.backup);
  }

  override runWith(argv: readonly string[], more: Partial<InProcess> = {}): Promise<Result> {
    for (const { path } of COMMANDS) {
      if (argv.slice(0, path.split(" ").length).join(" ") === path) this.used.add(path);
    }
    return super.runWith(argv, more);
  }

  [Symbol.dispose](): void {
    this.scratch[Symbol.dispose]();
  }
}

/** Commands that need what a test has not: a terminal, files of the old tool, a linked worktree. */
const NOT_USED: ReadonlySet<string> = new Set([
  ...["config edit", "secrets import", "import-legacy", "migrate"],
  ...["deinit", "state adopt"],
]);

/** Takes the last line of a session's journal away, as an old backup does. */
function loseLastLine(session: string): void {
  const path = join(session, "log.jsonl");
  const lines = readFileSync(path, "utf8").trimEnd().split("\n");
  writeFileSync(path, `${lines.slice(0, -1).join("\n")}\n`);
}

async function useEverything(place: Place): Promise<void> {
  const { root, scratch } = place;
  writeFileSync(join(root, "workflow.yaml"), WORKFLOW);
  git(root, "add", "workflow.yaml");
  git(root, "commit", "--quiet", "-m", "workflow");
  await place.must("init", "--portable");
  await place.must("init", "--normal");
  await place.must("validate");
  await place.must("start", "Add login", "--name", "login");
  await place.must("start", "Add logout", "--name", "logout");
  await place.must("start", "Ended", "--name", "ended");
  await place.must("session", "end", "ended", "--reason", "there is no need");
  await place.must("session", "use", "login");
  await place.must("session", "rename", "main", "--session", "login");
  await place.must("complete", "think", "--notes", "small steps");
  await place.must("skip", "skipped", "--reason", "not needed here at all");
  await place.must("complete", "tests");
  await place.must("approve", "ok", "--yes");
  await place.must("revoke", "ok", "--reason", "it was too early");
  await place.must("reject", "ok", "--reason", "the tests are thin");
  await place.must("reopen", "think", "--reason", "the steps are too large");
  await place.must("complete", "think");
  await place.must("recheck", "--all");
  await place.must("approve", "ok", "--yes");
  await place.must("note", "remember the milk");
  const { events } = JSON.parse((await place.must("log", "--json")).stdout).data as {
    events: readonly { seq: number; type: string }[];
  };
  const note = String(events.findLast(({ type }) => type === "note_added")?.seq);
  await place.must("log", "redact", note, "--field", "text", "--reason", "it is private", "--yes");
  const made = await place.must("checkpoint", "create", "--json");
  await place.must("checkpoint", "restore", JSON.parse(made.stdout).data.checkpoint, "--yes");
  await place.must("advance");
  await place.must("note", "a line that the journal loses");
  const status = await place.must("status", "--json");
  loseLastLine(join(root, ".orchestrator", "sessions", JSON.parse(status.stdout).data.session));
  await place.must("log", "accept", "--yes", "--reason", "there is no backup");
  await place.must("feedback", "tool", "add", "it is fast");
  await place.must("feedback", "process", "add", "it is short");
  await place.must("config", "set", "lock_timeout", "12");
  await place.must("config", "unset", "lock_timeout");
  await place.must("config", "set", "--global", "color", "never");
  const secret = { stdin: "a value that no one knows" };
  assert.equal((await place.runWith(["secrets", "set", "API_KEY"], secret)).code, 0);
  assert.equal((await place.runWith(["secrets", "set", "OTHER_KEY"], secret)).code, 0);
  assert.equal((await place.runWith(["secrets", "set", "MY_KEY", "--global"], secret)).code, 0);
  await place.must("secrets", "remove", "OTHER_KEY", "--yes");
  await place.must("secrets", "share");
  await place.must("config", "set", "state_remote", "backup");
  await place.must("trust", "add", "state_remote", "backup");
  await place.must("trust", "add", "state_branch", "x");
  await place.must("trust", "remove", "state_branch", "x");
  await place.must("state", "push");
  const agent = { ...place.env, CLAUDECODE: "1", CLAUDE_CODE_SESSION_ID: "one" };
  assert.equal((await place.runWith(["note", "by an agent"], { env: agent })).code, 0);
  await place.must("state", "push");
  await place.must("state", "pull");
  const log = await place.must("state", "log", "--json");
  const { commits } = JSON.parse(log.stdout).data as { commits: readonly { commit: string }[] };
  await place.must("state", "restore", commits.at(-1)?.commit ?? "");
  await place.must("state", "compact", "--yes");
  await place.must("snapshot", "export", "-o", join(scratch.top, "state.tar.gz"));
  await place.must("snapshot", "import", join(scratch.top, "state.tar.gz"), "--replace");
  await place.must("session", "remove", "ended", "--yes");
  await place.must("claim", "build", "--session", "main");
  await place.must("review", "add", "security", "--by", "Anna", "--session", "main");
  await place.must("complete", "build", "--session", "main");
  await place.must("finish", "--session", "main");
  await place.runWith(["doctor", "--fix"]);
}

/** What reads only is used by every transcript. */
function testEveryFeature(place: Place): void {
  const changing = COMMANDS.filter(({ changes, hidden, path }) =>
    changes !== "nothing" && hidden !== true && !NOT_USED.has(path) &&
    // Those are about the program, wherever it is installed, and not about a project.
    !path.startsWith("self ")
  ).map(({ path }) => path);
  assert.deepEqual(changing.filter((path) => !place.used.has(path)), [], "not used by the test");
}

test("what is left by rm -rf .orchestrator neither matters nor is in the way", async (place) => {
  await useEverything(place);
  testEveryFeature(place);
  const state = join(place.root, ".orchestrator");
  rmSync(state, { recursive: true });
  // The project is as it was before the program was used.
  assert.equal(git(place.root, "status", "--porcelain"), "");
  git(place.root, "fsck", "--strict");
  git(place.root, "gc", "--quiet", "--prune=now");
  for (const argv of [["status"], ["log"], ["session", "list"], ["doctor"], ["state", "status"]]) {
    const { code, stderr } = await place.runWith(argv);
    assert.ok([0, 1, 4].includes(code), `${argv.join(" ")}: ${code} ${stderr}`);
    assert.equal(existsSync(state), false, argv.join(" "));
  }
  // The program starts again as in a fresh clone, and its state goes where the configuration on the
  // branch says.
  const started = await place.must("start", "From the beginning", "--name", "again");
  assert.equal(started.stderr, "");
  assert.deepEqual(readdirSync(join(state, "sessions")).length, 1);
  await place.must("note", "on");
  const pushed = await place.must("state", "push");
  // The branch is known from its ref, so that this is still the same repository; it has the sessions.
  assert.match(
    pushed.stderr,
    /^warning: \d sessions of the last push are missing here[^\n]* stay on the branch[^\n]*\n$/,
  );
  const status = JSON.parse((await place.must("state", "status", "--json")).stdout).data;
  assert.equal(status.problem, null);
  assert.match(git(place.backup, "for-each-ref"), new RegExp(status.branch));
  await place.must("log", "verify", "--all");
});

test("deinit leaves nothing of the program behind, and says what it keeps", async (place) => {
  const git0 = gitPicture(place.root);
  const state0 = readTree(place.root, { without: [".git"] });
  await useEverything(place);
  const dry = await place.runWith(["deinit", "--dry-run", "--json"]);
  assert.equal(dry.code, 0, dry.stderr);
  const tree = readTree(place.root);
  const home = readTree(place.scratch.home);
  await place.runWith(["deinit", "--dry-run"]);
  assert.deepEqual(compareTrees(tree, readTree(place.root)), []);
  assert.deepEqual(compareTrees(home, readTree(place.scratch.home)), []);

  const agent = { env: { ...place.env, CODEX_CI: "1" } };
  assert.equal((await place.runWith(["deinit", "--yes"], agent)).code, 7);
  assert.equal((await place.runWith(["deinit"], { terminal: 80, answers: [false] })).code, 7);
  assert.deepEqual(compareTrees(tree, readTree(place.root)), []);
  const done = await place.runWith(["deinit", "--json", "--yes"]);
  assert.equal(done.code, 0, done.stderr);
  const { data } = JSON.parse(done.stdout);
  assert.deepEqual({ ...JSON.parse(dry.stdout).data, dryRun: false }, data);

  assert.deepEqual(
    [...readTree(place.root, { without: [".git"] }).keys()],
    [...state0.keys(), "workflow.yaml"].sort(),
  );
  assert.deepEqual(gitPicture(place.root), git0);
  const trust = readFileSync(join(place.scratch.home, "state/orchestrator/trust.json"), "utf8");
  assert.deepEqual(JSON.parse(trust).trusted, []);
  const left = data.left.map(({ where }: { readonly where: string }) => where);
  for (
    const pattern of [
      /^branch orchestrator-state-\S+ on the server$/,
      /^workflow\.yaml$/,
      /^~\/\.orchestrator\/config\.yaml$/,
      /^~\/\.orchestrator\/secrets$/,
    ]
  ) assert.ok(left.some((where: string) => pattern.test(where)), `${pattern} in ${left}`);
  // All that it says is left is there.
  for (const where of left.filter((where: string) => !where.startsWith("branch "))) {
    const path = where.startsWith("~/")
      ? join(place.scratch.home, where.slice(2))
      : join(place.root, where);
    assert.ok(existsSync(path), where);
  }
  const again = await place.runWith(["deinit", "--yes"]);
  assert.match(again.stdout, /^Nothing to remove\.$/m);
  assert.deepEqual(
    JSON.parse((await place.must("deinit", "--dry-run", "--json")).stdout).data.refs,
    [],
  );
});

test("deinit --keep-state removes what is elsewhere, also for an agent", async (place) => {
  const git0 = gitPicture(place.root);
  await useEverything(place);
  const state = readTree(join(place.root, ".orchestrator"));
  const agent = { env: { ...place.env, CODEX_CI: "1" } };
  const done = await place.runWith(["deinit", "--keep-state", "--yes"], agent);
  assert.equal(done.code, 0, done.stderr);
  assert.deepEqual(compareTrees(state, readTree(join(place.root, ".orchestrator"))), []);
  assert.deepEqual(gitPicture(place.root), git0);
  assert.match(done.stdout, /\.orchestrator +the state, unchanged/);
  // The state is whole, and can be kept on the branch again.
  await place.must("log", "verify", "--all");
  await place.must("trust", "add", "state_remote", "backup");
  await place.must("state", "push");
});

/** Refs and names in git's directory, without the objects, which git itself removes in time. */
function gitPicture(root: string): readonly string[] {
  const folder = join(root, ".git");
  const own = readdirSync(folder).filter((name) => !/^(index|COMMIT_EDITMSG|logs)$/.test(name));
  return [
    ...git(root, "for-each-ref", "--format=%(refname)").split("\n"),
    ...own.sort(),
    ...readdirSync(join(folder, "refs")).sort(),
  ];
}

function test(name: string, task: (place: Place) => Promise<void>): void {
  Deno.test({
    name,
    ignore: !able,
    fn: async () => {
      using place = new Place();
      await task(place);
    },
  });
}
