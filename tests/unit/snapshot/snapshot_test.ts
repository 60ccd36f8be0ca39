import assert from "node:assert/strict";
import { gunzipSync, gzipSync } from "node:zlib";
import { unpackTar } from "modern-tar";
import { OrchestratorError } from "../../../src/errors.ts";
import { SessionManager } from "../../../src/session/session_manager.ts";
import { exportSnapshot } from "../../../src/snapshot/export.ts";
import { leftOut } from "../../../src/snapshot/left_out.ts";
import { finishImports } from "../../../src/snapshot/plan.ts";
import { compareTrees, readTree } from "../../harness/tree.ts";
import { collectBytes, World } from "./world.ts";

const refusedWith = (code: string) => (error: unknown) => {
  assert.ok(error instanceof OrchestratorError, String(error));
  assert.equal(error.code, code, error.message);
  return true;
};

Deno.test("what was exported comes back: sessions, notes, current, identity", async () => {
  using here = new World();
  const first = await here.start("Add login", "login");
  await here.note(first, "one");
  const second = await here.start("Fix search");
  here.scratch.write(".orchestrator/config.yaml", "web_mode: true\n");
  here.scratch.write(`.orchestrator/sessions/${first}/feedback/tool.jsonl`, '{"text":"slow"}\n');
  const bytes = await here.export();

  using there = new World();
  const report = await there.import(bytes);
  assert.deepEqual(report.sessions.map(({ relation }) => relation), ["new", "new"]);
  assert.equal(there.meta.id, here.meta.id);
  assert.deepEqual(await there.notes(first), ["one"]);
  for (const id of [first, second]) {
    const loaded = await there.manager.load(id);
    assert.equal(loaded.rebuilt, null);
    assert.deepEqual((await there.manager.verify(id)).bad, null);
    assert.deepEqual(loaded.state, (await here.manager.load(id)).state);
  }
  assert.equal(there.scratch.read(".orchestrator/current"), `${second}\n`);
  assert.equal(there.scratch.read(".orchestrator/config.yaml"), "web_mode: true\n");
  const feedback = `.orchestrator/sessions/${first}/feedback/tool.jsonl`;
  assert.equal(there.scratch.read(feedback), '{"text":"slow"}\n');
  assert.deepEqual(there.warnings, []);
  assert.ok(
    ![...Deno.readDirSync(there.paths.stateDirectory)].some(({ name }) =>
      name.startsWith(".staging")
    ),
  );
});

Deno.test("locks, bindings, backups, secrets, temporary and derived files stay at home", async () => {
  using here = new World();
  const id = await here.start("Add login");
  const never = ["bindings/agent", "secrets/token", "migration_backup/a", "backups/b", ".tmp-1"];
  for (const name of never) here.scratch.write(`.orchestrator/${name}`, "CANARY");
  here.scratch.write(`.orchestrator/sessions/${id}/.tmp-2`, "CANARY");
  const tar = gunzipSync(await here.export());
  assert.ok(!tar.includes("CANARY"));
  const names = (await unpackTar(tar)).map(({ header }) => header.name);
  assert.deepEqual(names, [
    "manifest.json",
    "current",
    "meta.json",
    `sessions/${id}/log.jsonl`,
    `sessions/${id}/meta.json`,
    `sessions/${id}/workflow.yaml`,
  ]);
});

Deno.test("the same state gives the same bytes, another time only another manifest", async () => {
  using here = new World();
  await here.start("Add login");
  const first = await here.export();
  assert.deepEqual(await here.export(), first);
  // Read again instead of kept in memory.
  assert.deepEqual(await here.export({ keep: 0 }), first);
  assert.notDeepEqual(await here.export({ now: new Date(0) }), first);
});

Deno.test("a session that went on while it was exported is taken at one event", async () => {
  using here = new World();
  const id = await here.start("Add login");
  for (let count = 0; count < 30; count++) await here.note(id, `${count} ${"x".repeat(3000)}`);
  const taken = await exportSnapshot(here.backend, {
    repository: here.meta,
    now: here.time,
    keep: 0,
  });
  await here.note(id, "later");
  await here.backend.writeBlob(`sessions/${id}/meta.json`, `{"id":"${id}","name":"renamed"}`);
  using there = new World();
  const report = await there.import(await collectBytes(taken.bytes));
  assert.equal(report.sessions[0]?.seq, 31);
  assert.equal((await there.manager.load(id)).state.seq, 31);
});

Deno.test("a torn last line is not exported", async () => {
  using here = new World();
  const id = await here.start("Add login");
  const journal = `.orchestrator/sessions/${id}/log.jsonl`;
  here.scratch.write(journal, here.scratch.read(journal) + '{"v":1,"seq":2,');
  using there = new World();
  await there.import(await here.export());
  assert.equal((await there.manager.load(id)).state.seq, 1);
});

Deno.test("a journal whose line ends a checkout has changed is exported as it was written", async () => {
  using here = new World();
  const id = await here.start("Add login");
  await here.note(id, "one");
  const whole = await here.export();
  const journal = `.orchestrator/sessions/${id}/log.jsonl`;
  here.scratch.write(journal, here.scratch.read(journal).replaceAll("\n", "\r\n"));
  assert.deepEqual(await here.export(), whole);
  assert.deepEqual(await here.export({ keep: 0 }), whole);
});

Deno.test("a session that disappears while it is exported fails the export", async () => {
  using here = new World();
  const id = await here.start("Add login");
  const { bytes } = await exportSnapshot(here.backend, {
    repository: here.meta,
    now: here.time,
    keep: 0,
  });
  await here.manager.withRepositoryLock(
    "remove",
    () => here.manager.withLock({ session: id }, "remove", () => here.backend.removeSession(id)),
  );
  await assert.rejects(collectBytes(bytes), refusedWith("state_moved"));
});

Deno.test("a damaged journal is not exported", async () => {
  using here = new World();
  const id = await here.start("Add login");
  here.scratch.write(`.orchestrator/sessions/${id}/log.jsonl`, "{}\n");
  await assert.rejects(here.export(), refusedWith("journal_corrupt"));
});

Deno.test("import goes on where a copy ends, and says so", async () => {
  using here = new World();
  const id = await here.start("Add login");
  using there = new World();
  await there.import(await here.export());
  await here.note(id, "more");
  const newer = await here.export();
  const report = await there.import(newer);
  assert.deepEqual(
    report.sessions.map(({ relation, localSeq, seq }) => [relation, localSeq, seq]),
    [["newer", 1, 2]],
  );
  assert.deepEqual(await there.notes(id), ["more"]);
  assert.equal((await there.manager.load(id)).rebuilt, null);
  assert.equal((await there.import(newer)).sessions[0]?.relation, "same");
});

Deno.test("an older or another copy needs replace, and the copy here goes to a backup", async () => {
  using here = new World();
  const id = await here.start("Add login");
  const old = await here.export();
  using there = new World();
  await there.import(old);
  await there.note(id, "mine");
  const before = readTree(there.scratch.root, { times: false });
  await assert.rejects(there.import(old), refusedWith("session_diverged"));
  await here.note(id, "theirs");
  const diverged = await here.export();
  await assert.rejects(there.import(diverged), refusedWith("session_diverged"));
  assert.deepEqual(compareTrees(before, readTree(there.scratch.root, { times: false })), []);

  const journal = there.scratch.read(`.orchestrator/sessions/${id}/log.jsonl`);
  const report = await there.import(diverged, { replace: true });
  assert.deepEqual(await there.notes(id), ["theirs"]);
  const backup = report.sessions[0]?.backup ?? "";
  assert.equal(there.scratch.read(`.orchestrator/${backup}/log.jsonl`), journal);
});

Deno.test("feedback of both copies is kept", async () => {
  using here = new World();
  const id = await here.start("Add login");
  const file = `.orchestrator/sessions/${id}/feedback/process.jsonl`;
  here.scratch.write(file, '{"text":"a"}\n');
  using there = new World();
  await there.import(await here.export());
  here.scratch.write(file, '{"text":"a"}\n{"text":"b"}\n');
  there.scratch.write(file, '{"text":"a"}\n{"text":"c"}\n');
  await there.import(await here.export());
  assert.equal(there.scratch.read(file), '{"text":"a"}\n{"text":"c"}\n{"text":"b"}\n');
});

Deno.test("import: a changed session needs its lock, an unchanged one does not", async () => {
  using here = new World();
  const same = await here.start("Add login");
  const changing = await here.start("Fix search");
  using there = new World();
  await there.import(await here.export());
  await here.note(changing, "more");
  here.scratch.write(`.orchestrator/sessions/${same}/feedback/tool.jsonl`, '{"text":"slow"}\n');
  const bytes = await here.export();
  const impatient = new SessionManager({
    backend: there.backend,
    actor: () => there.actor,
    now: () => there.time,
    lockTimeoutMs: 0,
    warn: () => {},
  });
  // Another command holds the session that only receives feedback.
  await there.manager.withLock({ session: same }, "complete", async () => {
    const report = await there.import(bytes, { manager: impatient });
    assert.deepEqual(
      report.sessions.map(({ id, relation }) => [id, relation]).sort(),
      [
        [same, "same"],
        [changing, "newer"],
      ].sort(),
    );
    assert.match(
      there.warnings.splice(0).join(),
      /feedback of session .* another process is using the session/,
    );
  });
  assert.deepEqual(await there.notes(changing), ["more"]);
  await here.note(changing, "still more");
  const later = await here.export();
  await there.manager.withLock({ session: changing }, "complete", async () => {
    await assert.rejects(there.import(later, { manager: impatient }), refusedWith("lock_held"));
  });
  assert.deepEqual(await there.notes(changing), ["more"]);
  await there.import(later, { manager: impatient });
  const feedback = `.orchestrator/sessions/${same}/feedback/tool.jsonl`;
  assert.equal(there.scratch.read(feedback), '{"text":"slow"}\n');
  assert.deepEqual(there.warnings, []);
});

Deno.test("one session that is refused keeps all out", async () => {
  using here = new World();
  const id = await here.start("Add login");
  using there = new World();
  await there.import(await here.export());
  await there.note(id, "mine");
  await here.note(id, "theirs");
  const other = await here.start("Fix search");
  const bytes = await here.export();
  await assert.rejects(there.import(bytes), refusedWith("session_diverged"));
  assert.equal(await there.backend.hasSession(other), false);
  // The other one alone is fine.
  await there.import(bytes, { sessions: [other.slice(0, 6)] });
  assert.equal(await there.backend.hasSession(other), true);
  await assert.rejects(there.import(bytes, { sessions: ["none"] }), refusedWith("session_unknown"));
});

Deno.test("another repository's snapshot needs adopt", async () => {
  using here = new World();
  const id = await here.start("Add login");
  const bytes = await here.export();
  using there = new World();
  await there.start("Its own");
  const own = there.meta.id;
  await assert.rejects(there.import(bytes), refusedWith("other_repository"));
  await there.import(bytes, { adopt: true });
  assert.equal(there.meta.id, own);
  assert.ok(await there.backend.hasSession(id));
});

Deno.test("a clone of the same remote takes it; one of another remote does not", async () => {
  using here = new World();
  const git = (url: string) => `[remote "origin"]\n\turl = ${url}\n`;
  here.scratch.write(".git/config", git("https://example.com/team/app.git"));
  await here.start("Add login");
  const bytes = await here.export();
  using clone = new World();
  clone.scratch.write(".git/config", git("git@example.com:team/app"));
  await clone.import(bytes);
  assert.equal(clone.meta.id, here.meta.id);
  using other = new World();
  other.scratch.write(".git/config", git("https://example.com/team/other.git"));
  const before = readTree(other.scratch.root, { times: false });
  await assert.rejects(other.import(bytes), refusedWith("other_repository"));
  assert.deepEqual(compareTrees(before, readTree(other.scratch.root, { times: false })), []);
});

Deno.test("a dry run tells the same and writes nothing", async () => {
  using here = new World();
  await here.start("Add login");
  const bytes = await here.export();
  using there = new World();
  const before = readTree(there.scratch.root);
  const report = await there.import(bytes, { dryRun: true });
  assert.deepEqual(report.sessions.map(({ relation }) => relation), ["new"]);
  assert.equal(report.initialised, true);
  assert.deepEqual(compareTrees(before, readTree(there.scratch.root)), []);
});

Deno.test("an import that was killed behind its plan is finished by the next", async () => {
  using here = new World();
  const first = await here.start("Add login");
  const second = await here.start("Fix search");
  const bytes = await here.export();
  using there = new World();
  // Dies when the second session is about to appear.
  const create = there.backend.createSession.bind(there.backend);
  let count = 0;
  there.backend.createSession = (id, content) => {
    if (++count === 2) return Promise.reject(new Error("killed"));
    return create(id, content);
  };
  await assert.rejects(there.import(bytes), /killed/);
  there.backend.createSession = create;
  assert.equal((await there.manager.listSessions()).length, 1);
  await finishImports({
    manager: there.manager,
    paths: there.paths,
    now: () => there.time,
    warn: (message) => there.warnings.push(message),
  });
  assert.deepEqual([...await there.manager.listSessions()].sort(), [first, second].sort());
  assert.match(there.warnings.join(), /interrupted/);
  assert.equal(there.meta.id, here.meta.id);
});

Deno.test("a plain tar and one packed again by tar are read too", async () => {
  using here = new World();
  const id = await here.start("Add login");
  const tar = gunzipSync(await here.export());
  using there = new World();
  await there.import(tar);
  assert.ok(await there.backend.hasSession(id));
  using third = new World();
  await third.import(gzipSync(tar));
  assert.ok(await third.backend.hasSession(id));
});

Deno.test("secrets travel only when they are asked for, and never replace others", async () => {
  using here = new World();
  await here.start("Add login");
  here.scratch.write(".orchestrator/secrets/token", "CANARY");
  using nowhere = new World();
  const plain = await nowhere.import(await here.export({ includeSecrets: true }));
  assert.equal(plain.repository.secrets, 0);
  const key = { password: "correct horse battery" };
  const read = { askKey: () => Promise.resolve(key) };
  const without = await nowhere.import(await here.export({ key }), { read });
  assert.equal(without.repository.secrets, 0);
  const bytes = await here.export({ key, includeSecrets: true });
  using there = new World();
  const report = await there.import(bytes, { read });
  assert.equal(report.repository.secrets, 1);
  assert.equal(there.scratch.read(".orchestrator/secrets/token"), "CANARY");
  if (Deno.build.os !== "windows") {
    const { mode } = Deno.statSync(there.scratch.path(".orchestrator/secrets/token"));
    assert.equal((mode ?? 0) & 0o777, 0o600);
  }
  there.scratch.write(".orchestrator/secrets/token", "OTHER");
  const again = await there.import(bytes, { read });
  assert.equal(there.scratch.read(".orchestrator/secrets/token"), "OTHER");
  assert.deepEqual(again.repository.kept, ["secrets/token"]);
});

Deno.test("no file of a snapshot is written through a link, and what is here stays", {
  ignore: Deno.build.os === "windows",
}, async () => {
  using here = new World();
  await here.start("Add login");
  here.scratch.write(".orchestrator/archive/deep/one", "arrives");
  here.scratch.write(".orchestrator/prd/two", "arrives");
  const key = { password: "correct horse battery" };
  const bytes = await here.export({ key });
  using there = new World();
  await there.start("Something else");
  const outside = `${there.scratch.top}/outside`;
  Deno.mkdirSync(outside);
  Deno.symlinkSync(outside, there.scratch.path(".orchestrator/archive"));
  there.scratch.write(".orchestrator/prd/two", "was here");
  const report = await there.import(bytes, {
    adopt: true,
    read: { askKey: () => Promise.resolve(key) },
  });
  assert.deepEqual(report.repository.kept, ["archive/deep/one", "prd/two"]);
  assert.deepEqual([...Deno.readDirSync(outside)], []);
  assert.equal(there.scratch.read(".orchestrator/prd/two"), "was here");
});

Deno.test("what was not asked for is said to be just that", async () => {
  using here = new World();
  const wanted = await here.start("Add login");
  const other = await here.start("Fix search");
  here.scratch.write(`.orchestrator/removed/${other}.jsonl`, '{"a":1}\n');
  here.scratch.write(`.orchestrator/removed/${wanted}.jsonl`, '{"a":1}\n');
  const sessions = [wanted];
  const { manifest } = await exportSnapshot(here.backend, {
    repository: here.meta,
    now: here.time,
    sessions,
  });
  const names = new Set(manifest.files.map(({ name }) => name));
  assert.ok(names.has(`removed/${wanted}.jsonl`));
  const left = leftOut(here.paths.stateDirectory, {
    carrier: "snapshot",
    names,
    sessions: new Set(sessions),
  });
  const unasked = left.filter(({ why }) => why === "not asked for").flatMap((entry) => entry.names);
  assert.deepEqual(unasked, ["current", `removed/${other}.jsonl`, `sessions/${other}/`]);
  assert.deepEqual(left.filter(({ why }) => why === "not taken"), []);
});
