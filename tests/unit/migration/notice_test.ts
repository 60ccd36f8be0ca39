/** The notice about old files, links and custom files; no command writes where the old tool did. */
import assert from "node:assert/strict";
import { COMMANDS } from "../../../src/cli/table.ts";
import { inventoryRow } from "../../../src/legacy/inventory.ts";
import { startInProcess } from "../../harness/running.ts";
import { scratchEnvironment } from "../../harness/scratch.ts";
import {
  answer,
  assertSameTree,
  hashesOf,
  oldRepository,
  orchestrator,
  repositoryOf,
  treeOf,
} from "./old_repository.ts";

const LINE = /files? of the old tool lies? in this repository; "orchestrator migrate --dry-run"/;
const BOX = /┌─ Old files ─+┐[^]*orchestrator migrate[^]*└─+┘/;

/** Long lines are folded behind a bar. */
function unfolded(text: string): string {
  return text.replace(/\n *│ */g, " ");
}

for (const generation of [4, 8]) {
  Deno.test(`the notice is a box for a person, a line for others: generation ${generation}`, async () => {
    using scratch = oldRepository(repositoryOf(generation));
    const before = treeOf(scratch);
    const person = await orchestrator(scratch, ["status"], {
      terminal: 80,
      variables: { NO_COLOR: "1" },
    });
    assert.match(person.stderr, BOX);
    assert.doesNotMatch(person.stdout, /Old files/);
    for (const line of person.stderr.split("\n").filter((line) => line.startsWith("│"))) {
      assert.equal(line.length, 76, line);
    }
    const narrow = await orchestrator(scratch, ["status"], { terminal: 44 });
    assert.match(narrow.stderr, BOX);
    const others: readonly [readonly string[], Record<string, string>][] = [
      [["status"], { CLAUDECODE: "1" }],
      [["status"], { CI: "true" }],
      [["status", "--quiet"], {}],
    ];
    for (const [argv, variables] of others) {
      const { stderr } = await orchestrator(scratch, argv, { terminal: 80, variables });
      assert.doesNotMatch(stderr, /Old files/);
      assert.match(unfolded(stderr), LINE);
    }
    assert.match(unfolded((await orchestrator(scratch, ["status"])).stderr), LINE);
    const json = await answer(scratch, "status");
    assert.equal(json.warnings.filter((text: string) => LINE.test(text)).length, 1);
    const silent = await orchestrator(scratch, ["status"], {
      terminal: 80,
      variables: { ORCHESTRATOR_MIGRATION_NOTICE: "false" },
    });
    assert.doesNotMatch(silent.stderr, /Old files|old tool/);
    assertSameTree(before, treeOf(scratch));

    const note = await answer(scratch, "note", "one change");
    assert.equal(note.warnings.filter((text: string) => LINE.test(text)).length, 1);
    const list = await answer(scratch, "session", "list");
    assert.equal(list.warnings.filter((text: string) => LINE.test(text)).length, 0);

    await answer(scratch, "migrate", "--yes");
    assert.deepEqual((await answer(scratch, "status")).warnings, []);
    scratch.write(".workflow_log.jsonl", "again\n");
    assert.match((await orchestrator(scratch, ["status"])).stderr, LINE);
  });
}

Deno.test("a repository without old files hears nothing", async () => {
  using scratch = oldRepository({ "README.md": "mine" });
  await answer(scratch, "start", "Add login");
  assert.deepEqual((await answer(scratch, "status")).warnings, []);
});

Deno.test("ORCHESTRATOR_AUTO_MIGRATE=1 moves over before a change, never before a look", async () => {
  using scratch = oldRepository(repositoryOf(4));
  const variables = { ORCHESTRATOR_AUTO_MIGRATE: "1" };
  const before = treeOf(scratch);
  await orchestrator(scratch, ["status"], { variables });
  assertSameTree(before, treeOf(scratch));
  const noted = await orchestrator(scratch, ["note", "go"], { variables });
  assert.equal(noted.code, 0, noted.stderr);
  assert.match(noted.stderr, /ORCHESTRATOR_AUTO_MIGRATE moved/);
  assert.equal(scratch.exists(".workflow_state.json"), false);
  assert.equal((await answer(scratch, "status")).data.notes.count, 1);
});

/** Examples that run until they are stopped, or that start a view or a server. */
const ENDLESS = /--follow|watch|dashboard|serve/;

Deno.test("no command writes where the old tool wrote", async () => {
  using scratch = oldRepository(repositoryOf(4));
  const before = hashesOf(scratch);
  const tried = new Set<string>();
  for (const spec of COMMANDS) {
    if (spec.path === "migrate") continue;
    for (const { line } of spec.examples) {
      if (ENDLESS.test(line) || /[|<>$]/.test(line)) continue;
      const words = [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)]
        .map(([, double, single, bare]) => double ?? single ?? bare ?? "");
      const running = startInProcess([...words, "--no-input", "--lock-timeout", "5"], {
        cwd: scratch.root,
        env: scratchEnvironment(scratch, { ORCHESTRATOR_ACTOR: "anna" }),
        stdin: "",
      });
      const timer = setTimeout(() => running.interrupt("SIGTERM"), 5000);
      await running.result;
      clearTimeout(timer);
      tried.add(spec.path);
    }
  }
  assert.ok(tried.size > 20, "most commands were tried");
  const after = hashesOf(scratch);
  for (const [path, hash] of after) {
    const row = inventoryRow(path) ?? inventoryRow(path.split("/").slice(0, 1).join("/"));
    if (row === null || row.decision === "stay") continue;
    assert.equal(hash, before.get(path), `${path} was written`);
  }
  for (const path of before.keys()) {
    const row = inventoryRow(path);
    if (row !== null && row.decision !== "stay") assert.ok(after.has(path), `${path} is gone`);
  }
});
