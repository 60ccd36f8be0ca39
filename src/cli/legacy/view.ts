/**
 * How commands meet what the old tool left: shown where there is nothing newer, imported by the
 * first command that changes something.
 * @module
 */
import { existsSync } from "node:fs";
import { OrchestratorError } from "../../errors.ts";
import { findLegacy, type LegacyPlaces } from "../../legacy/find.ts";
import type { LegacyWorkflow } from "../../legacy/legacy_workflow.ts";
import type { LegacyProject } from "../../legacy/project.ts";
import type { VisitValues } from "../../session/history_file.ts";
import type { SessionChoice } from "../../session/resolve.ts";
import type { SessionSummary } from "../../session/summary.ts";
import type { SessionEvent } from "../../workflow/events.ts";
import type { SessionState } from "../../workflow/state.ts";
import { VERSION } from "../../version.ts";
import type { AnswerTo } from "../command.ts";
import type { Context } from "../context.ts";

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

/**
 * As {@link Context.choose}; null too when the name may be one of the old tool's.
 * @param options.bringIn brings a session in that is only on the state branch.
 */
export async function sessionOrNull(
  context: Context,
  name?: string,
  options: { readonly bringIn?: boolean } = {},
): Promise<SessionChoice | null> {
  let unknown: unknown = null;
  try {
    const choice = await context.choose(name);
    if (choice !== null) return choice;
  } catch (error) {
    if (!isUnknown(error)) throw error;
    unknown = error;
  }
  const workflow = await pick(context, name);
  if (workflow === null) {
    const { bringInNamed, lookBeyond } = await import("../state/beyond.ts");
    const more = options.bringIn === true
      ? await bringInNamed(context, name)
      : await lookBeyond(context);
    if (more) return await context.choose(name);
    if (unknown !== null) throw unknown;
    return null;
  }
  const id = unknown === null ? workflow.summary?.session : undefined;
  return id !== undefined && context.meta !== null && await context.manager.backend.hasSession(id)
    ? { id, origin: "current" }
    : null;
}

/** What a reading command looks at: a session, or an old workflow that is none yet. */
export type Reading =
  | { readonly choice: SessionChoice; readonly view: null }
  | { readonly choice: null; readonly view: LegacyView };

/**
 * Chooses what a reading command looks at. On a machine that may be behind that can be the state
 * branch: then the context's sessions are those of the branch.
 *
 * The old files may be moved over at the same moment. Whoever does that lets sessions count first and
 * takes the files away afterwards, so what was read of old files is whole if no session counts yet
 * when the reading is over.
 * @throws `no_project`, `no_session`, `session_unknown`, `session_ambiguous`, `legacy_corrupt`
 */
export async function chooseToRead(context: Context, name?: string): Promise<Reading> {
  const asking = await branchToAsk(context);
  await asking?.lookAtBranch(context);
  for (let attempt = 1;; attempt++) {
    let failure: unknown;
    try {
      const choice = await sessionOrNull(context, name);
      if (choice !== null) {
        if (context.beyond?.has(choice.id) === true) {
          const { sayBranch } = await import("../state/branch_view.ts");
          await sayBranch(context);
        } else await asking?.compareWithBranch(context, choice);
        return { choice, view: null };
      }
      const view = await legacyView(context, name);
      context.refresh();
      const moved = await sessionOrNull(context, name);
      if (moved !== null) return { choice: moved, view: null };
      if (view !== null) return { choice: null, view };
      failure = context.noSession();
    } catch (error) {
      failure = error;
    }
    if (attempt > 1 || !mayBeMoving(context)) throw failure;
    context.refresh();
  }
}

/** What asks the state branch; null where what is here can be believed without. */
async function branchToAsk(
  context: Context,
): Promise<typeof import("../state/branch_view.ts") | null> {
  if (!context.mayBeBehind) return null;
  const { mustAsk } = await import("../state/hooks.ts");
  return await mustAsk(context) ? await import("../state/branch_view.ts") : null;
}

/** Whether somebody moves old files over, or has done so. */
function mayBeMoving({ paths }: Context): boolean {
  return existsSync(paths.migrationJournal) || existsSync(paths.migrationMarker);
}

/**
 * Imports the old workflow that a changing command means.
 * @returns null when there is none.
 * @throws `legacy_corrupt`
 */
export async function importForChange(
  context: Context,
  name?: string,
): Promise<SessionChoice | null> {
  const project = await legacyProject(context);
  const workflow = project === null
    ? null
    : choose(project, wantedName(context, name), context.meta === null);
  if (project === null || workflow === null) return null;
  if (workflow.error !== null) throw workflow.error;
  const { initProject } = await import("../../project/init.ts");
  const { importSession } = await import("../../session/import_session.ts");
  const { manager, paths, actor, io } = context;
  const now = io.now();
  const imported = await manager.holdRepository("import", async () => {
    context.refresh();
    // Whoever held the repository before may have imported it, or moved its files over.
    const choice = await sessionOrNull(context, name);
    if (choice !== null) return choice;
    initProject(paths, { automatic: true, now, toolVersion: VERSION });
    return await importSession(
      manager,
      { paths, workflow, toolVersion: VERSION },
      project,
      { time: now.toISOString(), actor },
    );
  });
  context.refresh();
  if (!("findings" in imported)) return imported;
  context.warn(
    `The old workflow in ${workflow.file} was imported as session ${imported.id}; its files stay as they are`,
  );
  for (const finding of imported.findings) context.warn(`${workflow.file}: ${finding}`);
  return { id: imported.id, origin: "current" };
}

/** The old workflow that a reading command shows; null when there is none. */
export async function legacyView(context: Context, name?: string): Promise<LegacyView | null> {
  const workflow = await pick(context, name);
  if (workflow === null) return null;
  if (workflow.error !== null) throw workflow.error;
  const { viewLegacy } = await import("../../session/import_session.ts");
  const { paths, actor } = context;
  const time = workflow.summary?.updatedAt ?? context.io.now().toISOString();
  const view = await viewLegacy({ paths, workflow, toolVersion: VERSION }, { time, actor });
  for (const finding of view.findings) context.warn(`${workflow.file}: ${finding}`);
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

/** Where an old workflow is, for programs. */
export function legacyData({ generation, file }: LegacyView) {
  return { generation, file };
}

/** `status` of an old workflow. */
export async function legacyStatus(
  context: Context,
  view: LegacyView,
): Promise<AnswerTo<"status">> {
  const { statusData } = await import("../output/status_data.ts");
  const { statusText } = await import("../output/status_text.ts");
  const { describe } = await import("../../workflow/progress.ts");
  const progress = describe(view.state);
  return {
    data: statusData(view.state, progress, {
      origin: "legacy" as const,
      legacy: legacyData(view),
    }),
    text: (style) =>
      statusText(view.state, progress, { now: context.io.now(), remark: view.remark }, style),
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

/** Old workflows that are not imported yet, as rows of a session list. */
export async function legacySummaries(
  context: Context,
): Promise<readonly LegacySummary[]> {
  const project = await legacyProject(context);
  if (project === null) return [];
  const { progressOf } = await import("../../session/summary.ts");
  const { viewLegacy } = await import("../../session/import_session.ts");
  const active = await sessionOrNullQuietly(context) === null ? project.active : null;
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
        id: workflow.origin.name,
        task: "",
        status: "unreadable" as const,
        phase: null,
        done: 0,
        total: 0,
        created: "",
        updated: "",
        problem: workflow.error?.message ?? "",
      });
      continue;
    }
    if (context.meta !== null && await context.manager.backend.hasSession(summary.session)) {
      continue;
    }
    const time = summary.updatedAt ?? "";
    const input = { paths: context.paths, workflow, toolVersion: VERSION };
    let state: SessionState;
    try {
      ({ state } = await viewLegacy(input, { time, actor: context.actor }));
    } catch (error) {
      // Moved over since the files were found.
      if (await context.manager.backend.hasSession(summary.session)) continue;
      throw error;
    }
    rows.push({
      ...base,
      legacy: { generation: state.imported ?? null, file: workflow.file },
      id: summary.session,
      name: state.name,
      task: state.task,
      status: state.status,
      phase: state.phase,
      ...progressOf(state),
      created: state.createdAt,
      updated: time,
    });
  }
  return rows;
}

/** What the old tool left; null where it left nothing. A cheap look first: most projects have none. */
export async function legacyProject(context: Context): Promise<LegacyProject | null> {
  if (context.paths.isHome) return null;
  const places = findLegacy(context.paths.root);
  if (isEmpty(places)) return null;
  const { readLegacyProject } = await import("../../legacy/project.ts");
  const project = readLegacyProject(context.paths.root, places);
  for (const finding of project.findings) context.warn(finding.message);
  return project;
}

function isEmpty(places: LegacyPlaces): boolean {
  return places.state === null && places.bareState === null && places.sessions.length === 0 &&
    places.findings.length === 0;
}

async function pick(context: Context, name: string | undefined): Promise<LegacyWorkflow | null> {
  const project = await legacyProject(context);
  return project === null
    ? null
    : choose(project, wantedName(context, name), context.meta === null);
}

function wantedName(context: Context, name: string | undefined): string | undefined {
  const query = context.query(name);
  return query.flag ?? (query.variable === "" ? undefined : query.variable);
}

/**
 * @param fresh true when there was nothing of the new layout when this command looked for its session:
 * a `current` of the new layout is then that of an import somebody else has just made.
 */
function choose(
  project: LegacyProject,
  name: string | undefined,
  fresh: boolean,
): LegacyWorkflow | null {
  if (name === undefined) {
    if (project.active !== null) return project.active;
    if (project.places.current?.layout === "new") return fresh ? newest(project) : null;
    // Better to say what is damaged than that there is nothing.
    return project.workflows.find((workflow) => workflow.error !== null) ?? null;
  }
  return project.workflows.find((workflow) =>
    workflow.origin.name === name || workflow.summary?.workflowId === name ||
    (name.length >= 4 && workflow.summary?.session.startsWith(name) === true)
  ) ?? null;
}

function newest(project: LegacyProject): LegacyWorkflow | null {
  const readable = project.workflows.filter((workflow) => workflow.error === null);
  return readable.find((workflow) => workflow.summary?.status === "active") ?? readable[0] ?? null;
}

function isUnknown(error: unknown): boolean {
  return error instanceof OrchestratorError && error.code === "session_unknown";
}

async function sessionOrNullQuietly(context: Context): Promise<SessionChoice | null> {
  try {
    return await context.choose();
  } catch (error) {
    if (error instanceof OrchestratorError) return null;
    throw error;
  }
}
