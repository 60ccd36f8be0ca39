/**
 * How long texts may be.
 * @module
 */

/** Upper and lower bounds of texts, in characters (UTF-16 units). */
export const TEXT_LIMITS = {
  task: 5000,
  name: 100,
  notes: 2000,
  constraint: 1000,
  reason: 2000,
  note: 5000,
  /** Evidence, as JSON text. */
  evidence: 50_000,
  checkpoint: 100,
  checkpointMessage: 2000,
  decision: 1000,
  file: 1000,
  /** Entries of a checkpoint's decisions or files. */
  entries: 200,
  /** Minimum length of a reason to skip a flexible item. */
  flexibleReason: 10,
  /** Minimum length of a reason to abandon a workflow. */
  abandonReason: 10,
  /** Minimum length of a reason to skip a documented item, or to force the skip of a gate. */
  weightyReason: 50,
} as const;
