import assert from "node:assert/strict";
import { eventsFrom } from "../../../src/session/read_events.ts";
import { readFileSync } from "node:fs";
import { readLegacyProject } from "../../../src/legacy/project.ts";
import { readRepositoryMeta } from "../../../src/project/identity.ts";
import { initProject } from "../../../src/project/init.ts";
import { OrchestratorPaths } from "../../../src/project/paths.ts";
import { importSession, viewLegacy } from "../../../src/session/import_session.ts";
import { resolveSession } from "../../../src/session/resolve.ts";
import { FileBackend } from "../../../src/storage/file_backend.ts";
import { linesFrom } from "../../harness/journal_lines.ts";
import { runInProcess } from "../../harness/running.ts";
import { Scratch, scratchEnvironment } from "../../harness/scratch.ts";
import { compareTrees, readTree } from "../../harness/tree.ts";
import { PERSON } from "../workflow/session_builder.ts";
import { act, B, managed, note, start } from "./sessions.ts";

const STAMP = { time: "2026-01-01T00:00:00.000Z", actor: PERSON };
const OLD = "1a2b3c4d";

function fixture(name: string): string {
  return readFileSync(new URL(`../../fixtures/legacy/${name}`, import.meta.url), "utf8");
}

const SCATTERED = {
  ".workflow_state.json": fixture("states/g4.json"),
  ".workflow_checkpoints/cp_20260105_080000_abcdef.json": fixture("checkpoint_v2.json"),
};
const FOLDERS = {
  [`.orchestrator/sessions/${OLD}/state.json`]: fixture("states/g8.json"),
  ".orchestrator/current": OLD,
};

/** An old project, and what is needed to import from it. */
function opened(scratch: Scratch) {
  const paths = new OrchestratorPaths(scratch.root, "flag");
  const backend = new FileBackend(paths.stateDirectory);
  const { manager, warnings } = managed(backend);
  const input = () => {
    const project = readLegacyProject(scratch.root);
    const workflow = project.active;
    assert.ok(workflow);
    return { project, input: { paths, workflow, toolVersion: "0.0.0" } };
  };
  const bring = () => {
    // What is there is read before the repository is held, as the commands do.
    const { project, input: given } = input();
    return manager.withRepositoryLock("import", () => {
      initProject(paths, { automatic: true, now: new Date(STAMP.time), toolVersion: "0.0.0" });
      return importSession(manager, given, project, STAMP);
    });
  };
  return { paths, backend, manager, warnings, input, bring };
}

for (const [name, files] of Object.entries({ SCATTERED, FOLDERS })) {
  Deno.test(`import: a session of the old state, the old files as they were: ${name}`, async () => {
    using scratch = new Scratch(files);
    const { manager, backend, input, bring, warnings } = opened(scratch);
    const before = readTree(scratch.root);
    const view = await viewLegacy(input().input, STAMP);
    const { id, findings } = await bring();
    assert.equal(id, view.state.session);
    assert.deepEqual(findings, view.findings);
    const { state, rebuilt } = await manager.load(id);
    assert.equal(rebuilt, null);
    assert.deepEqual({ ...state, lineage: "" }, JSON.parse(JSON.stringify(view.state)));
    assert.match(state.lineage, /^[a-z2-7]{20}$/);
    assert.deepEqual(warnings, []);
    const after = readTree(scratch.root);
    for (const path of Object.keys(files)) assert.equal(after.get(path), before.get(path), path);
    await act(manager, id, note("and on"));
    assert.equal((await manager.verify(id)).bad, null);
    assert.equal((await backend.sessions()).length, 1);
  });

  Deno.test(`import: those that race make one session: ${name}`, async () => {
    using scratch = new Scratch(files);
    const { backend, bring } = opened(scratch);
    const results = await Promise.all(Array.from({ length: 6 }, bring));
    assert.equal(new Set(results.map(({ id }) => id)).size, 1);
    assert.deepEqual(await backend.sessions(), [results[0]?.id]);
    assert.equal(
      (await linesFrom(backend, results[0]?.id ?? "", 1)).filter((line) =>
        line.includes('"session_imported"')
      ).length,
      1,
    );
  });

  Deno.test(`import: the view is the same at every look: ${name}`, async () => {
    using scratch = new Scratch(files);
    const { input } = opened(scratch);
    const look = async () => {
      const { visitHistory, ...view } = await viewLegacy(input().input, STAMP);
      const history: unknown[] = [];
      visitHistory((value) => history.push(value));
      return { ...view, history };
    };
    assert.deepEqual(await look(), await look());
  });
}

Deno.test("import: an old current is left as it is, and understood from then on", async () => {
  using scratch = new Scratch(FOLDERS);
  const { paths, manager, bring } = opened(scratch);
  const { id } = await bring();
  assert.equal(scratch.read(".orchestrator/current"), OLD);
  const imported = readRepositoryMeta(paths.metaFile)?.["imported"] as Record<string, string>;
  assert.deepEqual(imported, { [OLD]: id });
  assert.deepEqual(await resolveSession(manager, { imported }), { id, origin: "current" });
  assert.deepEqual(await resolveSession(manager, { imported, flag: OLD }), { id, origin: "flag" });
});

Deno.test("import: without a current, the session becomes the current one", async () => {
  using scratch = new Scratch(SCATTERED);
  const { manager, bring } = opened(scratch);
  const { id } = await bring();
  assert.equal(scratch.read(".orchestrator/current"), `${id}\n`);
  assert.equal((await resolveSession(manager, {}))?.id, id);
});

Deno.test("import: a current session that another process has changed meanwhile is kept", async () => {
  using scratch = new Scratch(SCATTERED);
  const { paths, manager, input } = opened(scratch);
  const { project, input: given } = input();
  await start(manager, B);
  await manager.setCurrentSession(B);
  await manager.withRepositoryLock("import", () => {
    initProject(paths, { automatic: true, now: new Date(STAMP.time), toolVersion: "0.0.0" });
    return importSession(manager, given, project, STAMP);
  });
  assert.equal(scratch.read(".orchestrator/current"), `${B}\n`);
});

Deno.test("import: one that died before it was remembered is found all the same", async () => {
  using scratch = new Scratch(FOLDERS);
  const { paths, manager, bring } = opened(scratch);
  const { id } = await bring();
  const meta = readRepositoryMeta(paths.metaFile);
  scratch.write(".orchestrator/meta.json", JSON.stringify({ ...meta, imported: undefined }));
  const surroundings = { cwd: scratch.root, env: scratchEnvironment(scratch) };
  for (const argv of [["status", "--json"], ["note", "found", "--json"]]) {
    const { code, stdout, stderr } = await runInProcess(argv, surroundings);
    assert.equal(code, 0, stderr);
    assert.equal(JSON.parse(stdout).data.session, id);
  }
  assert.equal(
    (await eventsFrom(manager.backend, id)).filter(({ type }) => type === "note_added").length,
    1,
  );
});

Deno.test("commands show and import an old workflow while another process imports it", async () => {
  // As a command meets it that has found nothing of the new layout, and then looks for the old.
  for (const argv of [["status"], ["log"], ["handoff"], ["session", "show"], ["note", "x"]]) {
    using scratch = new Scratch({ ...SCATTERED, ".orchestrator/current": "aaaaaaaaaaaaa\n" });
    const before = readTree(scratch.root);
    const surroundings = { cwd: scratch.root, env: scratchEnvironment(scratch) };
    const { code, stderr } = await runInProcess(argv, surroundings);
    assert.equal(code, 0, `${argv.join(" ")}: ${stderr}`);
    if (argv[0] !== "note") assert.deepEqual(compareTrees(before, readTree(scratch.root)), []);
  }
});

Deno.test("import: a log that is shorter at the second look is never half a history", async () => {
  const event = {
    event_type: "error",
    workflow_id: JSON.parse(fixture("states/g4.json")).workflow_id,
  };
  const log = `${JSON.stringify(event)}\n`.repeat(3);
  using scratch = new Scratch({ ...SCATTERED, ".workflow_log.jsonl": log });
  const { input, manager, backend } = opened(scratch);
  const { input: given } = input();
  const view = await viewLegacy(given, STAMP);
  scratch.write(".workflow_log.jsonl", log.slice(0, -10));
  const making = manager.withRepositoryLock("import", () =>
    manager.createSession({
      id: view.state.session,
      events: view.events,
      history: view.visitHistory,
      meta: { name: null, task: view.state.task, branch: null, parent: null },
      workflow: "",
    }));
  await assert.rejects(making, { code: "files_changed" });
  assert.deepEqual(await backend.sessions(), []);
  scratch.write(".workflow_log.jsonl", log + log);
  view.visitHistory(() => {});
});
