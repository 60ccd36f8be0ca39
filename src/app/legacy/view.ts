/**
 * What the old tool left, shown as it would be after its import, where there is nothing newer.
 * @module
 */
import { OrchestratorError } from "../../errors.ts";
import type { VisitValues } from "../../session/history_file.ts";
import type { SessionChoice } from "../../session/resolve.ts";
import type { SessionSummary } from "../../session/summary.ts";
import { VERSION } from "../../version.ts";
import type { SessionEvent } from "../../workflow/events.ts";
import type { SessionState } from "../../workflow/state.ts";
import type { Workspace } from "../workspace.ts";
import { legacyProject, pickOld } from "./old_workflow.ts";

/** An old workflow as it would be after its import. */
export interface LegacyView {
  readonly state: SessionState;
  /** The events its session would begin with. */
  readonly events: readonly SessionEvent[];
  /** Shows what the old log holds. */
  readonly visitHistory: VisitValues;
  /** For screens: `old layout, G4`. */
  readonly remark: string;
  readonly file: string;
  readonly generation: string;
}

/** The old workflow that a reading command shows; null when there is none. */
export async function legacyView(workspace: Workspace, name?: string): Promise<LegacyView | null> {
  const workflow = await pickOld(workspace, name);
  if (workflow === null) return null;
  if (workflow.error !== null) throw workflow.error;
  const { viewLegacy } = await import("../../session/import_session.ts");
  const { paths, actor } = workspace;
  const time = workflow.summary?.updatedAt ?? workspace.io.now().toISOString();
  const view = await viewLegacy({ paths, workflow, toolVersion: VERSION }, { time, actor });
  for (const finding of view.findings) workspace.warn(`${workflow.file}: ${finding}`);
  const generation = view.state.imported ?? "";
  return {
    state: { ...view.state, updatedAt: time },
    events: view.events.map((event, index) => ({ ...event, seq: index + 1, time, actor })),
    visitHistory: view.visitHistory,
    remark: `old layout, ${generation}: ${workflow.file}`,
    file: workflow.file,
    generation,
  };
}

/** A row of a session list: an old workflow that is not imported yet. */
export interface LegacySummary extends SessionSummary {
  readonly legacy: {
    /** Null where its state cannot be read. */
    readonly generation: string | null;
    readonly file: string;
  };
  readonly current: boolean;
}

const UNREADABLE = {
  task: "",
  status: "unreadable",
  phase: null,
  done: 0,
  total: 0,
  created: "",
  updated: "",
} as const;

/** Old workflows that are not imported yet, as rows of a session list. */
export async function legacySummaries(
  workspace: Workspace,
): Promise<readonly LegacySummary[]> {
  const project = await legacyProject(workspace);
  if (project === null) return [];
  const { rowOf } = await import("../../session/summary.ts");
  const { viewLegacy } = await import("../../session/import_session.ts");
  const active = await sessionOrNullQuietly(workspace) === null ? project.active : null;
  const rows = [];
  for (const workflow of project.workflows) {
    const { summary } = workflow;
    const base = {
      name: null,
      lock: "free" as const,
      heldBy: null,
      legacy: { generation: null, file: workflow.file },
      current: workflow === active,
    };
    if (summary === null) {
      rows.push({
        ...base,
        ...UNREADABLE,
        id: workflow.origin.name,
        problem: workflow.error?.message ?? "",
      });
      continue;
    }
    if (workspace.meta !== null && await workspace.manager.backend.hasSession(summary.session)) {
      continue;
    }
    const time = summary.updatedAt ?? "";
    const input = { paths: workspace.paths, workflow, toolVersion: VERSION };
    let state: SessionState;
    try {
      ({ state } = await viewLegacy(input, { time, actor: workspace.actor }));
    } catch (error) {
      // Moved over since the files were found.
      if (await workspace.manager.backend.hasSession(summary.session)) continue;
      throw error;
    }
    rows.push({
      ...base,
      legacy: { generation: state.imported ?? null, file: workflow.file },
      id: summary.session,
      ...rowOf(state),
      updated: time,
    });
  }
  return rows;
}

async function sessionOrNullQuietly(workspace: Workspace): Promise<SessionChoice | null> {
  try {
    return await workspace.choose();
  } catch (error) {
    if (error instanceof OrchestratorError) return null;
    throw error;
  }
}
