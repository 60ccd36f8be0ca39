/** One thing that is wrong, and the tests that every such thing gets. */
import assert from "node:assert/strict";
import { type Level, SEVERITY } from "../../../src/doctor/check.ts";
import { hintProblems } from "../../harness/hint_rule.ts";
import { compareTrees, readTree, type Tree } from "../../harness/tree.ts";
import { checkNamed, World } from "./world.ts";

/** What is done to a project, and what a check must say of it then. */
export interface Scenario {
  /** The check's id. */
  readonly check: string;
  /** What is wrong. Unique among the scenarios of a check. */
  readonly when: string;
  readonly level: Exclude<Level, "ok" | "skipped">;
  /** Fits what the check says it has seen. */
  readonly seen: RegExp;
  /** Fits what the check says is to do. Default: anything, also nothing. */
  readonly todo?: RegExp;
  /** What is there before: nothing, a project, or one with a session. Default: with a session. */
  readonly project?: "nothing" | "initialised" | "started";
  /** Whether there is a git repository from the beginning. Default false. */
  readonly git?: boolean;
  /** Makes it wrong. */
  readonly make: (world: World) => void | Promise<void>;
  /** Whether the check can put it right. */
  readonly fixable?: boolean;
  /** What is true once it has been put right, besides that the check is content. */
  readonly after?: (world: World) => void | Promise<void>;
  /** Cannot be made here. */
  readonly ignore?: boolean;
}

/** Registers the tests of scenarios. */
export function testScenarios(scenarios: readonly Scenario[]): void {
  for (const scenario of scenarios) {
    Deno.test({
      name: `${scenario.check}: ${scenario.when}`,
      ignore: scenario.ignore ?? false,
      fn: () => testScenario(scenario),
    });
  }
}

async function testScenario(scenario: Scenario): Promise<void> {
  using world = new World();
  if (scenario.git === true) await world.git("init", "-q");
  if (scenario.project !== "nothing") await world.init();
  if ((scenario.project ?? "started") === "started") await world.start();
  const healthy = await world.lookAt(scenario.check);
  assert.ok(
    healthy.level !== scenario.level || !scenario.seen.test(healthy.seen),
    `says so before anything is wrong: ${healthy.seen}`,
  );

  await scenario.make(world);
  const tree = everything(world);
  const report = await world.lookAt(scenario.check);
  assert.match(report.seen, scenario.seen);
  assert.equal(report.level, scenario.level, report.seen);
  if (scenario.todo !== undefined) assert.match(report.todo ?? "", scenario.todo);
  assert.deepEqual(compareTrees(tree, everything(world)), [], "looking changes nothing");
  assert.equal(report.fixable, scenario.fixable ?? false);
  assertWording(report.seen, report.todo);
  if (report.todo !== undefined) assert.deepEqual(hintProblems(report.todo), [], report.todo);
  if (report.fixable) await testFix(scenario, world, tree);
}

async function testFix(scenario: Scenario, world: World, before: Tree): Promise<void> {
  const dry = await world.lookAt(scenario.check, { fix: true, dryRun: true });
  assert.match(dry.fixed?.join() ?? "", /^Would fix: /);
  assert.equal(dry.level, scenario.level);
  assert.deepEqual(compareTrees(before, everything(world)), [], "a dry run changes nothing");

  const fixed = await world.lookAt(scenario.check, { fix: true });
  assert.ok((fixed.fixed?.length ?? 0) > 0, "a fix says what it did");
  for (const line of fixed.fixed ?? []) assert.doesNotMatch(line, /^Could not|^Cannot/);
  assert.ok(
    SEVERITY[fixed.level] <= SEVERITY.ok,
    `the second look is good: ${fixed.level}: ${fixed.seen}`,
  );
  assert.equal(fixed.fixable, false);
  await scenario.after?.(world);

  const cured = readTree(world.scratch.top, { times: false });
  const all = everything(world);
  const again = await world.lookAt(scenario.check, { fix: true });
  assert.equal(again.fixed, undefined, "nothing is left to fix");
  assert.deepEqual(compareTrees(all, everything(world)), [], "fixing the fixed writes nothing");
  await checkNamed(scenario.check).fix?.(world.examination());
  assert.deepEqual(
    compareTrees(cured, readTree(world.scratch.top, { times: false })),
    [],
    "a second fix changes nothing",
  );
}

/** All there is, the home directory too. */
function everything(world: World): Tree {
  return readTree(world.scratch.top);
}

/** Sentences as they are written here: without a full stop, nothing that destroys anything. */
function assertWording(...texts: readonly (string | undefined)[]): void {
  for (const text of texts) {
    if (text === undefined) continue;
    assert.doesNotMatch(text, /\.$/, text);
    assert.doesNotMatch(text, /\brm\b|--hard|reset|\bdelete\b|undefined|\[object/, text);
    assert.doesNotMatch(text, /\b1 \w+s\b|copys|ditys/, `the number fits the word: ${text}`);
  }
}
