/**
 * Workflows of which no state file is left, put together from what is.
 *
 * The old tool kept one state for a repository and overwrote it, but its log and its checkpoints tell
 * of earlier workflows too. The newest checkpoint has a full copy of the state; without one the log
 * says which phases and items there were and what became of them.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { LEGACY_PATHS, type LegacyFinding, Look } from "./find.ts";
import {
  type LegacyOrigin,
  LegacyWorkflow,
  MAX_CHECKPOINT_BYTES,
  MAX_LOG_BYTES,
} from "./legacy_workflow.ts";
import type { LegacyProject } from "./project.ts";
import { type LegacyCheckpoint, readLegacyCheckpoint } from "./read_checkpoint.ts";
import {
  type LegacyLogEntry,
  type LoggedWorkflow,
  LoggedWorkflows,
  LogReader,
} from "./read_log.ts";
import { legacyStateOf } from "./read_state.ts";
import { textField } from "./values.ts";

/** What {@link readForgotten} gives. */
export interface ForgottenWorkflows {
  /** In the order of the log. */
  readonly workflows: readonly LegacyWorkflow[];
  /** Of which the log tells too little to make a workflow: only their lines are kept. */
  readonly traces: readonly LoggedWorkflow[];
  readonly findings: readonly LegacyFinding[];
}

const ORIGIN: LegacyOrigin = {
  name: "log",
  state: { path: LEGACY_PATHS.log, kind: "file" },
  log: LEGACY_PATHS.log,
  checkpoints: LEGACY_PATHS.checkpoints,
  meta: null,
};

/** Reads the scattered log, and the scattered checkpoints of the workflows only it knows. */
export function readForgotten(project: LegacyProject): ForgottenWorkflows {
  const { root, log: place } = project.places;
  const look = new Look(root);
  const all = new LoggedWorkflows();
  if (place !== null) readLog(look, place.path, (entry) => all.take(entry));
  const known = new Set(project.workflows.map((workflow) => workflow.summary?.workflowId));
  const logged = all.all.filter(({ workflowId }) => !known.has(workflowId));
  const stateIsDamaged = project.workflows.some((workflow) =>
    workflow.error !== null && workflow.origin.name === "root"
  );
  if (logged.length === 0 && !stateIsDamaged) {
    return { workflows: [], traces: [], findings: look.findings };
  }
  const checkpoints = newestCheckpoints(look, known);
  const [newest] = checkpoints.values();
  // A state that cannot be read was the running workflow's.
  const running = stateIsDamaged ? newest?.workflowId ?? logged.at(-1)?.workflowId : undefined;
  if (
    stateIsDamaged && newest !== undefined &&
    !logged.some((workflow) => workflow.workflowId === newest.workflowId)
  ) logged.push(unlogged(newest));
  const told = new Map<string, LoggedState>();
  for (const { workflowId } of logged) {
    if (!checkpoints.has(workflowId)) told.set(workflowId, new LoggedState());
  }
  if (place !== null && told.size > 0) {
    const again = new Look(root);
    readLog(again, place.path, (entry) => told.get(entry.workflowId ?? "")?.take(entry));
    // All else that it finds was found the first time.
    look.findings.push(...again.findings.filter(({ code }) => code === "unreadable"));
  }
  const workflows: LegacyWorkflow[] = [];
  const traces: LoggedWorkflow[] = [];
  for (const workflow of logged) {
    const forgotten = workflow.status === "active" && workflow.workflowId !== running;
    const status = forgotten ? "abandoned" : workflow.status;
    const checkpoint = checkpoints.get(workflow.workflowId);
    const raw = checkpoint === undefined
      ? told.get(workflow.workflowId)?.state(workflow, status) ?? null
      : stateFromCheckpoint(checkpoint, workflow, status);
    if (raw === null) {
      traces.push(workflow);
      continue;
    }
    const origin = checkpoint === undefined
      ? ORIGIN
      : { ...ORIGIN, state: { path: checkpoint.file, kind: "file" as const } };
    try {
      workflows.push(LegacyWorkflow.made(root, origin, legacyStateOf(raw, origin.state.path)));
    } catch (error) {
      if (!(error instanceof OrchestratorError)) throw error;
      traces.push(workflow);
    }
  }
  return { workflows, traces, findings: look.findings };
}

/** A workflow that the log says nothing of. */
function unlogged({ workflowId, timestamp }: LegacyCheckpoint): LoggedWorkflow {
  const time = timestamp ?? "";
  return { workflowId, task: null, status: "active", first: time, last: time, events: 0 };
}

function readLog(look: Look, path: string, take: (entry: LegacyLogEntry) => void): void {
  const reader = new LogReader(take);
  look.lastLines(path, MAX_LOG_BYTES, (line, ended) => reader.next(line, ended));
}

/** Of each workflow that is not known, the newest scattered checkpoint with a state; newest first. */
function newestCheckpoints(
  look: Look,
  known: ReadonlySet<string | undefined>,
): ReadonlyMap<string, LegacyCheckpoint> {
  const found = new Map<string, LegacyCheckpoint>();
  if (look.at(LEGACY_PATHS.checkpoints, "directory") === null) return found;
  let left = MAX_CHECKPOINT_BYTES;
  for (const { name } of look.entries(LEGACY_PATHS.checkpoints).toReversed()) {
    const path = `${LEGACY_PATHS.checkpoints}/${name}`;
    if (!name.endsWith(".json") || look.at(path, "file") === null) continue;
    const text = look.text(path, MAX_CHECKPOINT_BYTES) ?? "";
    left -= text.length;
    if (left < 0) break;
    try {
      const checkpoint = readLegacyCheckpoint(text, path);
      const { workflowId, snapshot } = checkpoint;
      if (snapshot === null || known.has(workflowId) || found.has(workflowId)) continue;
      found.set(workflowId, checkpoint);
    } catch (error) {
      if (!(error instanceof OrchestratorError)) throw error;
    }
  }
  return found;
}

function stateFromCheckpoint(
  checkpoint: LegacyCheckpoint,
  workflow: LoggedWorkflow,
  status: LoggedWorkflow["status"],
): Readonly<Record<string, unknown>> {
  const { raw = {} } = checkpoint.snapshot ?? {};
  return { ...raw, status, ...ending(workflow, status, raw["metadata"]) };
}

/** What the log says of one workflow's phases and items. */
class LoggedState {
  readonly #phases: Record<string, { [key: string]: unknown; items: Record<string, unknown> }> = {};
  #current: string | null = null;
  #details: Readonly<Record<string, unknown>> = {};

  /** Its next entry. */
  take(entry: LegacyLogEntry): void {
    if (entry.eventType === "workflow_started") this.#details = entry.details;
    if (entry.phaseId === null) return;
    const phase = this.#phases[entry.phaseId] ??= {
      id: entry.phaseId,
      status: "active",
      items: {},
    };
    if (entry.eventType === "phase_started") {
      phase["started_at"] = entry.timestamp;
      this.#current = entry.phaseId;
    } else if (entry.eventType === "phase_completed") {
      phase["status"] = "completed";
      phase["completed_at"] = entry.timestamp;
    }
    if (entry.itemId === null) return;
    phase.items[entry.itemId] = {
      ...(phase.items[entry.itemId] ?? { id: entry.itemId, status: "pending" }),
      ...itemFrom(entry),
    };
  }

  /** @returns null when the log mentions no phase: then there is nothing to make a workflow of. */
  state(
    workflow: LoggedWorkflow,
    status: LoggedWorkflow["status"],
  ): Readonly<Record<string, unknown>> | null {
    const first = Object.keys(this.#phases)[0];
    if (first === undefined) return null;
    return {
      workflow_id: workflow.workflowId,
      workflow_type: textField(this.#details, "workflow_type") ?? "unknown",
      workflow_version: "unknown",
      task_description: workflow.task ?? workflow.workflowId,
      project: textField(this.#details, "project"),
      status,
      current_phase_id: this.#current ?? first,
      phases: this.#phases,
      created_at: workflow.first,
      updated_at: workflow.last,
      ...ending(workflow, status, {}),
    };
  }
}

function itemFrom(entry: LegacyLogEntry): Readonly<Record<string, unknown>> {
  const notes = textField(entry.details, "notes");
  switch (entry.eventType) {
    case "item_completed":
      return {
        status: "completed",
        completed_at: entry.timestamp,
        ...(notes === null ? {} : { notes }),
      };
    case "item_skipped":
      return {
        status: "skipped",
        skipped_at: entry.timestamp,
        skip_reason: textField(entry.details, "reason") ?? entry.message,
      };
    case "item_failed":
    case "verification_failed":
      return { status: "failed" };
    default:
      return {};
  }
}

/** How it ended. One that was not ended counts as abandoned: the old tool had forgotten it. */
function ending(
  workflow: LoggedWorkflow,
  status: LoggedWorkflow["status"],
  before: unknown,
): Readonly<Record<string, unknown>> {
  if (status === "active") return {};
  const forgotten = workflow.status === "active"
    ? { abandoned_reason: "the old tool started another workflow before this one was finished" }
    : {};
  return {
    completed_at: workflow.last,
    metadata: { ...(typeof before === "object" ? before : {}), ...forgotten },
  };
}
