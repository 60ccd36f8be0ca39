/**
 * Moves a project over: plan → stage → commit → publish, all or nothing.
 * @module
 */
import { existsSync, lstatSync } from "node:fs";
import { OrchestratorError, systemErrorCode } from "../errors.ts";
import { OWNED_FOLDERS } from "../legacy/inventory.ts";
import { ioError, replaceFile } from "../platform/atomic_file.ts";
import { pathExists } from "../platform/path.ts";
import { randomBase32 } from "../platform/random.ts";
import { namesWithin } from "../platform/within.ts";
import { gitignoreText } from "../project/gitignore.ts";
import { refuseHome } from "../project/init.ts";
import { MIGRATION, type OrchestratorPaths, STATE_DIRECTORY } from "../project/paths.ts";
import type { SessionManager } from "../session/session_manager.ts";
import { timeInName } from "../state_layout/places.ts";
import type { Actor } from "../workflow/events.ts";
import {
  type Before,
  type FolderTimes,
  inState,
  type Manifest,
  MIGRATION_FORMAT,
  type MigrationJournal,
  readJournal,
  requirePlainState,
  writeJournal,
  writeManifest,
} from "./journal.ts";
import {
  checkPlan,
  isEmptyPlan,
  makePlan,
  makePlanUnheld,
  type Plan,
  type PlanOptions,
} from "./plan.ts";
import { publish } from "./publish.ts";
import { recover } from "./recover.ts";
import { rollBack } from "./rollback.ts";
import { type Progress, stage } from "./stage.ts";
import { undo } from "./undo.ts";

/** What a migration works on. */
export interface MigrateInput {
  readonly paths: OrchestratorPaths;
  readonly manager: SessionManager;
  readonly actor: Actor;
  readonly now: () => Date;
  readonly toolVersion: string;
  readonly options: PlanOptions;
  /** Whether to go back at once when something fails after the commit. */
  readonly autoRollback: boolean;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Stops it, as long as it can be undone. */
  readonly signal?: AbortSignal | undefined;
}

/** What a migration did. */
export interface MigrateResult {
  readonly plan: Plan;
  /** Relative to the root; null when there was nothing to move. */
  readonly backup: string | null;
  readonly manifest: Manifest | null;
  readonly findings: readonly string[];
}

/**
 * Moves over whatever is there to move.
 * @throws OrchestratorError; then nothing has changed, unless the message says otherwise.
 */
export async function migrate(input: MigrateInput): Promise<MigrateResult> {
  const { paths, manager } = input;
  refuseHome(paths);
  if (!pathExists(paths.migrationJournal)) {
    // Nothing to do must leave no trace, not even a lock file.
    const { plan } = await makePlanUnheld(paths, manager, input.options);
    if (isEmptyPlan(plan)) return { plan, backup: null, manifest: null, findings: [] };
    try {
      checkPlan(paths, plan);
    } catch (error) {
      // Another process may have moved the files since: they are read again under the repository's lock.
      if (!existsSync(paths.migrationJournal) && !existsSync(paths.migrationMarker)) throw error;
    }
  }
  const before = lookBefore(paths);
  const folders = folderTimes(paths, [""]);
  try {
    return await manager.withRepositoryLock("migrate", () => migrateHeld(input, before, folders));
  } catch (error) {
    throw systemErrorCode(error) === undefined ? error : ioError("migrate", paths.root, error);
  }
}

/** What is there before the repository is held: holding it makes the state directory and the lock. */
function lookBefore(paths: OrchestratorPaths): Before {
  // A folder with nothing but a lock was left by an interrupted command.
  const names = namesWithin(paths.stateDirectory, paths.stateDirectory);
  const directory = names.some((name) => !/^(?:lock|\.tmp-.*)$/.test(name));
  return {
    directory,
    lock: directory && pathExists(paths.lock),
    gitignore: pathExists(paths.gitignore),
    meta: pathExists(paths.metaFile),
  };
}

async function migrateHeld(
  input: MigrateInput,
  before: Before,
  early: readonly FolderTimes[],
): Promise<MigrateResult> {
  const { paths, manager } = input;
  await recover({ ...input, now: input.now() });
  const planned = await makePlan(paths, manager, input.options);
  const { plan } = planned;
  if (isEmptyPlan(plan)) return { plan, backup: null, manifest: null, findings: [] };
  requirePlainState(paths);
  checkPlan(paths, plan);
  const now = input.now();
  const id = randomBase32(40);
  const stamp = timeInName(now);
  const journal: MigrationJournal = {
    format: MIGRATION_FORMAT,
    operation: "migrate",
    phase: "staging",
    started: now.toISOString(),
    tool: input.toolVersion,
    backup: freeBackup(paths, stamp),
    staging: `${MIGRATION.staging}${id}`,
    before,
  };
  writeJournal(paths, journal);
  let manifest: Manifest;
  let findings: readonly string[];
  try {
    if (!pathExists(paths.gitignore)) {
      replaceFile(paths.gitignore, gitignoreText("normal"), { within: paths.stateDirectory });
    }
    const staged = await stage({
      paths,
      planned,
      actor: input.actor,
      now,
      toolVersion: input.toolVersion,
      staging: journal.staging,
      backup: journal.backup,
      onProgress: input.onProgress,
      checkpoint: stopper(input.signal),
    });
    findings = staged.findings;
    const parents = plan.moves.map((move) =>
      move.from.slice(0, Math.max(move.from.lastIndexOf("/"), 0))
    );
    manifest = {
      format: MIGRATION_FORMAT,
      time: now.toISOString(),
      tool: input.toolVersion,
      before,
      originals: plan.moves.map(({ from, kind }) => ({
        path: from,
        kind,
        mode: lstatSync(`${paths.root}/${from}`).mode & 0o7777,
      })),
      files: staged.files,
      sessions: staged.sessions,
      olderSessions: await manager.listSessions(),
      feedback: plan.feedback,
      replaced: staged.replaced,
      folders: [
        ...early,
        ...folderTimes(
          paths,
          [...parents, ...OWNED_FOLDERS].filter((path) =>
            !early.some((folder) => folder.path === path)
          ),
        ),
      ],
      aliases: Object.fromEntries(
        plan.sessions.flatMap(({ id, aliases }) => aliases.map((alias) => [alias, id])),
      ),
      current: plan.current,
      forceCurrent: input.options.prefer === "old",
    };
    writeManifest(paths, journal.backup, manifest);
    stopIfAsked(input.signal);
  } catch (error) {
    undoQuietly(paths, journal);
    throw error;
  }
  const committed: MigrationJournal = { ...journal, phase: "committed" };
  try {
    writeJournal(paths, committed);
  } catch (error) {
    if (readJournal(paths)?.phase !== "committed") {
      undoQuietly(paths, journal);
      throw error;
    }
    // It stands: there is no way back to the old journal that could not fail too.
  }
  try {
    await publish({ paths, manager, journal: committed, manifest, now });
  } catch (error) {
    if (!input.autoRollback) throw interrupted(error);
    try {
      await rollBack({ paths, manager, keepNew: true, now: input.now(), tool: input.toolVersion });
    } catch (second) {
      throw failedTwice(error, second, journal.backup);
    }
    throw error;
  }
  return {
    plan,
    backup: `${STATE_DIRECTORY}/${journal.backup}`,
    manifest,
    findings,
  };
}

/** What cannot be taken back now is taken back by the next command. */
function undoQuietly(paths: OrchestratorPaths, journal: MigrationJournal): void {
  try {
    undo(paths, journal);
  } catch {
    // The failure that led here is the one to report.
  }
}

/** A folder for the originals that is not there yet. */
function freeBackup(paths: OrchestratorPaths, stamp: string): string {
  for (let number = 1;; number++) {
    const name = `${MIGRATION.backup}/${stamp}${number === 1 ? "" : `-${number}`}`;
    if (!pathExists(inState(paths, name))) return name;
  }
}

/** Modes and times of folders whose entries will change. */
function folderTimes(
  paths: OrchestratorPaths,
  names: readonly string[],
): readonly FolderTimes[] {
  const found: FolderTimes[] = [];
  for (const path of new Set([...names, STATE_DIRECTORY, `${STATE_DIRECTORY}/sessions`])) {
    const stats = lstatSync(path === "" ? paths.root : `${paths.root}/${path}`, {
      throwIfNoEntry: false,
    });
    if (stats?.isDirectory() !== true) continue;
    found.push({ path, mode: stats.mode & 0o7777, mtimeMs: stats.mtimeMs });
  }
  return found;
}

/** How long signals may wait, in milliseconds. */
const SIGNAL_WAIT_MS = 100;

function stopper(signal: AbortSignal | undefined): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (signal === undefined || performance.now() - last < SIGNAL_WAIT_MS) return;
    await new Promise((resolve) => setTimeout(resolve, 0));
    last = performance.now();
    stopIfAsked(signal);
  };
}

function stopIfAsked(signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return;
  throw new OrchestratorError("interrupted", "Cannot migrate: interrupted", {
    details: { signal: String(signal.reason) },
  });
}

/** The migration failed, and so did going back: everything is in one of two known places. */
function failedTwice(first: unknown, second: unknown, backup: string): OrchestratorError {
  const text = (error: unknown) => error instanceof Error ? error.message : String(error);
  const known = second instanceof OrchestratorError ? second : null;
  return new OrchestratorError(
    known?.code ?? "io_failed",
    `${text(first)}; going back failed too: ${
      text(second)
    }; nothing is lost: the originals are at their places or in ${STATE_DIRECTORY}/${backup}/files`,
    {
      hint: "Mend what failed, then run `orchestrator migrate --rollback` to finish going back",
      details: { ...known?.details, backup: `${STATE_DIRECTORY}/${backup}` },
      cause: second,
    },
  );
}

function interrupted(error: unknown): unknown {
  if (!(error instanceof OrchestratorError)) return error;
  return new OrchestratorError(error.code, `${error.message}; nothing is lost`, {
    hint: "Run `orchestrator migrate` to finish it (the next change does this too)",
    ...(error.details === undefined ? {} : { details: error.details }),
    cause: error,
  });
}
