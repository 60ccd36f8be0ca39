/**
 * What moving over would do: computed from what is there, without writing anything. The real run
 * follows the same plan, made again while the repository is locked.
 *
 * The rule for files: each one the old tool owned gets a byte-identical copy at a new place, and the
 * original goes to the backup. What this program understands of them becomes sessions, feedback and
 * settings besides.
 * @module
 */
import { accessSync, constants, existsSync, realpathSync } from "node:fs";
import { OrchestratorError } from "../errors.ts";
import { byteSize } from "../platform/byte_size.ts";
import { findLegacy } from "../legacy/find.ts";
import { type ForgottenWorkflows, readForgotten } from "../legacy/forgotten.ts";
import type { LegacyWorkflow } from "../legacy/legacy_workflow.ts";
import { type LegacyProject, readLegacyProject } from "../legacy/project.ts";
import { OLD_SETTINGS_FILE } from "../legacy/old_settings.ts";
import { scanInventory, type ScannedEntry } from "../legacy/scan.ts";
import { freeBytes } from "../platform/disk.ts";
import { ioError } from "../platform/io_error.ts";
import { mountPointAmong } from "../platform/mounts.ts";
import { pathExists } from "../platform/path.ts";
import type { OrchestratorPaths } from "../project/paths.ts";
import { trackedIn } from "../secrets/tracked.ts";
import type { SessionManager } from "../session/session_manager.ts";
import { scriptsThatName } from "./old_names.ts";
import { bytesOf, heldByLink, planFiles } from "./plan_files.ts";
import { planCurrent, planFeedback, planSessions } from "./plan_sessions.ts";
import type {
  Choice,
  Plan,
  PlannedConflict,
  PlannedFile,
  PlanOptions,
  Staying,
} from "./planned.ts";
import { type PlannedSettings, planSettings } from "./settings.ts";

export type { Choice, Plan, PlannedFile, PlanOptions } from "./planned.ts";

/** A plan with what is needed to carry it out. */
export interface PlanWithSources {
  readonly plan: Plan;
  /** By session id; those of sessions to be made. */
  readonly sources: ReadonlyMap<string, LegacyWorkflow>;
  readonly entries: readonly ScannedEntry[];
}

/** What a person is told of a file that only a person can decide about. */
export function stayWarning({ path, why, copied, link }: Staying): string {
  const offer = copied !== true
    ? ""
    : link === true
    ? "; --copy-links or --interactive copies its content"
    : "; --interactive offers a copy";
  return `"${path}" is not moved: ${why}${offer}`;
}

/** What a person is told of a difference, and how to decide otherwise: before a migration, or after. */
export function conflictWarning(
  { message }: PlannedConflict,
  when: "before" | "after",
): string {
  const offer = when === "before"
    ? "`orchestrator migrate --force-from-old` takes the old state, `--force-from-new` the new one"
    : "to take the old state, run `orchestrator migrate --rollback`, then `orchestrator migrate --force-from-old`";
  return `${message}; ${offer}`;
}

/** True when there is nothing to move. */
export function isEmptyPlan(plan: Plan): boolean {
  return plan.files.length === 0 && plan.moves.length === 0;
}

/**
 * Makes the plan.
 * @throws OrchestratorError `io_failed`, `legacy_corrupt` and others when something cannot be read.
 */
export async function makePlan(
  paths: OrchestratorPaths,
  manager: SessionManager,
  options: PlanOptions = {},
): Promise<PlanWithSources> {
  const entries = scanInventory(paths.root);
  const wanted = {
    choices: options.choices ?? new Map<string, Choice>(),
    copyLinks: options.copyLinks === true,
  };
  const project = movable(
    readLegacyProject(paths.root, findLegacy(paths.root), {
      preferScattered: options.prefer === "old",
    }),
    heldByLink(entries, wanted),
  );
  const forgotten = options.glance === true
    ? { workflows: [], traces: [], findings: [] }
    : readForgotten(project);
  if (options.glance !== true) requireReadable(paths, project, forgotten);
  const warnings = new Set<string>();
  // Another program's file is among what stays.
  for (const { code, message } of project.findings) {
    if (code !== "foreign_file") warnings.add(message);
  }
  for (const { message } of forgotten.findings) warnings.add(message);
  for (const { workflowId } of forgotten.traces) {
    warnings.add(`The log of ${workflowId} is incomplete; its lines are kept in the archive`);
  }
  const conflicts: PlannedConflict[] = [];
  const { sessions, sources } = await planSessions(
    [...project.workflows.filter((one) => one.error === null), ...forgotten.workflows],
    { paths, manager, options, project, conflicts },
  );
  const current = planCurrent(project, sessions, options.prefer, conflicts);
  const settings = planSettings(paths, warnings, { remarks: options.glance !== true });
  const decided = entries.map((entry) => decidedBy(settings, entry));
  const routed = planFiles(paths, decided, sessions, wanted);
  for (const stay of routed.stays) if (stay.ask) warnings.add(stayWarning(stay));
  return {
    plan: {
      ...routed,
      ...(options.glance === true ? NOT_ASKED : await namedElsewhere(paths.root, routed.files)),
      sessions,
      feedback: options.glance === true
        ? []
        : planFeedback(paths.root, routed.files, sessions, options.salt),
      ...settingsThatMove(settings, routed.files),
      current,
      conflicts,
      warnings: [...warnings],
      total: { files: routed.files.length, bytes: bytesOf(routed.files) },
      space: spaceFor(paths, routed.files),
    },
    sources,
    entries,
  };
}

/** Its settings alone decide whether the file of settings moves. */
function decidedBy({ stays }: PlannedSettings, entry: ScannedEntry): ScannedEntry {
  return entry.path === OLD_SETTINGS_FILE && stays !== null ? { ...entry, foreign: stays } : entry;
}

/** The settings that the definition gets, which are those of a file that moves. */
function settingsThatMove(
  { values, file, counts }: PlannedSettings,
  files: readonly PlannedFile[],
): Pick<Plan, "settings" | "settingsFile" | "settingsStay"> {
  const moves = files.some(({ path }) => path === OLD_SETTINGS_FILE);
  const some = Object.keys(values).length > 0;
  return moves && some
    ? { settings: values, settingsFile: file, settingsStay: false }
    : { settings: {}, settingsFile: null, settingsStay: counts || some };
}

/** Of a glance, which starts no git and reads no scripts. */
const NOT_ASKED = { tracked: [], scripts: [] } as const;

/** What else knows the files that move: git, and scripts. */
async function namedElsewhere(
  root: string,
  files: readonly PlannedFile[],
): Promise<Pick<Plan, "tracked" | "scripts">> {
  const moved = files.filter(({ stays }) => !stays).map(({ path }) => path);
  if (moved.length === 0) return NOT_ASKED;
  const tracked = await trackedIn(root) ?? new Set<string>();
  return {
    tracked: moved.filter((path) => tracked.has(path)),
    scripts: scriptsThatName(root, moved, tracked),
  };
}

/** The space that a plan needs, and what is free. */
function spaceFor(paths: OrchestratorPaths, files: readonly PlannedFile[]): Plan["space"] {
  const { stateDirectory, root } = paths;
  return {
    needed: bytesOf(files) + sessionBytes(files) + 4096 * (files.length + 64),
    free: freeBytes(pathExists(stateDirectory) ? stateDirectory : root),
  };
}

/**
 * The project without the workflows of the root when a link keeps their files there: what the old log
 * and the old checkpoints tell is for the session that is made of them, whenever it is made.
 */
function movable(project: LegacyProject, heldBy: string | null): LegacyProject {
  if (heldBy === null) return project;
  const workflows = project.workflows.filter(({ origin }) => origin.name !== "root");
  const active = workflows.find((workflow) => workflow === project.active) ?? null;
  const places = { ...project.places, state: null, log: null, checkpoints: null };
  return { ...project, places, workflows, active };
}

/** What cannot be read now would be missing from what is made of the old files, for good. */
function requireReadable(
  paths: OrchestratorPaths,
  { findings, workflows }: LegacyProject,
  forgotten: ForgottenWorkflows,
): void {
  // A damaged state has nothing to lose; one that the disk does not give may be the newest.
  const failed = workflows.find(({ error }) => error !== null && error.code !== "legacy_corrupt");
  if (failed !== undefined && failed.error !== null) throw failed.error;
  const finding = [...findings, ...forgotten.findings].find(({ code }) => code === "unreadable");
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

/** {@link makePlan} without the repository's lock: another process may be migrating right now. */
export async function makePlanUnheld(
  paths: OrchestratorPaths,
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
export function checkPlan(paths: OrchestratorPaths, plan: Plan): void {
  const { needed, free } = plan.space;
  if (free !== null && free < needed) {
    throw new OrchestratorError(
      "no_space",
      `Cannot migrate "${paths.root}": it needs ${byteSize(needed)} of free space, ${
        byteSize(needed - free)
      } more than is free`,
      { hint: "Free some space and run the command again", details: { needed, free } },
    );
  }
  requireNoMounts(paths, plan);
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

/** What is mounted at an old place can be copied, but not moved away: that is seen before anything is done. */
function requireNoMounts({ root }: OrchestratorPaths, plan: Plan): void {
  const real = realpathSync(root);
  const wanted = new Set<string>(plan.moves.map(({ from }) => from));
  for (const { path, stays } of plan.files) {
    if (stays) continue;
    for (let at = path; at !== "" && !wanted.has(at); at = parentOf(at)) wanted.add(at);
  }
  const mounted = mountPointAmong([...wanted].map((path) => `${real}/${path}`));
  if (mounted === null) return;
  const path = mounted.slice(real.length + 1);
  throw new OrchestratorError(
    "io_failed",
    `Cannot migrate "${root}": "${path}" is a mount point, which cannot be moved`,
    {
      hint: "Unmount it and put its content there as a file, then run the command again",
      details: { path },
    },
  );
}

/** How much the sessions may take besides the copies. */
function sessionBytes(files: readonly PlannedFile[]): number {
  const read = files.filter((file) =>
    /(?:state\.json|log\.jsonl|\/cp_[^/]*\.json)$/.test(file.path)
  );
  return 2 * Math.min(bytesOf(read), 64 * 1024 * 1024);
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf("/"), 0));
}
