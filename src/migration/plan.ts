/**
 * What moving over would do: computed from what is there, without writing anything. The real run
 * follows the same plan, made anew while the repository is held.
 *
 * The rule for files: each one the old tool owned gets a byte-identical copy at a new place, and the
 * original goes to the backup. What this program understands of them becomes sessions, feedback and
 * settings besides.
 * @module
 */
import { accessSync, constants, existsSync, lstatSync, readFileSync } from "node:fs";
import { OrchestratorError } from "../errors.ts";
import { findLegacy, LEGACY_PATHS } from "../legacy/find.ts";
import { FEEDBACK_FILES, readFeedbackLines } from "../legacy/feedback_lines.ts";
import { readForgotten } from "../legacy/forgotten.ts";
import type { LegacyWorkflow } from "../legacy/legacy_workflow.ts";
import { type LegacyProject, readLegacyProject } from "../legacy/project.ts";
import { scanInventory, type ScannedEntry, type ScannedFile } from "../legacy/scan.ts";
import { freeBytes, hashFile } from "../platform/copy_file.ts";
import { ioError } from "../platform/io_error.ts";
import { pathExists } from "../platform/path_exists.ts";
import { MIGRATION, type ProjectPaths, STATE_DIRECTORY } from "../project/paths.ts";
import type { SessionManager } from "../session/session_manager.ts";
import { readOldSettings } from "./settings.ts";

/** What a person decided about a file that nobody else can decide about. */
export type Choice = "take" | "leave" | { readonly to: string };

/** How to move over. */
export interface PlanOptions {
  /** Which side counts where old and new differ. Default: the new one, with a warning. */
  readonly prefer?: "old" | "new" | undefined;
  /** Decisions by path, about custom files and links that lead out of the project. */
  readonly choices?: ReadonlyMap<string, Choice>;
  /** `WORKFLOW_SALT`, when the old tool was run with one. */
  readonly salt?: string | undefined;
  /** Only what a notice says: no log is read, so workflows that only logs know are left out. */
  readonly glance?: boolean;
}

/** A file or directory that moves. Paths are relative to the root, with `/`. */
export interface PlannedMove {
  readonly from: string;
  readonly to: string;
  readonly kind: "file" | "directory" | "link";
  /** What it is, in the inventory's words. */
  readonly what: string;
  readonly files: number;
  readonly bytes: number;
}

/** A file to copy. */
export interface PlannedFile extends ScannedFile {
  readonly to: string;
  /** For its owner only. */
  readonly secret: boolean;
  /** It is a symbolic link whose content is wanted. */
  readonly follow: boolean;
}

/** An old workflow and the session it is, or becomes. */
export interface PlannedSession {
  readonly id: string;
  readonly workflow: string;
  readonly task: string;
  readonly status: string;
  /** The session's name: the old session's id where it has one. */
  readonly name: string | null;
  /** The file it is read from. */
  readonly from: string;
  /** `create`, `keep` the one that is there already, or `replace` that by the old state. */
  readonly action: "create" | "keep" | "replace";
  /** The old session ids and the old workflow id that mean it from now on. */
  readonly aliases: readonly string[];
}

/** Lines for a session's feedback. */
export interface PlannedFeedback {
  readonly session: string;
  readonly kind: "tool" | "process";
  readonly lines: readonly string[];
}

/** Something old that is not touched. */
export interface Staying {
  readonly path: string;
  readonly why: string;
  /** Whether `--interactive` asks about it. */
  readonly ask: boolean;
}

/** Old and new, or two old states, that differ. */
export interface PlannedConflict {
  readonly path: string;
  readonly session: string;
  /** Which side counts. */
  readonly resolution: "old" | "new";
  readonly message: string;
}

/** The plan. */
export interface Plan {
  readonly moves: readonly PlannedMove[];
  readonly files: readonly PlannedFile[];
  readonly sessions: readonly PlannedSession[];
  readonly feedback: readonly PlannedFeedback[];
  /** Settings of `.orchestrator.yaml` that workflow.yaml gets. */
  readonly settings: Readonly<Record<string, string | number | boolean>>;
  /** The session that `current` will name; null when it stays as it is. */
  readonly current: string | null;
  readonly stays: readonly Staying[];
  readonly conflicts: readonly PlannedConflict[];
  readonly warnings: readonly string[];
  readonly total: { readonly files: number; readonly bytes: number };
  /** Bytes needed beside what is there, and free; null where the system does not tell. */
  readonly space: { readonly needed: number; readonly free: number | null };
}

/** A plan with what is needed to carry it out. */
export interface PlanWithSources {
  readonly plan: Plan;
  /** By session id; those of sessions to be made. */
  readonly sources: ReadonlyMap<string, LegacyWorkflow>;
  readonly entries: readonly ScannedEntry[];
}

/** True when there is nothing to move. */
export function isEmptyPlan(plan: Plan): boolean {
  return plan.moves.length === 0;
}

/**
 * Makes the plan.
 * @throws OrchestratorError `io_failed`, `legacy_corrupt` and others when something cannot be read.
 */
export async function makePlan(
  paths: ProjectPaths,
  manager: SessionManager,
  options: PlanOptions = {},
): Promise<PlanWithSources> {
  const entries = scanInventory(paths.root);
  const project = readLegacyProject(paths.root, findLegacy(paths.root), {
    preferScattered: options.prefer === "old",
  });
  if (options.glance !== true) requireReadable(paths, project);
  const forgotten = options.glance === true
    ? { workflows: [], traces: [], findings: [] }
    : readForgotten(project);
  const warnings = new Set<string>();
  for (const finding of project.findings) warnings.add(finding.message);
  for (const finding of forgotten.findings) warnings.add(finding);
  for (const { workflowId } of forgotten.traces) {
    warnings.add(`The log says too little about ${workflowId}; its lines are kept in the archive`);
  }
  const conflicts: PlannedConflict[] = [];
  const { sessions, sources } = await planSessions(
    [...project.workflows.filter((one) => one.error === null), ...forgotten.workflows],
    { paths, manager, options, project, conflicts },
  );
  const current = planCurrent(project, sessions, options.prefer, conflicts);
  for (const { message } of conflicts) warnings.add(message);
  const routed = planFiles(paths, entries, sessions, options.choices ?? new Map());
  for (const { path, why, ask } of routed.stays) {
    if (ask) warnings.add(`"${path}" stays where it is: ${why}`);
  }
  const bytes = sum(routed.files.map((file) => file.bytes));
  const files = routed.files.length;
  return {
    plan: {
      ...routed,
      sessions,
      feedback: options.glance === true
        ? []
        : planFeedback(paths.root, routed.files, sessions, options.salt),
      settings: readOldSettings(paths.root, routed.files.map((file) => file.path), warnings),
      current,
      conflicts,
      warnings: [...warnings],
      total: { files, bytes },
      space: {
        needed: bytes + sessionBytes(routed.files) + 4096 * (files + 64),
        free: freeBytes(pathExists(paths.stateDirectory) ? paths.stateDirectory : paths.root),
      },
    },
    sources,
    entries,
  };
}

/** What cannot be read now would be missing from what is made of the old files, for good. */
function requireReadable(paths: ProjectPaths, { findings, workflows }: LegacyProject): void {
  // A damaged state has nothing to lose; one that the disk does not give may be the newest.
  const failed = workflows.find(({ error }) => error !== null && error.code !== "legacy_corrupt");
  if (failed !== undefined && failed.error !== null) throw failed.error;
  const finding = findings.find(({ code }) => code === "unreadable");
  if (finding === undefined) return;
  throw new OrchestratorError(
    "io_failed",
    `Cannot migrate "${paths.root}": ${finding.message}`,
    {
      hint: "Make it readable, then run the command again",
      details: { path: finding.path },
    },
  );
}

/** How often, and after how many milliseconds, to look again when files go while they are looked at. */
const LOOKS = 20;
const LOOK_PAUSE_MS = 50;

/** {@link makePlan} without holding the repository: somebody else may be moving over right now. */
export async function makePlanUnheld(
  paths: ProjectPaths,
  manager: SessionManager,
  options: PlanOptions = {},
): Promise<PlanWithSources> {
  for (let look = 1;; look++) {
    try {
      return await makePlan(paths, manager, options);
    } catch (error) {
      const moving = existsSync(paths.migrationJournal) || existsSync(paths.migrationMarker);
      if (look === LOOKS || !moving) throw error;
      await new Promise((resolve) => setTimeout(resolve, LOOK_PAUSE_MS));
    }
  }
}

/**
 * Makes sure that nothing stands in the way, before anything is written.
 * @throws OrchestratorError `no_space`, `read_only`
 */
export function checkPlan(paths: ProjectPaths, plan: Plan): void {
  const { needed, free } = plan.space;
  if (free !== null && free < needed) {
    throw new OrchestratorError(
      "no_space",
      `Cannot migrate "${paths.root}": ${needed} bytes are needed and ${free} are free`,
      { hint: "Free some space and run the command again", details: { needed, free } },
    );
  }
  const folders = new Set<string>(plan.moves.map((move) => parentOf(move.from)));
  for (const folder of folders) {
    try {
      accessSync(folder === "" ? paths.root : `${paths.root}/${folder}`, constants.W_OK);
    } catch (error) {
      throw ioError("move files out of", folder === "" ? paths.root : folder, error);
    }
  }
  for (const file of plan.files) {
    try {
      accessSync(`${paths.root}/${file.path}`, constants.R_OK);
    } catch (error) {
      throw ioError("read", file.path, error);
    }
  }
}

interface SessionPlanning {
  readonly paths: ProjectPaths;
  readonly manager: SessionManager;
  readonly options: PlanOptions;
  readonly project: LegacyProject;
  readonly conflicts: PlannedConflict[];
}

async function planSessions(
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
  for (const id of await manager.ids()) {
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
          `"${copy.file}" and "${workflow.file}" hold different states of one workflow; the latter counts`,
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
            } counts`,
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
  const [first] = await manager.events(session);
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
function planCurrent(
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
        `"${scattered.file}" and "${STATE_DIRECTORY}" hold different workflows; session ${chosen} is the current one`,
    });
    if (resolution === "old") return older;
  }
  if (prefer === "old" && older !== null) return older;
  return current?.layout === "new" ? null : active;
}

interface Routed {
  readonly moves: PlannedMove[];
  readonly files: PlannedFile[];
  readonly stays: Staying[];
}

/** Decides for every entry whether it moves, and where each of its files goes. */
function planFiles(
  paths: ProjectPaths,
  entries: readonly ScannedEntry[],
  sessions: readonly PlannedSession[],
  choices: ReadonlyMap<string, Choice>,
): Routed {
  const routed: Routed = { moves: [], files: [], stays: [] };
  const used = new Set<string>();
  for (const entry of entries) {
    const choice = choices.get(entry.path);
    const stay = stayingReason(entry, choice);
    if (stay !== null) {
      routed.stays.push({ path: entry.path, ...stay });
      continue;
    }
    const follow = entry.kind === "link";
    const wanted = typeof choice === "object" ? choice.to : targetOf(entry, sessions);
    const secret = wanted.startsWith(`${MIGRATION.secrets}/`);
    const add = (files: readonly ScannedFile[], base: string, to: string) => {
      for (const file of files) {
        const target = file.path === base ? to : `${to}${file.path.slice(base.length)}`;
        routed.files.push({ ...file, to: target, secret, follow });
      }
    };
    const to = freeTarget(paths.root, `${STATE_DIRECTORY}/${wanted}`, used);
    used.add(to);
    if (entry.odd.length === 0 && entry.kind !== "other") {
      add(entry.files, entry.path, to);
      routed.moves.push({
        from: entry.path,
        to,
        kind: entry.kind,
        what: entry.row.what,
        files: entry.files.length,
        bytes: sum(entry.files.map((file) => file.bytes)),
      });
      continue;
    }
    // A folder with links in it stays, with them; its files go one by one.
    for (const path of entry.odd) {
      routed.stays.push({ path, why: "it is not a regular file", ask: false });
    }
    add(entry.files, entry.path, to);
    for (const file of entry.files) {
      routed.moves.push({
        from: file.path,
        to: `${to}${file.path.slice(entry.path.length)}`,
        kind: "file",
        what: entry.row.what,
        files: 1,
        bytes: file.bytes,
      });
    }
  }
  return routed;
}

function stayingReason(
  entry: ScannedEntry,
  choice: Choice | undefined,
): { readonly why: string; readonly ask: boolean } | null {
  const { row, link } = entry;
  if (entry.foreign !== null) return { why: entry.foreign, ask: false };
  if (link === "broken") return { why: "it is a symbolic link that leads nowhere", ask: false };
  if (row.decision === "stay") return { why: row.what, ask: false };
  const taken = choice !== undefined && choice !== "leave";
  if (link === "outside") {
    if (taken && entry.files.length > 0) return null;
    const why = "it is a symbolic link that leads out of the project";
    return { why, ask: entry.files.length > 0 };
  }
  if (row.decision === "ask" && !taken) return { why: row.what, ask: true };
  return null;
}

/** Where an entry goes, relative to the state directory. */
function targetOf(entry: ScannedEntry, sessions: readonly PlannedSession[]): string {
  const { path, row } = entry;
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (row.decision === "secret") return `${MIGRATION.secrets}/${name}`;
  if (row.decision === "prd") return `${MIGRATION.prd}/${path.replace(/^\.claude\//, "")}`;
  if (path.startsWith(`${LEGACY_PATHS.sessions}/`)) {
    const session = sessions.find((candidate) =>
      candidate.aliases.includes(name) || candidate.from.startsWith(`${path}/`)
    );
    if (session !== undefined) return `sessions/${session.id}/legacy/${name}`;
  }
  return `${MIGRATION.archive}/${path}`;
}

/** `to`, or with a number behind it while something has that name. */
function freeTarget(root: string, to: string, used: ReadonlySet<string>): string {
  for (let number = 1;; number++) {
    const candidate = number === 1 ? to : `${to}~${number}`;
    const there = lstatSync(`${root}/${candidate}`, { throwIfNoEntry: false }) !== undefined;
    if (!there && !used.has(candidate)) return candidate;
  }
}

function planFeedback(
  root: string,
  files: readonly PlannedFile[],
  sessions: readonly PlannedSession[],
  salt: string | undefined,
): readonly PlannedFeedback[] {
  const found = new Map<string, { session: string; kind: "tool" | "process"; lines: string[] }>();
  for (const { path } of files) {
    if (!FEEDBACK_FILES.includes(path)) continue;
    let text: string;
    try {
      text = readFileSync(`${root}/${path}`, "utf8");
    } catch (error) {
      throw ioError("read", path, error);
    }
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

/** How much the sessions may take besides the copies. */
function sessionBytes(files: readonly PlannedFile[]): number {
  const read = files.filter((file) =>
    /(?:state\.json|log\.jsonl|\/cp_[^/]*\.json)$/.test(file.path)
  );
  return 2 * Math.min(sum(read.map((file) => file.bytes)), 64 * 1024 * 1024);
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf("/"), 0));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
