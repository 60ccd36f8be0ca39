/**
 * Programs of earlier versions meet what this one writes: they go on with it, or they refuse it and
 * write nothing. Part of `deno task test:long`, for the earlier programs are built first.
 */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Repository } from "../crash/repository.ts";
import { straceMissing } from "../crash/strace.ts";
import { executable, executableAvailable } from "../harness/executable.ts";
import { LONG } from "../harness/effort.ts";
import { compareTrees, readTree } from "../harness/tree.ts";
import { buildMissing, buildOf } from "./builds.ts";
import { must } from "./continuing.ts";
import { factsOf, type RepositoryFacts } from "./facts.ts";
import { Kitchen, PASSWORD, type Recipe, RECIPES } from "./recipes.ts";
import { KEPT, REFUSED } from "./refusing.ts";
import { frozenVersions, Thawed } from "./thaw.ts";

/** Exit code of `format_too_new`. */
const TOO_NEW = 8;

/** What this program writes in full, for an older one to go on with. */
const WHOLE = new Set(["normal", "portable", "migrated", "migrated_sessions", "long_history"]);

for (const { version } of LONG ? frozenVersions() : []) {
  const missing = buildMissing(version) ?? (executableAvailable ? null : "there is no executable");
  if (missing !== null) console.log(`Tests with the program of ${version} skip: ${missing}`);
  const test = (name: string, run: (older: string) => Promise<void>) =>
    Deno.test({
      name: `${version} as program: ${name}`,
      ignore: missing !== null,
      fn: () => run(buildOf(version)),
    });

  for (const [name, run] of Object.entries({ ...REFUSED, ...KEPT })) {
    test(name, (older) => run((archive) => new Thawed(version, archive, older)));
  }

  for (const recipe of RECIPES.filter(({ name }) => WHOLE.has(name))) {
    test(`goes on with, or refuses, what is new: ${recipe.name}`, async (older) => {
      await withRecipe(recipe, async (folder) => {
        await goesOnOrRefuses(folder, recipe.projects[0] ?? "", older);
      });
    });
  }

  for (const begunBy of ["the older program", "this one"]) {
    test(`refuses a session that this program changed, begun by ${begunBy}`, async (older) => {
      await refusesChangedSession(older, begunBy === "this one");
    });
  }

  test("takes in, or refuses, a new snapshot", async (older) => {
    const recipe = RECIPES.find(({ name }) => name === "snapshots");
    assert.ok(recipe !== undefined);
    await withRecipe(recipe, async (folder) => {
      const facts = await factsOf(new Repository(join(folder, "project"), await executable(), "/"));
      for (const file of ["plain.tar.gz", "armored.txt", "password.tar.gz.age"]) {
        await takesInOrRefuses(folder, file, { older, facts });
      }
    });
  });

  test("brings in, or refuses, a new state branch, and loses nothing of it", async (older) => {
    const recipe = RECIPES.find(({ name }) => name === "state_branch");
    assert.ok(recipe !== undefined);
    await withRecipe(recipe, (folder) => sharesABranch(folder, older));
  });
}

/** A repository of this program, in a scratch folder. */
async function withRecipe(
  recipe: Recipe,
  use: (folder: string) => Promise<void>,
): Promise<void> {
  const missing = straceMissing();
  if (missing !== null && recipe.name.startsWith("mid_")) return;
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "older-")));
  try {
    mkdirSync(join(folder, "home"));
    await recipe.make(new Kitchen(folder, await executable()));
    await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The number of the repository's format. */
function formatOf(root: string): number {
  return JSON.parse(readFileSync(join(root, ".orchestrator/meta.json"), "utf8")).format;
}

async function goesOnOrRefuses(folder: string, project: string, older: string): Promise<void> {
  const now = new Repository(join(folder, project), await executable(), join(folder, "home"));
  const then = new Repository(now.root, older, join(folder, "home"));
  const facts = await factsOf(now);
  const before = readTree(folder);
  const session = facts.current ?? "";
  const { code, stderr } = await then.run(["note", "From an older program", "-s", session]);
  if (code !== 0 || formatOf(now.root) > 1) {
    assert.equal(code, TOO_NEW, stderr);
    const changes = compareTrees(before, readTree(folder));
    assert.deepEqual(changes.filter((change) => !change.endsWith("/lock")), []);
    return;
  }
  await must(now, ["log", "verify", "--all"]);
  assertSame(await factsOf(now), facts, session);
}

/** Nothing but the session is newer, and its cached state is fresh: no journal has to be read. */
async function refusesChangedSession(older: string, isBegunByNow: boolean): Promise<void> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "older-")));
  try {
    for (const name of ["home", "project"]) mkdirSync(join(folder, name));
    const at = (program: string) =>
      new Repository(join(folder, "project"), program, join(folder, "home"));
    const now = at(await executable());
    const then = at(older);
    await must(isBegunByNow ? now : then, ["start", "Shared", "--name", "shared"]);
    await must(now, ["note", "From this program"]);
    assert.equal(formatOf(now.root), 1);
    const before = readTree(folder);
    const { code, stderr } = await then.run(["note", "From an older program"]);
    assert.equal(code, TOO_NEW, stderr);
    const changes = compareTrees(before, readTree(folder));
    assert.deepEqual(changes.filter((change) => !change.endsWith("/lock")), []);
    await must(now, ["log", "verify", "--all"]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function takesInOrRefuses(
  folder: string,
  file: string,
  { older, facts }: { readonly older: string; readonly facts: RepositoryFacts },
): Promise<void> {
  const root = join(folder, `empty-${file}`);
  mkdirSync(root);
  const then = new Repository(root, older, join(folder, "home"));
  const variables = { ORCHESTRATOR_SNAPSHOT_PASSWORD: PASSWORD };
  const { code, stderr } = await then.run(["snapshot", "import", `../${file}`], variables);
  if (code === TOO_NEW) {
    assert.deepEqual([...readTree(root).keys()], ["."]);
    return;
  }
  assert.equal(code, 0, stderr);
  const now = new Repository(root, await executable(), join(folder, "home"));
  assertSame(await factsOf(now), facts, "");
}

/** The older program works on a clone and pushes; nothing that was on the server is lost. */
async function sharesABranch(folder: string, older: string): Promise<void> {
  const program = await executable();
  const at = (name: string, executable: string) =>
    new Repository(join(folder, name), executable, join(folder, "home"));
  const laptop = at("project", program);
  await must(laptop, ["state", "push"]);
  await must(at("sandbox", program), ["state", "push"]);
  await must(laptop, ["state", "pull"]);
  const facts = await factsOf(laptop);
  const { code } = await laptop.spawn("git", ["clone", "--quiet", "../server.git", "../older"]);
  assert.equal(code, 0);
  const then = at("older", older);
  const pulled = await then.run(["state", "pull"]);
  assert.ok(pulled.code === 0 || pulled.code === TOO_NEW, pulled.stderr);
  await then.run(["note", "From an older program", "-s", "zero"]);
  await then.run(["state", "push"]);
  await laptop.spawn("git", ["clone", "--quiet", "../server.git", "../looking"]);
  const looking = at("looking", program);
  await must(looking, ["state", "pull"]);
  const zero = facts.sessions.find(({ name }) => name === "zero");
  assertSame(await factsOf(looking), { ...facts, secrets: {} }, zero?.id ?? "");
}

/** All sessions are as they were, but for what was added to one. */
function assertSame(now: RepositoryFacts, before: RepositoryFacts, grown: string): void {
  for (const session of before.sessions) {
    const found = now.sessions.find(({ id }) => id === session.id);
    if (session.id !== grown) assert.deepEqual(found, session);
    else assert.deepEqual(found?.events.slice(0, session.events.length), session.events);
  }
}
