/** What the old tool left stays byte for byte until a migration, also where this program has its own. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import type { Scratch } from "../../harness/scratch.ts";
import {
  answer,
  copiedRepository,
  hashesOf,
  oldRepository,
  repositoryOf,
} from "./old_repository.ts";

const GENERATED = new URL("../../fixtures/legacy/projects/generated", import.meta.url).pathname;

/** One of each kind that the old tool made. */
const PROJECTS: ReadonlyMap<string, () => Scratch> = new Map([
  ...readdirSync(GENERATED).filter((name) => name.startsWith("v")).map((name) =>
    [name, () => copiedRepository(`${GENERATED}/${name}`)] as const
  ),
  ["generation 4", () => oldRepository(repositoryOf(4))],
  ["generation 7", () => oldRepository(repositoryOf(7))],
]);

const CURRENT = ".orchestrator/current";

/** To this one lines are added, so that git does not see the new state. */
const COMPLETED = ".orchestrator/.gitignore";

/** Those of the old files that are not as they were. */
function changed(scratch: Scratch, before: ReadonlyMap<string, string>): readonly string[] {
  const now = hashesOf(scratch);
  return [...before].filter(([path, hash]) => path !== COMPLETED && now.get(path) !== hash)
    .map(([path]) => path);
}

for (const [name, project] of PROJECTS) {
  Deno.test(`${name}: sessions that begin and are used before a migration leave the old files`, async () => {
    using scratch = project();
    const before = hashesOf(scratch);
    const { data: first } = await answer(scratch, "start", "First");
    assert.deepEqual(changed(scratch, before), []);
    const { data: second } = await answer(scratch, "start", "Second");
    assert.equal((await answer(scratch, "status")).data.session, second.session);
    await answer(scratch, "session", "use", first.session);
    await answer(scratch, "note", "of the first");
    assert.equal((await answer(scratch, "status")).data.session, first.session);
    assert.deepEqual(changed(scratch, before), []);

    const own = hashesOf(scratch);
    await answer(scratch, "migrate", "--yes");
    assert.equal((await answer(scratch, "status")).data.session, first.session);
    assert.equal(scratch.read(CURRENT), `${first.session}\n`);
    await answer(scratch, "session", "use", second.session);
    await answer(scratch, "migrate", "--rollback", "--yes");
    assert.deepEqual(changed(scratch, before), []);
    const bookkeeping = /^\.orchestrator\/(log\/|writer\.json|lock)/;
    assert.deepEqual(changed(scratch, own).filter((path) => !bookkeeping.test(path)), []);
    assert.equal((await answer(scratch, "status")).data.session, first.session);
  });
}

Deno.test("a change that imports the old workflow leaves the old current, and makes it current here", async () => {
  using scratch = oldRepository(repositoryOf(7));
  const before = hashesOf(scratch);
  await answer(scratch, "note", "imports it");
  const { data } = await answer(scratch, "status");
  const other = (await answer(scratch, "start", "Other")).data.session;
  assert.notEqual(other, data.session);
  await answer(scratch, "session", "use", "0a1b2c3d");
  assert.equal((await answer(scratch, "status")).data.session, data.session);
  assert.deepEqual(changed(scratch, before), []);
});

Deno.test("--keep-new gives the old current back, and keeps the current session of the new layout", async () => {
  using scratch = oldRepository(repositoryOf(7));
  const before = scratch.read(CURRENT);
  await answer(scratch, "migrate", "--yes");
  const { session } = (await answer(scratch, "start", "New")).data;
  await answer(scratch, "migrate", "--rollback", "--keep-new", "--yes");
  assert.equal(scratch.read(CURRENT), before);
  assert.equal((await answer(scratch, "status")).data.session, session);
});

Deno.test("deinit leaves the old tool's current, and removes this program's", async () => {
  using scratch = oldRepository(repositoryOf(7));
  const before = hashesOf(scratch);
  await answer(scratch, "start", "New");
  await answer(scratch, "deinit", "--yes");
  assert.deepEqual(changed(scratch, before), []);
  assert.equal(scratch.exists(".orchestrator/checkouts/-/current"), false);
});

Deno.test("doctor takes the session beside the old current for no worktree's", async () => {
  using scratch = oldRepository(repositoryOf(7));
  await answer(scratch, "start", "New");
  const { data } = await answer(scratch, "doctor");
  const found = data.findings.find(({ check }: { check: string }) => check === "sessions.bindings");
  assert.equal(found?.level, "ok", JSON.stringify(found));
});
