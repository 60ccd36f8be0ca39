/**
 * All that a session of the new layout takes over from an old workflow.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import type { EventData } from "../workflow/events.ts";
import type { LegacyFinding } from "./find.ts";
import { type SeedOptions, toSeed } from "./convert.ts";
import type { LegacyWorkflow } from "./legacy_workflow.ts";
import { OldReviews } from "./old_reviews.ts";
import { LocalPaths } from "./local_paths.ts";
import type { LegacyCheckpoint } from "./read_checkpoint.ts";
import { utc } from "./values.ts";

/** The parts of a `session_imported` event that come from the old tool. */
export interface LegacyImport {
  /** The session's id. */
  readonly session: string;
  readonly seed: EventData["session_imported"]["seed"];
  readonly source: EventData["session_imported"]["source"];
  /** How many values {@link visitHistory} shows. */
  readonly lines: number;
  /**
   * Shows the old log's entries, oldest first, absolute paths made relative. Reads them again each time:
   * they may be more than what is to be held in memory.
   * @throws `io_failed`, `files_changed` when they are fewer than before.
   */
  readonly visitHistory: (take: (value: unknown) => void) => void;
}

/**
 * Reads a whole old workflow: state, hashes, and how much its log holds.
 * @param how.preview leaves out what cannot be read instead of failing: nothing is kept of it.
 * @throws OrchestratorError `legacy_corrupt` when its state is damaged.
 */
export function toImport(
  workflow: LegacyWorkflow,
  options: SeedOptions = {},
  { preview = false }: { readonly preview?: boolean } = {},
): LegacyImport {
  const state = workflow.state();
  const { seed, definitionOrigin, findings } = toSeed(state, options);
  let lines = 0;
  const reviews = new OldReviews(seed.definition);
  const log = workflow.visitLog((entry) => {
    lines += 1;
    reviews.take(entry);
  });
  const meta = workflow.meta();
  const paths = new LocalPaths(state.raw, options.root);
  const badLines = log.bad.map((bad) => `${bad.file}, line ${bad.line}: ${bad.reason}`);
  return {
    session: workflow.summary?.session ?? "",
    seed: { ...seed, ...reviews.recorded() },
    source: {
      generation: state.generation,
      checksum: state.checksum,
      workflowId: state.workflowId,
      origin: workflow.origin.name,
      definition: definitionOrigin,
      files: preview ? workflow.readableSources() : workflow.sources(),
      findings: [...findings, ...badLines, ...log.findings.map((finding) => finding.message)],
      ...(meta === null ? {} : { meta: paths.scrubFields(meta) }),
    },
    lines,
    visitHistory(take) {
      let shown = 0;
      const { findings } = workflow.visitLog(({ raw }) => {
        shown += 1;
        take(paths.scrub(raw));
      });
      if (shown < lines) throw lostLines(workflow, findings);
    },
  };
}

/** The log has fewer entries than at the look before: they must not be missing for good. */
function lostLines(
  workflow: LegacyWorkflow,
  findings: readonly LegacyFinding[],
): OrchestratorError {
  const { log } = workflow.origin;
  const unreadable = findings.find(({ code }) => code === "unreadable");
  return unreadable === undefined
    ? new OrchestratorError("files_changed", `Cannot read "${log}": it changed in the meantime`, {
      hint: "Let the old tool finish, then run the command again",
      details: { path: log },
    })
    : new OrchestratorError("io_failed", `Cannot read "${log}": ${unreadable.message}`, {
      hint: "Make it readable, then run the command again",
      details: { path: log },
    });
}

/**
 * An old checkpoint as the data of a `checkpoint_created` event, restorable with `checkpoint restore`.
 * @returns null when it holds no copy of the state.
 */
export function toCheckpoint(
  checkpoint: LegacyCheckpoint,
  options: SeedOptions = {},
): EventData["checkpoint_created"] | null {
  if (checkpoint.snapshot === null) return null;
  const { status, phase, phases } = toSeed(checkpoint.snapshot, options).seed;
  const time = utc(checkpoint.timestamp);
  return {
    checkpoint: checkpoint.id,
    message: checkpoint.message,
    decisions: checkpoint.keyDecisions,
    files: checkpoint.fileManifest,
    snapshot: { status, phase, phases },
    ...(time === null ? {} : { made: { time } }),
  };
}
