/**
 * Every fault that was removed once, or that must never come in, and the test that sees it: one file
 * for each subject below `faults/`.
 * @module
 */
import { APPROVAL } from "./faults/approval.ts";
import { LAYOUT } from "./faults/layout.ts";
import { LOCKS } from "./faults/locks.ts";
import { MIGRATION } from "./faults/migration.ts";
import { PRINTING } from "./faults/printing.ts";
import { SECRECY } from "./faults/secrecy.ts";
import { TRAVEL } from "./faults/travel.ts";
import { TRUST } from "./faults/trust.ts";
import { WORKFLOW } from "./faults/workflow.ts";
import type { Mutant } from "./mutant.ts";

/** All of them. */
export const MUTANTS: readonly Mutant[] = [
  ...MIGRATION,
  ...TRAVEL,
  ...LOCKS,
  ...TRUST,
  ...SECRECY,
  ...WORKFLOW,
  ...APPROVAL,
  ...LAYOUT,
  ...PRINTING,
];
