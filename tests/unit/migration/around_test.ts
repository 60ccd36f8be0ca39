/** What a migration says of the things around it, and what it leaves when it is taken back. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { migrate } from "../../../src/migration/migrate.ts";
import { OrchestratorPaths } from "../../../src/project/paths.ts";
import { SessionManager } from "../../../src/session/session_manager.ts";
import { FileBackend } from "../../../src/storage/file_backend.ts";
import type { Scratch } from "../../harness/scratch.ts";
import {
  answer,
  assertSameTree,
  oldRepository,
  orchestrator,
  repositoryOf,
  treeOf,
  WORKFLOW,
} from "./old_repository.ts";

function git(scratch: Scratch, ...args: readonly string[]): void {
  const who = ["-c", "user.name=anna", "-c", "user.email=anna@example.org"];
  execFileSync("git", ["-C", scratch.root, ...who, ...args], { stdio: "pipe" });
}

Deno.test("old files that git tracks are named, with the order that is safe, and nothing is committed", async () => {
  using scratch = oldRepository(repositoryOf(4));
  git(scratch, "init", "-q");
  git(scratch, "add", "-f", ".workflow_state.json", ".workflow_checkpoints");
  git(scratch, "commit", "-q", "-m", "state");
  const { stdout: planned } = await orchestrator(scratch, ["migrate", "--dry-run"]);
  const { stdout } = await orchestrator(scratch, ["migrate", "--yes"]);
  for (const text of [planned, stdout]) {
    assert.match(text, /Tracked by git\n +\.workflow_checkpoints\/cp_/);
    assert.match(text, /let the others run orchestrator migrate first/);
    assert.match(text, /orchestrator init --portable/);
  }
  const log = execFileSync("git", ["-C", scratch.root, "log", "--oneline"], { encoding: "utf8" });
  assert.equal(log.trim().split("\n").length, 1);
  await answer(scratch, "migrate", "--rollback", "--yes");
  const { data } = await answer(scratch, "migrate", "--dry-run");
  assert.ok(data.tracked.includes(".workflow_state.json"));
  assert.equal(data.tracked.includes(".workflow_log.jsonl"), false);
});

Deno.test("scripts that read old places are listed with file, line and what to ask now", async () => {
  using scratch = oldRepository({
    ...repositoryOf(4),
    ".github/workflows/gate.yml":
      "on: push\njobs:\n  a:\n    run: jq .status .workflow_state.json\n",
    "Makefile": "log:\n\ttail ./.workflow_log.jsonl\n",
    "package.json": '{\n  "scripts": {"s": "cat .workflow_checkpoints/*.json"}\n}\n',
    "services/api/check.sh": "test -f ../../.workflow_approvals.db\n",
    "docs/notes.md": "We read .workflow_state.json by hand.\n",
    "tools/own.sh": "cat my.workflow_state.json.bak .workflow_sessions_of_mine\n",
  });
  git(scratch, "init", "-q");
  git(scratch, "add", "services");
  const { data } = await answer(scratch, "migrate", "--dry-run");
  const line = (one: { file: string; line: number; name: string; now: string }) =>
    `${one.file}:${one.line} ${one.name} -> ${one.now}`;
  assert.deepEqual(data.scripts.map(line), [
    ".github/workflows/gate.yml:4 .workflow_state.json -> orchestrator status --json",
    "Makefile:2 .workflow_log.jsonl -> orchestrator log --json",
    "package.json:2 .workflow_checkpoints -> orchestrator checkpoint list --json",
    "services/api/check.sh:1 .workflow_approvals.db -> orchestrator inbox --json",
  ]);
  const { stdout } = await orchestrator(scratch, ["migrate", "--yes"]);
  assert.match(stdout, /Makefile:2 +\.workflow_log\.jsonl +orchestrator log --json/);
});

/** An old repository whose workflow was imported, and went on in the old files too. */
async function differing(): Promise<Scratch> {
  const scratch = oldRepository({
    ".workflow_state.json": repositoryOf(4)[".workflow_state.json"] ?? "",
  });
  await answer(scratch, "note", "imported");
  Deno.chmodSync(scratch.path(".workflow_state.json"), 0o644);
  const state = JSON.parse(scratch.read(".workflow_state.json"));
  scratch.write(
    ".workflow_state.json",
    JSON.stringify({ ...state, task_description: "Dig deeper" }),
  );
  return scratch;
}

Deno.test("where old and new differ, warning, notice and dry run offer both sides", async () => {
  using scratch = await differing();
  const offer = /--force-from-old.*--force-from-new/;
  const { stderr: status } = await orchestrator(scratch, ["status"]);
  assert.match(status, offer);
  const { stderr: quiet } = await orchestrator(scratch, ["status", "--quiet"]);
  assert.match(quiet, /--force-from-old or --force-from-new/);
  const dry = await orchestrator(scratch, ["migrate", "--dry-run"]);
  assert.match(dry.stderr, offer);
  const decided = await orchestrator(scratch, ["migrate", "--dry-run", "--force-from-new"]);
  assert.doesNotMatch(decided.stderr, /--force-from/);
});

Deno.test("after a plain migration --force-from-* say that a rollback comes first, which works", async () => {
  using scratch = await differing();
  const moved = await orchestrator(scratch, ["migrate", "--yes"]);
  assert.match(
    moved.stderr,
    /`orchestrator migrate --rollback`, then `orchestrator migrate --force-from-old`/,
  );
  const late = await orchestrator(scratch, ["migrate", "--yes", "--force-from-old"]);
  assert.equal(late.code, 5);
  assert.match(late.stderr, /has moved it to the backup[^]*--rollback/);
  const other = await orchestrator(scratch, ["migrate", "--yes", "--force-from-new"]);
  assert.equal(other.code, 5);
  assert.equal(other.stdout, "");
  assert.match(other.stderr, /to the backup[^]*--rollback[^]*--force-from-new/);
  await answer(scratch, "migrate", "--rollback", "--yes");
  await answer(scratch, "migrate", "--yes", "--force-from-old");
  const { data } = await answer(scratch, "status");
  assert.equal(data.task, "Dig deeper");
});

Deno.test("an imported checkpoint keeps its own time; who imported it is said beside it", async () => {
  using scratch = oldRepository(repositoryOf(4));
  const before = (await answer(scratch, "checkpoint", "list")).data.checkpoints;
  await answer(scratch, "migrate", "--yes");
  const { checkpoints } = (await answer(scratch, "checkpoint", "list")).data;
  assert.ok(checkpoints.length > 0);
  for (const [index, checkpoint] of checkpoints.entries()) {
    assert.equal(checkpoint.createdAt, before[index].createdAt);
    assert.match(checkpoint.createdAt, /^2026-01-05T/);
    assert.equal(checkpoint.actor, null);
    assert.equal(checkpoint.importedBy.name, "anna");
  }
  const { stdout } = await orchestrator(scratch, ["checkpoint", "show", checkpoints[0].checkpoint]);
  assert.match(stdout, /2026-01-05 .* by the old tool, event 2\n +imported .* by anna/);
  await answer(scratch, "checkpoint", "create", "--message", "mine");
  const own = (await answer(scratch, "checkpoint", "list")).data.checkpoints.at(-1);
  assert.equal(own.actor.name, "anna");
  assert.equal("importedBy" in own, false);
  await answer(scratch, "log", "verify");
});

Deno.test("--rollback --keep-new leaves in current what the old tool understands", async () => {
  using scratch = oldRepository(repositoryOf(7));
  await answer(scratch, "migrate", "--yes");
  await answer(scratch, "note", "went on");
  const { data } = await answer(scratch, "migrate", "--rollback", "--keep-new", "--yes");
  assert.equal(data.kept.length, 1);
  assert.equal(scratch.read(".orchestrator/current"), "0a1b2c3d");
  const status = await answer(scratch, "status");
  assert.equal(
    status.data.session,
    data.kept[0],
    "the session that was kept is still the current one",
  );
});

Deno.test("a rollback leaves no empty folder in a session that was there before", async () => {
  using scratch = oldRepository(repositoryOf(4));
  await answer(scratch, "note", "imported before the migration");
  const folders = () => readdirSync(scratch.path(".orchestrator"), { recursive: true }).sort();
  const before = folders();
  await answer(scratch, "migrate", "--yes");
  const { data } = await answer(scratch, "session", "show", WORKFLOW);
  assert.ok(scratch.exists(`.orchestrator/sessions/${data.session}/feedback`));
  await answer(scratch, "migrate", "--rollback", "--yes");
  assert.deepEqual(folders(), before);
});

Deno.test("when a migration fails and going back fails too, the message names the way out", async () => {
  using scratch = oldRepository(repositoryOf(3));
  const paths = new OrchestratorPaths(scratch.root, "flag");
  const actor = { kind: "person", name: "anna" } as const;
  const now = () => new Date("2026-02-01T10:00:00Z");
  const manager = new SessionManager({
    backend: new FileBackend(paths.stateDirectory),
    actor: () => actor,
    now,
    lockTimeoutMs: 0,
    warn: () => {},
  });
  let broken = false;
  const migration = migrate({
    paths,
    manager,
    actor,
    now,
    toolVersion: "0.0.0",
    options: {},
    autoRollback: true,
    onProgress: ({ step, done, total }) => {
      if (broken || step !== "verify" || done < total) return;
      broken = true;
      // Neither publishing nor going back can do with a file where sessions belong.
      writeFileSync(scratch.path(".orchestrator/sessions"), "a file");
    },
  });
  await assert.rejects(migration, (error: { message: string; hint: string }) => {
    assert.match(error.message, /going back failed too: .*nothing is lost: the originals are/);
    assert.match(error.hint, /orchestrator migrate --rollback/);
    return true;
  });
  Deno.removeSync(scratch.path(".orchestrator/sessions"));
  await answer(scratch, "migrate", "--rollback", "--yes");
  assert.ok(scratch.exists(".workflow_state.json"));
});

Deno.test("the first change after the old enforce completes what git ignores", async () => {
  using scratch = oldRepository(repositoryOf(8));
  await answer(scratch, "note", "x");
  assert.equal(scratch.read(".orchestrator/.gitignore"), "*.pid\n*.log\n*\n");
});

Deno.test("a damaged state names the command that takes the newest checkpoint", async () => {
  for (const argv of [["status"], ["handoff"], ["log"], ["note", "x"], ["import-legacy", "."]]) {
    using scratch = oldRepository({
      ...repositoryOf(4),
      ".workflow_state.json": '{"workflow_id": "wf_7ide7ab1", "pha',
    });
    const { code, stderr } = await orchestrator(scratch, argv);
    assert.equal(code, 8, argv[0]);
    assert.match(
      stderr,
      /Run `orchestrator migrate`: it takes the newest\s+(?:│ )?checkpoint/,
      argv[0],
    );
    await answer(scratch, "migrate", "--yes");
    const { data } = await answer(scratch, "status");
    assert.equal(data.session, (await answer(scratch, "session", "show", WORKFLOW)).data.session);
  }
});

Deno.test("the dry run and a migration that is taken back change nothing around them", async () => {
  using scratch = oldRepository({
    ...repositoryOf(2),
    "Makefile": "x:\n\tcat .workflow_state.json\n",
  });
  git(scratch, "init", "-q");
  git(scratch, "add", "-f", ".");
  git(scratch, "commit", "-q", "-m", "all");
  const before = treeOf(scratch);
  await answer(scratch, "migrate", "--dry-run");
  assertSameTree(before, treeOf(scratch));
});

Deno.test("what the old tool read otherwise in workflow.yaml is said before, by and after the migration", async () => {
  using scratch = oldRepository(repositoryOf(4));
  const body = "phases:\n  - id: PLAN\n    name: Plan\n    items:\n      - {id: a, name: A}\n";
  scratch.write("workflow.yaml", `name: W\n${body}settings:\n  depth: 010\n  lazy: yes\n`);
  const said = [
    /workflow\.yaml:8:10: the old tool read 010 as 8 \(YAML 1\.1\); here it is 10/,
    /workflow\.yaml:9:9: the old tool read yes as true \(YAML 1\.1\); here it is the text "yes"/,
  ];
  const all = (text: string) => said.forEach((one) => assert.match(text, one));
  all((await orchestrator(scratch, ["validate"])).stdout);
  all((await orchestrator(scratch, ["migrate", "--dry-run"])).stderr);
  all((await orchestrator(scratch, ["migrate", "--yes"])).stderr);
  all((await orchestrator(scratch, ["validate"])).stdout);
  all((await orchestrator(scratch, ["doctor", "--verbose"])).stdout);
  scratch.write("workflow.yaml", `format: 2\nname: W\n${body}settings:\n  lazy: yes\n`);
  const { stdout } = await orchestrator(scratch, ["validate"]);
  assert.doesNotMatch(stdout, /old tool/);
});

Deno.test("a definition of a project that never had the old tool is not held against YAML 1.1", async () => {
  using scratch = oldRepository({});
  scratch.write(
    "workflow.yaml",
    "name: W\nsettings: {lazy: yes}\nphases:\n  - {id: A, name: A, items: [{id: a, name: A}]}\n",
  );
  const { stdout, code } = await orchestrator(scratch, ["validate"]);
  assert.equal(code, 0);
  assert.doesNotMatch(stdout, /old tool/);
});

Deno.test("a clone that pulled the removal of old files is told where its session went", async () => {
  using scratch = oldRepository(repositoryOf(4));
  git(scratch, "init", "-q");
  const before = await orchestrator(scratch, ["status", "--root", scratch.root]);
  assert.equal(before.code, 0);
  git(scratch, "add", "-f", ".workflow_state.json");
  git(scratch, "commit", "-q", "-m", "state");
  git(scratch, "rm", "-q", "--cached", ".workflow_state.json");
  git(scratch, "commit", "-q", "-m", "moved");
  // Still here: nothing has gone.
  assert.equal((await orchestrator(scratch, ["status"])).code, 0);
  using clone = oldRepository({});
  git(clone, "clone", "-q", scratch.root, "other");
  const there = await orchestrator(clone, ["status", "--root", clone.path("other")]);
  assert.equal(there.code, 4);
  assert.match(
    there.stderr,
    /there is no session in [^]*; commit [0-9a-f]+ of \d{4}-\d\d-\d\d removed the old tool's "\.workflow_state\.json"/,
  );
  assert.match(
    there.stderr,
    /hint: Run `orchestrator state push` [^]* `orchestrator state pull` here/,
  );
  // Where no commit removed one, nothing is said of it.
  const without = clone.path("without");
  git(clone, "init", "-q", "without");
  const plain = await orchestrator(clone, ["status", "--root", without]);
  assert.doesNotMatch(plain.stderr, /old tool/);
  assert.match(plain.stderr, /hint: Run `orchestrator start/);
});
