/** `orchestrator doctor` as people and programs meet it. */
import assert from "node:assert/strict";
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { Check } from "../../../src/doctor/check.ts";
import { CHECKS } from "../../../src/doctor/checks/mod.ts";
import { OrchestratorError } from "../../../src/errors.ts";
import type { Result } from "../../harness/running.ts";
import { compareTrees, readTree } from "../../harness/tree.ts";
import { checkNamed, World } from "./world.ts";

const LEVELS = ["ok", "info", "warning", "error", "skipped"];

/** A finding of `--json`. */
interface CheckReport {
  readonly check: string;
  readonly area: string;
  readonly title: string;
  readonly why: string;
  readonly level: string;
  readonly message: string;
  readonly hint?: string;
  readonly list?: readonly string[];
  readonly fixable: boolean;
  readonly fixed?: readonly string[];
  readonly durationMs: number;
}

/** The findings of a run with `--json`, by check. */
function reportsOf(result: Result): ReadonlyMap<string, CheckReport> {
  assert.equal(result.stderr, "");
  const { schemaVersion, command, data, warnings } = JSON.parse(result.stdout);
  assert.equal(schemaVersion, 1);
  assert.equal(command, "doctor");
  assert.ok(Array.isArray(warnings));
  const reports: readonly CheckReport[] = data.findings;
  for (const level of LEVELS) {
    assert.equal(data.counts[level], reports.filter((report) => report.level === level).length);
  }
  return new Map(reports.map((report) => [report.check, report]));
}

/** Damages nearly everything there is. */
async function damaged(world: World): Promise<void> {
  await world.init();
  await world.start("First");
  world.edit(world.ofSession("log.jsonl"), (text) => text.replace('"prev":"0', '"prev":"1'));
  await world.start("Cut");
  await world.done("note", "one");
  world.edit(
    world.ofSession("log.jsonl"),
    (text) => text.slice(0, text.lastIndexOf("\n", text.length - 2) + 1),
  );
  await world.start("Second");
  rmSync(world.ofSession("state.json"));
  rmSync(world.ofSession("meta.json"));
  mkdirSync(world.ofSession("meta.json"));
  await world.start("Third");
  rmSync(world.ofSession("log.jsonl"));
  mkdirSync(world.ofSession("log.jsonl"));
  world.write(world.state("meta.json"), "{");
  rmSync(world.state("current"));
  mkdirSync(world.state("current"));
  world.write(world.state("bindings", "0".repeat(32), "x"), "");
  world.write(world.state("config.yaml"), "color: [\n");
  world.write(world.state("secrets"), "a file where a folder belongs");
  world.write(world.scratch.path("workflow.yaml"), "name: [\n");
  mkdirSync(world.scratch.path(".workflow_state.json"));
  world.write(world.scratch.path(".git"), "gitdir: nowhere\n");
}

Deno.test("--json lists every check that ran, with all that is known of it", async () => {
  using world = new World();
  await world.init();
  await world.start();
  const result = await world.run("doctor", "--json");
  assert.equal(result.code, 0);
  const reports = reportsOf(result);
  assert.deepEqual([...reports.keys()], CHECKS.map(({ id }) => id));
  for (const check of CHECKS) {
    const report = reports.get(check.id);
    assert.ok(report !== undefined);
    assert.equal(report.area, check.area);
    assert.equal(report.title, check.title);
    assert.equal(report.why, check.why);
    assert.ok(LEVELS.includes(report.level), check.id);
    assert.ok(report.message.length > 0, check.id);
    assert.ok(report.hint === undefined || report.hint.length > 0, check.id);
    assert.equal(typeof report.fixable, "boolean", check.id);
    assert.ok(report.durationMs >= 0, check.id);
    assert.equal(report.fixed, undefined);
  }
});

Deno.test("--check takes a check or an area, several times", async () => {
  using world = new World();
  await world.init();
  const some = await world.run(
    "doctor",
    "--json",
    "--check",
    "locks",
    "--check",
    "project.git",
  );
  assert.deepEqual(
    [...reportsOf(some).keys()].sort(),
    ["locks.held", "locks.possible", "project.git"],
  );
});

Deno.test("an unknown check is refused with the nearest one", async () => {
  using world = new World();
  for (
    const [given, hint] of [
      ["sessions.chian", /Did you mean "sessions\.chain"\?/],
      ["sesions", /Did you mean "sessions"\?/],
      ["zzzzzzzz", /The areas are installation, project/],
    ] as const
  ) {
    const result = await world.run("doctor", "--check", given);
    assert.equal(result.code, 2);
    assert.match(result.stderr, new RegExp(`Cannot check "${given}": there is no such check`));
    assert.match(result.stderr, hint);
    assert.equal(result.stdout, "");
  }
});

Deno.test("text shows what is not in order, and with --verbose everything", async () => {
  using world = new World();
  await world.init();
  rmSync(world.state(".gitignore"));
  const result = await world.run("doctor");
  assert.equal(result.code, 0, "a warning is no failure");
  assert.match(result.stdout, /^project$/m);
  assert.match(result.stdout, /^! \.gitignore: .*is missing \(project\.gitignore\)$/m);
  assert.match(result.stdout, /\(--fix does it\)/);
  assert.doesNotMatch(result.stdout, /project\.meta/);
  assert.match(
    result.stdout,
    new RegExp(`^${CHECKS.length} checks: .* 1 warning, 0 errors`, "m"),
  );
  const all = await world.run("doctor", "--verbose");
  for (const { id } of CHECKS) assert.ok(all.stdout.includes(`(${id})`), id);
});

Deno.test("exit code 1 for errors, and with --strict for warnings, never for less", async () => {
  using world = new World();
  await world.init();
  assert.equal((await world.run("doctor", "--strict")).code, 0, "infos are no failure");
  rmSync(world.state(".gitignore"));
  assert.equal((await world.run("doctor")).code, 0);
  assert.equal((await world.run("doctor", "--strict")).code, 1);
  assert.equal((await world.run("doctor", "--strict", "--fix")).code, 0, "cured by then");
  world.write(world.state("meta.json"), "{");
  assert.equal((await world.run("doctor")).code, 1);
});

Deno.test("--fix cures all it can at once, --dry-run only says so", async () => {
  using world = new World();
  await world.init();
  await world.start();
  rmSync(world.state(".gitignore"));
  rmSync(world.ofSession("state.json"));
  rmSync(world.ofSession("meta.json"));
  writeFileSync(world.state(".tmp-current-abc"), "x");
  const wrong = ["layout.temporaries", "project.gitignore", "sessions.meta", "sessions.state"];

  const before = readTree(world.scratch.top);
  const dry = reportsOf(await world.run("doctor", "--fix", "--dry-run", "--json"));
  const would = [...dry.values()].filter(({ fixed }) => fixed !== undefined);
  assert.deepEqual(would.map(({ check }) => check).sort(), wrong);
  assert.deepEqual(compareTrees(before, readTree(world.scratch.top)), []);

  const text = await world.run("doctor", "--fix", "--dry-run");
  assert.match(text.stdout, /Would fix: /);
  assert.deepEqual(compareTrees(before, readTree(world.scratch.top)), []);

  const fixed = await world.run("doctor", "--fix", "--json");
  assert.equal(fixed.code, 0, fixed.stdout);
  const { data } = JSON.parse(fixed.stdout);
  for (const id of wrong) {
    const report = data.findings.find((one: CheckReport) => one.check === id);
    assert.equal(report.level, "ok", id);
    assert.ok(report.fixed.length > 0, id);
  }
  const cured = readTree(world.scratch.top);
  for (const report of reportsOf(await world.run("doctor", "--fix", "--json")).values()) {
    assert.equal(report.fixed, undefined, report.check);
  }
  assert.deepEqual(
    compareTrees(cured, readTree(world.scratch.top)),
    [],
    "nothing to fix: no write",
  );
});

Deno.test("what cannot be fixed just now is said, and the rest is fixed", async () => {
  using world = new World();
  await world.init();
  await world.start("First");
  const first = world.session;
  await world.start("Second");
  for (const id of [first, world.session]) rmSync(world.state("sessions", id, "state.json"));
  // A folder where the state belongs cannot be replaced by it.
  mkdirSync(world.state("sessions", first, "state.json", "x"), { recursive: true });
  const report = reportsOf({
    ...await world.run("doctor", "--fix", "--json", "--check", "sessions.state"),
    stderr: "",
  }).get("sessions.state");
  assert.equal(report?.level, "warning");
  assert.match(report?.message ?? "", new RegExp(first));
  assert.doesNotMatch(report?.message ?? "", new RegExp(world.session), "the other one is cured");
});

Deno.test("a damaged project is examined all the same, and nothing is changed", async () => {
  using world = new World();
  await damaged(world);
  const before = readTree(world.scratch.top);
  for (const more of [[], ["--deep"], ["--offline"], ["--fix", "--dry-run"]]) {
    const result = await world.run("doctor", "--json", ...more);
    assert.equal(result.code, 1, result.stderr);
    const reports = new Map<string, CheckReport>(
      JSON.parse(result.stdout).data.findings.map((report: CheckReport) => [report.check, report]),
    );
    assert.equal(reports.size, CHECKS.length);
    for (
      const id of [
        "project.meta",
        "sessions.chain",
        "sessions.lost",
        "sessions.readable",
        "sessions.current",
        "workflow.present",
        "config.repository",
      ]
    ) {
      assert.equal(reports.get(id)?.level, "error", id);
    }
    for (const { check, message } of reports.values()) {
      assert.doesNotMatch(message, /check itself failed/, `${check}: ${message}`);
    }
    assert.deepEqual(compareTrees(before, readTree(world.scratch.top)), [], more.join(" "));
  }
  const text = await world.run("doctor");
  assert.equal(text.code, 1);
  assert.match(text.stdout, /meta\.json is not JSON; the ID/);
});

Deno.test("--fix on a damaged project loses nothing", async () => {
  using world = new World();
  await damaged(world);
  const before = readTree(world.scratch.top, { times: false });
  await world.run("doctor", "--fix");
  const after = readTree(world.scratch.top, { times: false });
  const changes = compareTrees(before, after).filter((change) => !change.startsWith("added "));
  assert.deepEqual(changes.map((change) => change.replace(/:.*/s, "")), [
    "changed project/.orchestrator/meta.json",
  ]);
  const [kept = ""] = readdirSync(world.state("backups"));
  assert.equal(readFileSync(world.state("backups", kept), "utf8"), "{");
});

Deno.test("a read-only project is examined, and nothing is changed", async () => {
  using world = new World();
  await world.init();
  await world.start();
  appendFileSync(world.ofSession("log.jsonl"), '{"v":1');
  const folders = [world.root, world.state(), world.state("sessions"), world.ofSession()];
  for (const folder of folders) chmodSync(folder, 0o500);
  for (const name of ["log.jsonl", "state.json", "lock"]) chmodSync(world.ofSession(name), 0o400);
  chmodSync(world.state("lock"), 0o400);
  const before = readTree(world.scratch.top);
  const reports = reportsOf(await world.run("doctor", "--json", "--deep"));
  assert.equal(reports.get("sessions.torn")?.level, "info");
  assert.equal(reports.get("sessions.chain")?.level, "ok");
  assert.deepEqual(compareTrees(before, readTree(world.scratch.top)), []);
});

Deno.test("what it prints can be pasted in public", async () => {
  using world = new World();
  // The project lies below the home directory.
  world.env["HOME"] = world.scratch.top;
  const canaries = {
    url: "canary-url-4711",
    variable: "canary-variable-4711",
    file: "canary-file-4711",
    shape: `sk-${"canary4711".repeat(3)}`,
  };
  world.env["DEPLOY_TOKEN"] = canaries.variable;
  world.env["ORCHESTRATOR_SESSION"] = canaries.file;
  world.env["PATH"] = `${join(world.scratch.top, "bin")}:${world.env["PATH"]}`;
  world.write(join(world.scratch.top, "bin", "orchestrator"), "", 0o755);
  await world.git("init", "-q");
  await world.git("remote", "add", "origin", `https://anna:${canaries.url}@example.com/x.git`);
  world.scratch.write(
    "workflow.yaml",
    `name: Tiny
phases:
  - id: PLAN
    name: Plan
    items:
      - { id: one, name: One, verification: { type: command, command: "echo ${canaries.variable}" } }
      - { id: two, name: Two, verification: { type: command, command: "no-${canaries.file}" } }
      - { id: three, name: Three, verification: { type: command, command: "./${canaries.shape}" } }
`,
  );
  await world.done("init");
  world.edit(world.state("meta.json"), (text) => {
    const meta = JSON.parse(text);
    meta.remote = `https://anna:${canaries.url}@example.org/y.git`;
    return JSON.stringify(meta);
  });
  world.secret("API_KEY", canaries.file);
  world.write(world.state(canaries.file), "");
  world.write(world.state("config.yaml"), `color: ${canaries.variable}\n`);
  world.write(world.state("sessions", "abcdefghijklm", "log.jsonl"), "{");
  for (const argv of [["--json"], ["--verbose"], ["--fix", "--dry-run", "--json"], []]) {
    const { stdout, stderr } = await world.run("doctor", ...argv);
    assert.ok(stdout.length > 0);
    for (const [name, canary] of Object.entries(canaries)) {
      assert.ok(!stdout.includes(canary), `${name} in stdout of ${argv}`);
      assert.ok(!stderr.includes(canary), `${name} in stderr of ${argv}`);
    }
    assert.ok(!stdout.includes(world.scratch.top), `the home directory in ${argv}`);
  }
  const { stdout } = await world.run("doctor", "--verbose");
  assert.match(stdout, /Project root: ~\/project \(from marker\)/);
  assert.match(stdout, /one copy: ~\/bin\/orchestrator/);
  assert.match(stdout, /created for\s+(?:\| )?"https:\/\/example\.org\/y\.git"/);
  assert.match(stdout, /\[redacted\]/);
});

Deno.test("every journal is read, whatever state.json says of it", async () => {
  using world = new World();
  await world.init();
  await world.start("First");
  await world.done("session", "end", world.session, "--reason", "no longer wanted");
  await world.start("Second");
  await world.done("note", "a second line");
  const reads: string[] = [];
  const manager = world.manager();
  const { backend } = manager;
  const visitJournal = backend.visitJournal.bind(backend);
  backend.visitJournal = async (id, visitor) => {
    const visit = await visitJournal(id, visitor);
    // One may look at the first line.
    if (visit.lines > 1) reads.push(id);
    return visit;
  };
  world.manager = () => manager;
  await world.look(CHECKS);
  assert.equal(new Set(reads).size, 2);
});

Deno.test("when the sessions cannot be listed, one check says so", async () => {
  using world = new World();
  await world.init();
  await world.start();
  const manager = world.manager();
  manager.backend.sessions = () =>
    Promise.reject(new OrchestratorError("io_failed", 'Cannot read "sessions": it is denied'));
  world.manager = () => manager;
  const reports = await world.look(CHECKS.filter(({ area }) => area === "sessions"));
  const errors = reports.filter(({ level }) => level === "error").map(({ id }) => id);
  assert.deepEqual(errors, ["sessions.readable"]);
  assert.equal(reports.find(({ id }) => id === "sessions.chain")?.level, "skipped");
});

Deno.test("a check that breaks is an error of its own, and the others go on", async () => {
  using world = new World();
  const broken: Check = {
    id: "project.broken",
    area: "project",
    title: "Broken",
    why: "It shows what happens",
    run: () => {
      throw new TypeError("an unexpected error");
    },
  };
  const [first, second] = await world.look([broken, checkNamed("project.root")]);
  assert.equal(first?.level, "error");
  assert.equal(first?.seen, "The check itself failed: an unexpected error");
  assert.equal(second?.level, "ok");
});
