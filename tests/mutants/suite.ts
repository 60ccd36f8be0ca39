/**
 * The mutants as tests: each killer must pass as the code is, and fail with the mutant in it.
 * @module
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { tell } from "../harness/effort.ts";
import type { Killer, Mutant } from "./mutant.ts";
import { MUTANTS } from "./table.ts";
import { TreeCopy } from "./tree_copy.ts";

const missing = spawnSync("git", ["rev-parse", "--git-dir"]).status !== 0;
if (missing) console.log("The mutants skip: this is no clone of git's");

/**
 * Makes a test of every mutant of one part of the table. Parts run at the same time.
 * @param part 0-based.
 */
export function testMutants(part: number, parts: number): void {
  const mutants = MUTANTS.filter((_, index) => index % parts === part);
  let copy: TreeCopy | undefined;
  const sound = new Map<string, Promise<void>>();
  for (const mutant of mutants) {
    Deno.test({
      name: `is seen: ${mutant.name}`,
      ignore: missing,
      fn: async () => {
        copy ??= new TreeCopy();
        const { killedBy } = mutant;
        const key = JSON.stringify(killedBy);
        const passed = sound.get(key) ?? requireSound(copy, killedBy);
        sound.set(key, passed);
        await passed;
        await requireKilled(copy, mutant);
        tell("mutants killed", 1);
      },
    });
  }
  globalThis.addEventListener("unload", () => copy?.[Symbol.dispose]());
}

/** A test that fails anyway, or does not run, sees nothing. */
async function requireSound(copy: TreeCopy, killer: Killer): Promise<void> {
  const report = await copy.run(killer);
  const shown = `${killer.file} ${killer.filter ?? ""}`;
  assert.ok(report !== null, `${shown} cannot run`);
  assert.deepEqual(report.failures, [], `${shown} fails without a mutant`);
  // Those that the filter leaves out are told as skipped, too.
  const skips = report.skips.filter((name) => isMeant(name, killer.filter));
  assert.deepEqual(skips, [], `${shown} skips`);
  assert.ok(report.passed > 0, `${shown} has no such test`);
}

async function requireKilled(copy: TreeCopy, mutant: Mutant): Promise<void> {
  const report = await copy.runWith(mutant);
  assert.ok(report !== null, `"${mutant.name}" breaks the tests themselves: it must only be wrong`);
  assert.ok(report.failed > 0, `"${mutant.name}" survives: ${mutant.killedBy.file} still passes`);
}

/** Whether a filter chooses a test, as `deno test --filter` does. */
function isMeant(name: string, filter = ""): boolean {
  const pattern = /^\/(.*)\/$/.exec(filter)?.[1];
  return pattern === undefined ? name.includes(filter) : new RegExp(pattern).test(name);
}
