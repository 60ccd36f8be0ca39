/**
 * Repositories that earlier versions made are read, continued and checked by this one.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { leftovers, type Repository } from "../crash/repository.ts";
import { executable, executableAvailable } from "../harness/executable.ts";
import { git } from "../harness/git_server.ts";
import { compareTrees, readTree } from "../harness/tree.ts";
import { continueAll, must, requireBinding } from "./continuing.ts";
import { answerOf, factsOf, type RepositoryFacts, type SessionFacts } from "./facts.ts";
import { PASSWORD } from "./recipes.ts";
import { OLD_WORKFLOW, SECRETS } from "./sessions.ts";
import { type Frozen, frozenVersions, Thawed } from "./thaw.ts";

const ignore = !executableAvailable || Deno.build.os === "windows";

/** Archives in which something was cut off: reading shows what stands, the next change tidies up. */
const CUT_OFF = /^mid_/;

/**
 * Tests that show a bug which is not fixed yet: each must fail, and the commit that fixes the bug
 * takes the test off this list.
 */
const KNOWN_FAULTS: ReadonlySet<string> = new Set<string>();

/** A test of one archive of each version that has it. */
function test(
  what: string,
  archive: string,
  run: (
    thawed: Thawed,
    facts: Readonly<Record<string, RepositoryFacts>>,
    frozen: Frozen,
  ) => Promise<void>,
): void {
  for (const frozen of frozenVersions()) {
    const facts = frozen.repositories[archive];
    if (facts === undefined) continue;
    const name = `${frozen.version} ${archive}: ${what}`;
    Deno.test({
      name,
      ignore,
      fn: async () => {
        using thawed = new Thawed(frozen.version, archive, await executable());
        if (!KNOWN_FAULTS.has(name)) return await run(thawed, facts, frozen);
        await assert.rejects(
          () => run(thawed, facts, frozen),
          "the fault is gone: take the test off KNOWN_FAULTS",
        );
      },
    });
  }
}

function factsIn(facts: Readonly<Record<string, RepositoryFacts>>, name = "project") {
  const found = facts[name];
  assert.ok(found !== undefined, name);
  return found;
}

/** Everything that was known is known, and nothing else of the sessions that were known. */
function assertKnown(now: RepositoryFacts, before: RepositoryFacts): void {
  for (const session of before.sessions) {
    assert.deepEqual(now.sessions.find(({ id }) => id === session.id), session);
  }
  for (const [name, value] of Object.entries(before.secrets)) {
    assert.equal(now.secrets[name], value, name);
  }
  assert.equal(now.current, before.current);
}

const READS: readonly (readonly string[])[] = [
  ["status"],
  ["handoff"],
  ["session", "list"],
  ["log"],
  ["log", "verify", "--all"],
  ["doctor", "--offline"],
  ["config", "show"],
  ["env"],
  ["migrate", "--dry-run"],
];

for (const { version, repositories } of frozenVersions()) {
  for (const [archive, facts] of Object.entries(repositories)) {
    if (CUT_OFF.test(archive)) continue;
    test("is read as it was, and reading writes nothing", archive, async (thawed) => {
      const before = readTree(thawed.folder);
      for (const [project, expected] of Object.entries(facts)) {
        const repository = thawed.repository(project);
        assertKnown(await factsOf(repository), expected);
        for (const argv of READS) {
          const { code, stderr } = await repository.run(argv);
          assert.equal(code, 0, `${argv.join(" ")}: ${stderr}`);
        }
      }
      assert.deepEqual(compareTrees(before, readTree(thawed.folder)), []);
    });
  }
  Deno.test(`${version}: nothing kept is untested`, () => {
    const TESTED = [
      ...["normal", "portable", "state_branch", "snapshots", "migrated", "migrated_sessions"],
      ...["long_history", "torn", "mid_import_staged", "mid_import_committed"],
      ...["mid_import_replacing", "mid_pull_replacing", "mid_migration_staging"],
      ...["mid_migration_committed", "mid_migration_moving", "mid_migration_sessions"],
      "mid_rollback",
    ];
    assert.deepEqual(Object.keys(repositories).sort(), TESTED.sort());
  });
}

test("state.json counts without a look at the journal", "normal", (thawed) => {
  const sessions = join(thawed.repository().root, ".orchestrator/sessions");
  for (const id of readdirSync(sessions)) {
    const { mark } = JSON.parse(readFileSync(join(sessions, id, "state.json"), "utf8"));
    const { size, mtime } = Deno.statSync(join(sessions, id, "log.jsonl"));
    assert.equal(mark, `${size}:${mtime?.getTime()}000000`);
  }
  return Promise.resolve();
});

test("is shown as written before audits, as far as it was", "normal", async (thawed, facts) => {
  const repository = thawed.repository();
  const noticesOf = async (id: string) => {
    const { bypasses } = await answerOf(repository, ["session", "show", id]);
    return bypasses.filter(({ kind }: { readonly kind: string }) => kind === "before_audits");
  };
  const { sessions } = factsIn(facts);
  for (const { id, seq, name } of sessions) {
    const before = { kind: "before_audits", lines: seq };
    assert.deepEqual(await noticesOf(id), [{ ...before, all: true }]);
    await must(repository, ["session", "rename", id, `${name ?? "no"}-2`]);
    assert.deepEqual(await noticesOf(id), [{ ...before, all: false }], "one line hides nothing");
  }
});

for (const archive of ["normal", "portable", "torn", "snapshots"]) {
  test("goes on, to the end of its workflows", archive, async (thawed, facts) => {
    const repository = thawed.repository();
    await requireBinding(repository, factsIn(facts));
    await continueAll(repository, factsIn(facts));
    assert.deepEqual(leftovers(repository.root), []);
    await must(repository, ["session", "remove", "error", "--yes"]);
    await must(repository, ["start", "Another", "--name", "another"]);
  });
}

test("a clone of what was committed goes on", "portable", async (thawed, facts) => {
  git(thawed.folder, "clone", "--quiet", "project", "clone");
  const clone = thawed.repository("clone");
  // A checkout has other times of change, so that each journal is replayed.
  assertSessions(clone, (await factsOf(clone)).sessions, factsIn(facts).sessions);
  await continueAll(clone, factsIn(facts));
});

test("a fresh clone has all of the server", "state_branch", async (thawed, facts) => {
  const pushed = factsIn(facts, "sandbox").sessions.filter(({ name }) => name !== "zero");
  git(thawed.folder, "clone", "--quiet", "server.git", "fresh");
  const fresh = thawed.repository("fresh");
  await must(fresh, ["state", "pull"]);
  assertSessions(fresh, (await factsOf(fresh)).sessions, pushed);
  await continueAll(fresh, { ...factsIn(facts), sessions: pushed });
  await must(fresh, ["state", "push"]);
  await onServer(thawed, (await factsOf(fresh)).sessions);
});

test("both clones bring the server what they have", "state_branch", async (thawed, facts) => {
  const all = new Map<string, SessionFacts>();
  for (const project of ["project", "sandbox"]) {
    for (const session of factsIn(facts, project).sessions) {
      const known = all.get(session.id);
      if (known === undefined || known.seq < session.seq) all.set(session.id, session);
    }
  }
  for (const project of ["project", "sandbox", "project"]) {
    const repository = thawed.repository(project);
    await must(repository, ["state", "pull"]);
    await must(repository, ["note", `From ${project}`, "--session", "release-1.0"]);
    await must(repository, ["state", "push"]);
  }
  const kept = [...all.values()].filter(({ name }) => name !== "release-1.0");
  await onServer(thawed, kept);
  const [laptop, sandbox] = [thawed.repository("project"), thawed.repository("sandbox")];
  await must(sandbox, ["state", "pull"]);
  for (const repository of [laptop, sandbox]) {
    assertSessions(repository, (await factsOf(repository)).sessions, kept);
  }
});

/** A clone made from the server has these sessions. */
async function onServer(thawed: Thawed, sessions: readonly SessionFacts[]): Promise<void> {
  git(join(thawed.folder, "server.git"), "fsck", "--no-dangling", "--no-progress");
  rmSync(join(thawed.folder, "looking"), { recursive: true, force: true });
  git(thawed.folder, "clone", "--quiet", "server.git", "looking");
  const looking = thawed.repository("looking");
  await must(looking, ["state", "pull"]);
  assertSessions(looking, (await factsOf(looking)).sessions, sessions);
}

function assertSessions(
  { root }: Repository,
  now: readonly SessionFacts[],
  expected: readonly SessionFacts[],
): void {
  for (const session of expected) {
    const found = now.find(({ id }) => id === session.id);
    assert.deepEqual(found, session, `${session.name} (${session.id}) in ${root}`);
  }
}

/** Snapshots by file: whether one session only is in it, and whether secrets are. */
const SNAPSHOTS: Readonly<Record<string, { readonly only?: string; readonly secrets?: true }>> = {
  "plain.tar.gz": {},
  "one_session.tar.gz": { only: "login" },
  "armored.txt": {},
  "password.tar.gz.age": {},
  "secrets.tar.gz.age": { secrets: true },
};

for (const [file, { only, secrets }] of Object.entries(SNAPSHOTS)) {
  test(`${file} is taken in`, "snapshots", async (thawed, facts) => {
    const variables = { ORCHESTRATOR_SNAPSHOT_PASSWORD: PASSWORD };
    const expected = factsIn(facts).sessions.filter(({ name }) =>
      only === undefined || name === only
    );
    for (const repository of [thawed.create("empty"), thawed.repository("behind")]) {
      await must(repository, ["snapshot", "inspect", `../${file}`], variables);
      await must(repository, ["snapshot", "import", `../${file}`], variables);
      const now = await factsOf(repository);
      assertSessions(repository, now.sessions, expected);
      await must(repository, ["note", "Taken in", "--session", "login"]);
      await must(repository, ["log", "verify", "--all"]);
    }
    const { secrets: known } = await factsOf(thawed.repository("empty"));
    // 0.1.0 leaves out every secret with a capital letter.
    const taken = secrets === true ? { deploy_key: SECRETS["deploy_key"] } : {};
    assert.deepEqual(known, taken);
  });
}

for (const archive of ["migrated", "migrated_sessions"]) {
  test("goes on, goes back, and moves over once more", archive, async (thawed, facts) => {
    const { sessions } = factsIn(facts);
    await continueAll(thawed.copy("project", "continued"), factsIn(facts));
    const repository = thawed.repository();
    const originals = originalsOf(repository);
    assert.ok(originals.size > 3);
    await must(repository, ["migrate", "--rollback", "--yes", "--keep-new"]);
    assertOriginals(repository, originals);
    await must(thawed.copy("project", "back"), ["note", "In the old files' time"]);
    await must(repository, ["migrate", "--yes"]);
    const again = await factsOf(repository);
    assert.deepEqual(again.sessions[0]?.items, sessions[0]?.items);
  });
}

/** Hashes of what a migration has put aside, by where it came from. */
function originalsOf({ root }: Repository): ReadonlyMap<string, string> {
  const backups = join(root, ".orchestrator/migration_backup");
  const [newest = ""] = readdirSync(backups).sort().reverse();
  const files = join(backups, newest, "files");
  return new Map(
    readdirSync(files, { recursive: true, encoding: "utf8" })
      .filter((path) => Deno.statSync(join(files, path)).isFile)
      .map((path) => [path, hashOf(join(files, path))]),
  );
}

function assertOriginals({ root }: Repository, originals: ReadonlyMap<string, string>): void {
  for (const [path, hash] of originals) {
    assert.ok(existsSync(join(root, path)), `${path} is back`);
    assert.equal(hashOf(join(root, path)), hash, path);
  }
}

function hashOf(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}

test("a line of many megabytes is read and stays", "long_history", async (thawed, facts) => {
  const repository = thawed.repository();
  await continueAll(repository, factsIn(facts));
  // It travels as any.
  await must(repository, ["snapshot", "export", "-o", "../long.tar.gz"]);
  const empty = thawed.create("empty");
  await must(empty, ["snapshot", "import", "../long.tar.gz"]);
  assertSessions(empty, (await factsOf(empty)).sessions, (await factsOf(repository)).sessions);
});

for (const archive of ["mid_import_staged", "mid_import_committed", "mid_import_replacing"]) {
  test("the next change tidies up", archive, async (thawed, facts) => {
    await requireReadsWriteNothing(thawed.repository());
    for (
      const argv of [
        ["note", "Afterwards", "--session", "imported"],
        ["start", "Afterwards"],
        ["session", "use", "imported"],
        ["snapshot", "import", "../snapshot.tar.gz", "--replace"],
      ]
    ) {
      const name = argv.slice(0, 2).join("-");
      const repository = thawed.copy("project", name);
      await must(repository, argv);
      const expected = factsIn(facts).sessions.filter(({ name }) => name !== "imported");
      // The whole import makes up for one that did not count.
      if (name !== "snapshot-import" || archive !== "mid_import_staged") {
        assertSessions(repository, (await factsOf(repository)).sessions, expected);
      }
      assert.deepEqual(leftovers(repository.root), [], name);
      await must(repository, ["log", "verify", "--all"]);
    }
  });
}

test("a pull that was cut off loses nothing", "mid_pull_replacing", async (thawed, facts) => {
  const sandbox = thawed.repository("sandbox");
  await requireReadsWriteNothing(sandbox);
  await must(sandbox, ["note", "Afterwards", "--session", "imported"]);
  await must(sandbox, ["state", "pull"]);
  await must(sandbox, ["state", "push"]);
  const kept = factsIn(facts).sessions.filter(({ name }) => name !== "imported");
  await onServer(thawed, kept);
  await must(sandbox, ["state", "pull"]);
  const now = (await factsOf(sandbox)).sessions;
  assertSessions(sandbox, now, kept);
  const login = kept.find(({ name }) => name === "login");
  // What only the sandbox had goes on apart.
  assert.ok(now.some(({ task, id }) => task === login?.task && id !== login?.id));
});

for (
  const archive of [
    "mid_migration_staging",
    "mid_migration_committed",
    "mid_migration_moving",
    "mid_migration_sessions",
    "mid_rollback",
  ]
) {
  test("the next change finishes or undoes it", archive, async (thawed, facts) => {
    const [expected] = factsIn(facts).sessions;
    assert.ok(expected !== undefined);
    await requireReadsWriteNothing(thawed.repository());
    for (
      const argv of [
        ["note", "Afterwards"],
        ["complete", expected.items.find((item) => item.endsWith(" pending"))?.split(" ")[0] ?? ""],
        ["start", "Afterwards"],
        ["migrate", "--yes"],
      ]
    ) {
      const repository = thawed.copy("project", argv[0] ?? "");
      const { code, stderr } = await repository.run(argv);
      // An item may have a proof that is not there.
      assert.ok(code === 0 || code === 1 && argv[0] === "complete", `${argv.join(" ")}: ${stderr}`);
      const { session } = await repository.must("session", "show", OLD_WORKFLOW);
      const now = (await factsOf(repository)).sessions.find(({ id }) => id === session);
      for (const fact of ["task", "workflow", "status", "phase", "skips", "checkpoints"] as const) {
        assert.deepEqual(now?.[fact], expected[fact], `${argv[0]}: ${fact}`);
      }
      assert.deepEqual(leftovers(repository.root), [], argv[0]);
      assert.equal(existsSync(join(repository.root, ".orchestrator/migration.json")), false);
      await must(repository, ["log", "verify", "--all"]);
    }
  });
}

/** Whatever was cut off, a reader sees a session or says why it does not, and writes nothing. */
async function requireReadsWriteNothing(repository: Repository): Promise<void> {
  const before = readTree(repository.root);
  for (const argv of READS) {
    const { code, stderr } = await repository.run(argv);
    assert.ok(code < 10, `${argv.join(" ")} ended with ${code}: ${stderr}`);
  }
  assert.deepEqual(compareTrees(before, readTree(repository.root)), []);
}
