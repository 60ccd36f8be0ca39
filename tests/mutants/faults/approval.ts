/**
 * Faults in what an approval waits for, and in what is said of proofs and programs.
 * @module
 */
import type { Mutant } from "../mutant.ts";

const FRESHNESS = "tests/unit/workflow/freshness_test.ts";
const EARLY = "tests/unit/workflow/early_approval_test.ts";

/** See `table.ts`. */
export const APPROVAL: readonly Mutant[] = [
  {
    name: "an agent accepts stale proofs",
    file: "src/workflow/waiving.ts",
    search: "if (refused !== undefined) return { error: refused };",
    replace: "if (refused === null) return { error: refused };",
    killedBy: { file: FRESHNESS, filter: "in spite of stale proofs" },
  },
  {
    name: "who accepts one stale proof accepts all",
    file: "src/workflow/waiving.ts",
    search: "one.phase !== phase || one.item !== item",
    replace: "one.phase === null || one.item === null",
    killedBy: { file: FRESHNESS, filter: "in spite of stale proofs" },
  },
  {
    name: "that stale proofs were accepted is not kept",
    file: "src/workflow/evolve.ts",
    search: "return { bypasses: entries.reduce(bypassed, bypasses) };",
    replace: "return { bypasses: entries.slice(0, 0).reduce(bypassed, bypasses) };",
    killedBy: { file: FRESHNESS, filter: "in spite of stale proofs" },
  },
  {
    name: "a failed item of the current phase is accepted",
    file: "src/workflow/waiving.ts",
    search: 'blocker.status === "failed" && blocker.phase !== state.phase;',
    replace: 'blocker.status === "failed" || blocker.phase !== state.phase;',
    killedBy: { file: FRESHNESS, filter: "can be skipped" },
  },
  {
    name: "an approval whose inputs changed blocks nothing",
    file: "src/workflow/freshness.ts",
    search: "return item.inputs !== undefined && !isGivenElsewhere(state, proof);",
    replace: "return item.inputs === undefined && isGivenElsewhere(state, proof);",
    killedBy: { file: FRESHNESS, filter: "an approval of inputs that changed" },
  },
  {
    name: "an approval from another checkout is held against the files of the work",
    file: "src/workflow/last_work.ts",
    search: "given !== undefined && !isSameDirectory(work, given);",
    replace: "given !== undefined && isSameDirectory(work, given);",
    killedBy: { file: FRESHNESS, filter: "another checkout" },
  },
  {
    name: "a stale approval cannot be given again",
    file: "src/workflow/early_approval.ts",
    search: 'return found.verdict === "stale" ||',
    replace: 'return found.verdict === "fresh" ||',
    killedBy: { file: FRESHNESS, filter: "an approval of inputs that changed" },
  },
  {
    name: "an approval of anything is held against the files after its phase",
    file: "src/workflow/held_proofs.ts",
    search: "isStrict && id === state.phase",
    replace: "isStrict && id !== null",
    killedBy: { file: FRESHNESS, filter: "are held against the files" },
  },
  {
    name: "a stale proof does not hold an approval up",
    file: "src/workflow/early_approval.ts",
    search: "  const blockers = item === undefined ? all : all.filter(isRun);",
    replace: "  const blockers = item === undefined ? [] : all.filter((one) => !isRun(one));",
    killedBy: { file: EARLY, filter: "nothing is approved on a stale proof" },
  },
  {
    name: "what was stale is not part of the approval",
    file: "src/workflow/early_approval.ts",
    search: "...(stale.length === 0 ? {} : { stale }),",
    replace: "...(stale.length === 0 ? { stale } : {}),",
    killedBy: { file: EARLY, filter: "it is recorded what was stale" },
  },
  {
    name: "a phase is approved while its required items are open",
    file: "src/workflow/early_approval.ts",
    search: "if (state.definition.format !== 2) return undefined;",
    replace: "if (state.definition.format === 2) return undefined;",
    killedBy: { file: EARLY, filter: "when its required items are done" },
  },
  {
    name: "proofs of another clone are held against the files of this one",
    file: "src/workflow/early_approval.ts",
    search: "!isSameDirectory(here, there);",
    replace: "isSameDirectory(here, there);",
    killedBy: { file: EARLY, filter: "proved in another directory" },
  },
  {
    name: "what was approved on a stale proof is approved again while it is stale",
    file: "src/workflow/early_approval.ts",
    search: 'one.seq === seq && one.verdict === "fresh"',
    replace: 'one.seq === seq && one.verdict === "stale"',
    killedBy: { file: EARLY, filter: "approved again once the proof fits" },
  },
  {
    name: "a revocation of another half is recorded in a session that was not split",
    file: "src/workflow/audit/stamp.ts",
    search: 'if (behind === undefined && typeof branchOf !== "string") {',
    replace: 'if (behind === undefined && typeof branchOf === "number") {',
    killedBy: {
      file: "tests/unit/workflow/audit/elsewhere_test.ts",
      filter: "not split off it is named",
    },
  },
  {
    name: "a proof becomes stale while the question is open",
    file: "src/app/approve.ts",
    search: "if (JSON.stringify(seen) === JSON.stringify(now)) return;",
    replace: "if (seen !== null && now !== null) return;",
    killedBy: { file: "tests/unit/app/approve_test.ts", filter: "may not become one" },
  },
  {
    name: "an empty file is approved",
    file: "src/workflow/recorded_approval.ts",
    search: "if (size === 0) return",
    replace: "if (size < 0) return",
    killedBy: { file: EARLY, filter: "an empty file approves nothing" },
  },
  {
    name: "log does not say which proofs were stale",
    file: "src/cli/output/event_text.ts",
    search: 'seen["verdict"] !== "stale") return [];',
    replace: 'seen["verdict"] !== "") return [];',
    killedBy: { file: "tests/e2e/skipping_test.ts", filter: "a good file while the gate runs" },
  },
  {
    name: "another program of the same name is not said",
    file: "src/workflow/program_remark.ts",
    search: "if (found?.name === name && found.path !== path) return found;",
    replace: "if (found?.name === name && found.path === path) return found;",
    killedBy: {
      file: "tests/unit/workflow/program_remark_test.ts",
      filter: "another program of the same name",
    },
  },
];
