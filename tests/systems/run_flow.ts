/**
 * Runs the flow on a system and says how it went: one line for each system.
 * @module
 */
import assert from "node:assert/strict";
import { target } from "../../src/platform/runtime.ts";
import { FLOW, type Step } from "./flow.ts";
import { KNOWN_FAILURES, type KnownFailure } from "./known_failures.ts";
import { type SystemKind, withSystem } from "./systems.ts";
import { World } from "./world.ts";

/** Makes the test of a system; none on machines that could not be prepared for it. */
export function flowTest(kind: SystemKind): void {
  if (kind.on !== undefined && kind.on !== target()) return;
  const missing = kind.missing();
  if (missing !== null) console.log(`skipped: ${kind.name} (needs ${missing})`);
  Deno.test({
    name: `the flow on ${kind.name}`,
    ignore: missing !== null,
    fn: () =>
      withSystem(kind, async (system) => {
        const started = performance.now();
        const steps = FLOW.filter((step) => kind.slow !== true || step.long !== true);
        const known = KNOWN_FAILURES.filter((failure) => kind.name.startsWith(failure.system));
        const problems = await play(steps, new World(system), known);
        const seconds = Math.round((performance.now() - started) / 1000);
        const but = known.length === 0 ? "" : `, ${known.length} of them failing as listed`;
        console.log(`${kind.name}: ${steps.length} steps${but}, in ${seconds} s`);
        assert.ok(problems.length === 0, problems.join("\n\n"));
      }),
  });
}

/**
 * Takes all steps, whatever becomes of those before.
 * @returns what is not as it should be: a step that failed, or did not although it is listed.
 */
export async function play(
  steps: readonly Step[],
  world: World,
  known: readonly KnownFailure[],
): Promise<readonly string[]> {
  const problems: string[] = known.filter(({ step }) => !steps.some(({ does }) => does === step))
    .map(({ step }) => `${step}: it is listed as failing, and is no step`);
  for (const { does, run } of steps) {
    const listed = known.find(({ step }) => step === does);
    try {
      await run(world);
      if (listed === undefined) continue;
      problems.push(`${does}: it passes, and is listed as failing: ${listed.why}`);
    } catch (error) {
      if (listed !== undefined) continue;
      problems.push(`${does}: ${error instanceof Error ? error.message : error}`);
    }
  }
  return problems;
}
