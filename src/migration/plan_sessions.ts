/**
 * The part of a plan that is about sessions: what old workflows and their feedback become.
 * @module
 */
import { FEEDBACK_FILES, readFeedbackLines } from "../legacy/feedback_lines.ts";
import type { LegacyWorkflow } from "../legacy/legacy_workflow.ts";
import type { LegacyProject } from "../legacy/project.ts";
import { hashFile } from "../platform/copy_file.ts";
import { readTextWithin } from "../platform/within.ts";
import { type OrchestratorPaths, STATE_DIRECTORY } from "../project/paths.ts";
import { firstEvent } from "../session/read_events.ts";
import type { SessionManager } from "../session/session_manager.ts";
import type {
  PlannedConflict,
  PlannedFeedback,
  PlannedFile,
  PlannedSession,
  PlanOptions,
} from "./planned.ts";

interface SessionPlanning {
  readonly paths: OrchestratorPaths;
  readonly manager: SessionManager;
  readonly options: PlanOptions;
  readonly project: LegacyProject;
  readonly conflicts: PlannedConflict[];
}

/** Decides for every old workflow whether a session is made of it, kept or replaced. */
export async function planSessions(
  workflows: readonly LegacyWorkflow[],
  planning: SessionPlanning,
): Promise<{
  readonly sessions: readonly PlannedSession[];
  readonly sources: ReadonlyMap<string, LegacyWorkflow>;
}> {
  const { manager, options, conflicts, paths } = planning;
  const sessions: PlannedSession[] = [];
  const sources = new Map<string, LegacyWorkflow>();
  const taken = new Set<string>();
  for (const id of await manager.listSessions()) {
    const name = (await manager.meta(id))?.name;
    if (name !== undefined && name !== null) taken.add(name);
  }
  for (const workflow of workflows) {
    const { summary } = workflow;
    if (summary === null || sources.has(summary.session)) continue;
    const aliases = oldIds(workflow, planning.project);
    for (const copy of workflow.copies.filter((copy) => !copy.identical)) {
      conflicts.push({
        path: copy.file,
        session: summary.session,
        resolution: options.prefer === "old" ? "old" : "new",
        message:
          `"${copy.file}" and "${workflow.file}" have different states of one workflow; the latter is used`,
      });
    }
    let action: PlannedSession["action"] = "create";
    if (await manager.backend.hasSession(summary.session)) {
      action = options.prefer === "old" ? "replace" : "keep";
      if (await changedSinceImport(manager, summary.session, workflow, paths.root)) {
        conflicts.push({
          path: workflow.file,
          session: summary.session,
          resolution: action === "replace" ? "old" : "new",
          message:
            `"${workflow.file}" changed after it was imported as session ${summary.session}; the ${
              action === "replace" ? "file" : "session"
            } is used`,
        });
      }
    }
    const name = aliases.find((alias) => !taken.has(alias)) ?? null;
    if (name !== null && action !== "keep") taken.add(name);
    sessions.push({
      id: summary.session,
      workflow: summary.workflowId,
      task: summary.task,
      status: summary.status,
      name: action === "keep" ? null : name,
      from: workflow.file,
      action,
      aliases: [...aliases, summary.workflowId],
    });
    sources.set(summary.session, workflow);
  }
  return { sessions, sources };
}

const OLD_ID = /^[0-9a-f]{8}$/i;

/** Old session ids that mean this workflow: its folder's, its copies' folders'. */
function oldIds(workflow: LegacyWorkflow, project: LegacyProject): readonly string[] {
  const ids = new Set<string>();
  if (OLD_ID.test(workflow.origin.name)) ids.add(workflow.origin.name);
  for (const copy of workflow.copies) {
    const id = /^\.orchestrator\/sessions\/([^/]+)\//.exec(copy.file)?.[1];
    if (id !== undefined && OLD_ID.test(id)) ids.add(id);
  }
  const { current } = project.places;
  if (current?.layout === "old" && !current.resolves && workflow.file === project.active?.file) {
    ids.add(current.value);
  }
  return [...ids];
}

/** Whether the old state is another than the one the session was made of. */
async function changedSinceImport(
  manager: SessionManager,
  session: string,
  workflow: LegacyWorkflow,
  root: string,
): Promise<boolean> {
  const first = await firstEvent(manager.backend, session);
  if (first?.type !== "session_imported") return true;
  const files: unknown = first.data.source["files"];
  if (!Array.isArray(files)) return false;
  const states = files.filter((file) => file?.role === "state");
  if (states.length === 0) return false;
  const { sha256 } = hashFile(`${root}/${workflow.origin.state.target ?? workflow.file}`);
  return !states.some((file) => file.sha256 === sha256);
}

/**
 * The session that `current` is to name; null to leave it. A scattered workflow beside another one in
 * `.orchestrator/` is the older of the two.
 */
export function planCurrent(
  project: LegacyProject,
  sessions: readonly PlannedSession[],
  prefer: PlanOptions["prefer"],
  conflicts: PlannedConflict[],
): string | null {
  const { current } = project.places;
  const active = project.active?.summary?.session ??
    sessions.find((session) => session.status === "active")?.id ??
    sessions[0]?.id ?? null;
  const newer = current?.layout === "new" ? current.value : active;
  const scattered = project.workflows.find((workflow) =>
    workflow.origin.name === "root" && workflow.summary?.status === "active"
  );
  const older = scattered?.summary?.session ?? null;
  if (scattered !== undefined && older !== null && newer !== null && older !== newer) {
    const resolution = prefer === "old" ? "old" : "new";
    const chosen = resolution === "old" ? older : newer;
    conflicts.push({
      path: scattered.file,
      session: chosen,
      resolution,
      message:
        `"${scattered.file}" and "${STATE_DIRECTORY}" have different workflows; session ${chosen} is the current one`,
    });
    if (resolution === "old") return older;
  }
  if (prefer === "old" && older !== null) return older;
  return current?.layout === "new" ? null : active;
}

/** No real feedback is longer. */
const MAX_FEEDBACK_BYTES = 64 * 1024 * 1024;

/** Gives the lines of the old feedback files to the sessions that they are about. */
export function planFeedback(
  root: string,
  files: readonly PlannedFile[],
  sessions: readonly PlannedSession[],
  salt: string | undefined,
): readonly PlannedFeedback[] {
  const found = new Map<string, { session: string; kind: "tool" | "process"; lines: string[] }>();
  for (const { path } of files) {
    if (!FEEDBACK_FILES.includes(path)) continue;
    const text = readTextWithin(null, `${root}/${path}`, MAX_FEEDBACK_BYTES) ?? "";
    const ids = sessions.map((session) => session.workflow);
    for (const { kind, workflow, text: line } of readFeedbackLines(path, text, ids, salt)) {
      const session = workflow === null ? undefined : sessions[workflow]?.id;
      if (session === undefined) continue;
      const key = `${session} ${kind}`;
      const entry = found.get(key) ?? { session, kind, lines: [] };
      found.set(key, entry);
      entry.lines.push(line);
    }
  }
  return [...found.values()];
}
