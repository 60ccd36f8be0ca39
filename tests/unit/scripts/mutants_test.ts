import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Mutant, mutated } from "../../mutants/mutant.ts";
import { MUTANTS } from "../../mutants/table.ts";

const ROOT = resolve(import.meta.dirname ?? ".", "../../..");

/** Why a mutant does not apply to the code as it is; null when it does. */
function misfit(mutant: Mutant): string | null {
  try {
    mutated(readFileSync(join(ROOT, mutant.file), "utf8"), mutant);
    return null;
  } catch (error) {
    return String(error);
  }
}

Deno.test("every mutant applies to the code as it is", () => {
  assert.deepEqual(MUTANTS.map(misfit).filter((why) => why !== null), []);
});
