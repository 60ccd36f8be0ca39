/**
 * Journals of earlier versions, and those that are made of the old tool's data, contradict nothing and
 * give no remark.
 */
import assert from "node:assert/strict";
import { chmodSync, cpSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { FileBackend } from "../../src/storage/file_backend.ts";
import { verifySession } from "../../src/session/verify_session.ts";
import { oldProjects } from "../harness/old_projects.ts";
import { runInProcess } from "../harness/running.ts";
import { Scratch, scratchEnvironment } from "../harness/scratch.ts";
import { unpack } from "./archive.ts";
import { FROZEN, frozenVersions } from "./thaw.ts";

/** Folders below which sessions are. */
function stateFolders(top: string): readonly string[] {
  return readdirSync(top, { recursive: true, encoding: "utf8" })
    .filter((path) => basename(path) === "sessions").map((path) => join(top, dirname(path)));
}

/** @returns how many sessions were audited. */
async function auditAll(top: string, what: string): Promise<number> {
  let audited = 0;
  for (const folder of stateFolders(top)) {
    const backend = new FileBackend(folder);
    for (const id of await backend.sessions()) {
      const { bad, contradictions, remarks } = await verifySession(backend, id, {
        now: new Date(Date.UTC(2100, 0, 1)),
      });
      if (bad !== null) continue;
      audited += 1;
      assert.deepEqual([contradictions, remarks], [[], []], `${what}: ${id} in ${folder}`);
    }
  }
  return audited;
}

for (const { version, repositories } of frozenVersions()) {
  Deno.test({
    name: `${version}: no journal of a frozen repository is accused`,
    ignore: Deno.build.os === "windows",
    fn: async () => {
      let audited = 0;
      for (const archive of Object.keys(repositories)) {
        using scratch = new Scratch();
        unpack(join(FROZEN, version, `${archive}.tar.gz`), scratch.root);
        audited += await auditAll(scratch.root, archive);
      }
      assert.ok(audited > 50, `${audited} journals`);
    },
  });
}

/** Commands after an import, as far as they are possible. */
const CONTINUING: readonly (readonly string[])[] = [
  ["note", "Went on"],
  ["checkpoint", "create", "-m", "After the import"],
  ["advance"],
  ["checkpoint", "restore", "cp1", "--yes"],
  ["note", "Again"],
  ["finish", "--abandon", "--reason", "Enough of it for a test"],
];

Deno.test("no journal that is made of the old tool's data is accused", async () => {
  let audited = 0;
  for (const { name, root } of oldProjects) {
    using scratch = new Scratch();
    cpSync(root, scratch.root, { recursive: true, verbatimSymlinks: true });
    chmodSync(scratch.root, 0o755);
    const env = scratchEnvironment(scratch);
    for (const argv of CONTINUING) await runInProcess(argv, { cwd: scratch.root, env });
    audited += await auditAll(scratch.root, name).catch((error) => {
      if (error instanceof assert.AssertionError) throw error;
      return 0;
    });
  }
  assert.ok(audited > 10, `${audited} journals`);
});

Deno.test("no journal that is made of a state of any generation is accused", async () => {
  const folder = new URL("../fixtures/legacy/states/", import.meta.url);
  for (const file of readdirSync(folder)) {
    const text = readFileSync(new URL(file, folder), "utf8");
    using scratch = new Scratch({ ".workflow_state.json": text });
    const env = scratchEnvironment(scratch);
    for (const argv of CONTINUING) await runInProcess(argv, { cwd: scratch.root, env });
    assert.equal(await auditAll(scratch.root, file), 1, file);
  }
});
