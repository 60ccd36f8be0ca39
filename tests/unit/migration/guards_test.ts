/** What moving over refuses, undoes or finishes when the ground moves under it. */
import assert from "node:assert/strict";
import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { migrate } from "../../../src/migration/migrate.ts";
import type { Progress } from "../../../src/migration/stage.ts";
import { OrchestratorPaths } from "../../../src/project/paths.ts";
import { SessionManager } from "../../../src/session/session_manager.ts";
import { FileBackend } from "../../../src/storage/file_backend.ts";
import { Thawed } from "../../compatibility/thaw.ts";
import { runInProcess } from "../../harness/running.ts";
import { Scratch, scratchEnvironment } from "../../harness/scratch.ts";
import { compareTrees } from "../../harness/tree.ts";
import { oldRepository, repositoryOf, treeOf } from "./old_repository.ts";

const ACTOR = { kind: "person", name: "anna" } as const;

/** Moves over, with a hand in it at each step of its progress. */
async function migrateWith(
  scratch: Scratch,
  onProgress: (progress: Progress) => void,
): Promise<void> {
  const paths = new OrchestratorPaths(scratch.root, "flag");
  const now = () => new Date("2026-02-01T10:00:00Z");
  await migrate({
    paths,
    manager: new SessionManager({
      backend: new FileBackend(paths.stateDirectory),
      actor: () => ACTOR,
      now,
      lockTimeoutMs: 0,
      warn: () => {},
    }),
    actor: ACTOR,
    now,
    toolVersion: "0.0.0",
    options: {},
    autoRollback: false,
    onProgress,
  });
}

/** Calls back once, when all files of a step are done. */
function when(step: Progress["step"], act: () => void): (progress: Progress) => void {
  let acted = false;
  return (progress) => {
    if (acted || progress.step !== step || progress.done < progress.total) return;
    acted = true;
    act();
  };
}

/** A copy in the folder that is staged. */
function stagedCopy(scratch: Scratch, name: string): string {
  const folder = readdirSync(scratch.path(".orchestrator"))
    .find((entry) => entry.startsWith(".staging-migration-"));
  assert.ok(folder !== undefined, "something is staged");
  return join(scratch.path(".orchestrator"), folder, name);
}

for (
  const [what, damage] of [
    ["one bit is another", (bytes: Uint8Array) => bytes.with(7, (bytes[7] ?? 0) ^ 1)],
    ["its end is missing", (bytes: Uint8Array) => bytes.slice(0, -1)],
    ["it is empty", () => new Uint8Array()],
  ] as const
) {
  Deno.test(`a copy that is not what was written is not trusted: ${what}`, async () => {
    using scratch = oldRepository(repositoryOf(4));
    const before = treeOf(scratch);
    await assert.rejects(
      migrateWith(
        scratch,
        when("copy", () => {
          const copy = stagedCopy(scratch, "archive/.workflow_log.jsonl");
          writeFileSync(copy, damage(readFileSync(copy)));
        }),
      ),
      { code: "io_failed", message: /"\.workflow_log\.jsonl".*differs from the original/ },
    );
    const changes = compareTrees(before, treeOf(scratch));
    assert.deepEqual(changes.filter((change) => change !== "changed ."), []);
  });
}

for (const path of [".workflow_state.json", ".workflow_log.jsonl", ".secrets.enc"]) {
  Deno.test(`an original that the old tool goes on writing stops it: ${path}`, async () => {
    using scratch = oldRepository({ ...repositoryOf(4), [path]: "x".repeat(9000) });
    await assert.rejects(
      migrateWith(scratch, when("verify", () => appendFileSync(scratch.path(path), "more\n"))),
      { code: "files_changed", message: new RegExp(path.replaceAll(".", "\\.")) },
    );
    assert.equal(readFileSync(scratch.path(path), "utf8"), "x".repeat(9000) + "more\n");
    assert.equal(existsSync(scratch.path(".orchestrator")), false, "all is undone");
  });
}

Deno.test({
  name: "a commit that a power cut took back, after originals had moved, is made good",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    using thawed = new Thawed("0.1.0", "mid_migration_moving", "");
    const { root } = thawed.repository();
    const journal = join(root, ".orchestrator/migration.json");
    const committed = readFileSync(journal, "utf8");
    const staging = committed.replace(/"phase": ?"committed"/, '"phase":"staging"');
    assert.notEqual(staging, committed);
    writeFileSync(journal, staging);
    assert.equal(existsSync(join(root, ".workflow_state.json")), false, "it is in the backup");
    using surroundings = new Scratch();
    const run = (...argv: readonly string[]) =>
      runInProcess(argv, { cwd: root, env: scratchEnvironment(surroundings) });
    const noted = await run("note", "Afterwards");
    assert.equal(noted.code, 0, noted.stderr);
    const { data } = JSON.parse((await run("status", "--json")).stdout);
    assert.deepEqual([data.phase, data.progress.done, data.notes.count], ["BUILD", 3, 1]);
    assert.equal(existsSync(journal), false);
    // It was finished, not undone: there is a way back.
    const back = await run("migrate", "--rollback", "--yes", "--keep-new");
    assert.equal(back.code, 0, back.stderr);
    for (const path of [".workflow_state.json", ".workflow_log.jsonl"]) {
      assert.ok(existsSync(join(root, path)), path);
    }
  },
});
