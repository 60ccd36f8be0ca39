/**
 * Builds everything new aside: copies with proof, and the sessions, in the form in which they will be
 * published. Nothing outside the staging folder and the backup's own new folder is touched.
 * @module
 */
import { linkSync, lstatSync, statSync } from "node:fs";
import { OrchestratorError, systemErrorCode } from "../errors.ts";
import { ioError, replaceFile, syncDirectory } from "../platform/atomic_file.ts";
import { copyAndHash, hashFile, syncFiles } from "../platform/copy_file.ts";
import { readTextWithin } from "../platform/within.ts";
import { gitBranch } from "../project/git_branch.ts";
import {
  CURRENT_BESIDE_OLD,
  KEYS,
  MIGRATION,
  type OrchestratorPaths,
  STATE_DIRECTORY,
} from "../project/paths.ts";
import { requireReadable, viewLegacy } from "../session/import_session.ts";
import { newLineage } from "../session/session_id.ts";
import { SessionManager } from "../session/session_manager.ts";
import { FileBackend } from "../storage/file_backend.ts";
import { PRIVATE } from "../state_layout/modes.ts";
import type { Actor } from "../workflow/events.ts";
import {
  inState,
  type MadeSession,
  makeFolder,
  type MovedFile,
  type ReplacedFile,
} from "./journal.ts";
import type { Plan, PlannedFile, PlanWithSources } from "./plan.ts";
import { syncMoves } from "./move_tree.ts";
import { withSettings } from "./settings.ts";

/** How far copying and checking is, or removing the copies when going back. */
export interface Progress {
  readonly step: "copy" | "verify" | "remove";
  readonly files: number;
  readonly allFiles: number;
  /** Bytes. */
  readonly done: number;
  readonly total: number;
}

/** What staging works on. */
export interface StageInput {
  readonly paths: OrchestratorPaths;
  readonly planned: PlanWithSources;
  readonly actor: Actor;
  readonly now: Date;
  readonly toolVersion: string;
  /** Folders, relative to the state directory. */
  readonly staging: string;
  readonly backup: string;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Lets signals in now and then; throws when the run is to stop. */
  readonly checkpoint: () => Promise<void>;
}

/** What staging made. */
export interface Staged {
  readonly files: readonly MovedFile[];
  readonly sessions: readonly MadeSession[];
  readonly replaced: readonly ReplacedFile[];
  readonly findings: readonly string[];
}

/** Files of the state directory, and workflow.yaml, that a migration may rewrite. */
const REWRITTEN = [
  KEYS.gitignore,
  KEYS.meta,
  KEYS.current,
  CURRENT_BESIDE_OLD,
  MIGRATION.marker,
].map((key) => `${STATE_DIRECTORY}/${key}`);

/**
 * Copies, converts and verifies.
 * @throws OrchestratorError `files_changed` when an original changed meanwhile; `no_space`,
 * `io_failed` …
 */
export async function stage(input: StageInput): Promise<Staged> {
  const { paths, planned: { plan } } = input;
  makeFolder(inState(paths, input.staging), PRIVATE.folder);
  makeFolder(inState(paths, input.backup), PRIVATE.folder);
  if (plan.files.some((file) => file.secret)) {
    makeFolder(`${inState(paths, input.staging)}/${MIGRATION.secrets}`, PRIVATE.folder);
  }
  const { sessions, findings } = await stageSessions(input);
  const files = await stageFiles(input);
  const replaced = stageReplaced(input, plan);
  syncFiles(
    inState(paths, input.staging),
    files.map((file) => stagedPath(input, file.to)),
  );
  syncFolders(input, files);
  await verifyCopies(input, files);
  requireUnchanged(paths, plan.files);
  return { files, sessions, replaced, findings };
}

/** Absolute path at which the file lies that will be `to` (relative to the root). */
function stagedPath({ paths, staging }: StageInput, to: string): string {
  return `${inState(paths, staging)}/${to.slice(STATE_DIRECTORY.length + 1)}`;
}

async function stageSessions(
  input: StageInput,
): Promise<Pick<Staged, "sessions" | "findings">> {
  const { paths, planned, toolVersion, actor, now } = input;
  const directory = inState(paths, input.staging);
  const manager = new SessionManager({
    backend: new FileBackend(directory),
    actor: () => actor,
    now: () => now,
    lockTimeoutMs: 0,
    warn: () => {},
  });
  const made: MadeSession[] = [];
  const findings = new Set<string>();
  for (const session of planned.plan.sessions) {
    const workflow = planned.sources.get(session.id);
    if (session.action === "keep" || workflow === undefined) continue;
    await input.checkpoint();
    const view = await viewLegacy(
      { paths, workflow, toolVersion, name: session.name },
      { time: now.toISOString(), actor },
      newLineage(),
    );
    requireReadable(workflow, []);
    for (const finding of view.findings) findings.add(finding);
    const blobs: Record<string, string> = {};
    for (const { session: id, kind, lines } of planned.plan.feedback) {
      if (id === session.id) {
        blobs[`feedback/${kind}.jsonl`] = lines.map((line) => `${line}\n`).join("");
      }
    }
    const state = await manager.createSession({
      id: session.id,
      events: view.events,
      history: view.visitHistory,
      meta: {
        name: view.state.name,
        task: view.state.task,
        branch: gitBranch(paths.root),
        parent: null,
      },
      workflow: JSON.stringify(view.state.definition, null, 2) + "\n",
      blobs,
    });
    made.push({
      id: session.id,
      workflow: session.workflow,
      journal: hashFile(`${directory}/sessions/${session.id}/log.jsonl`).sha256,
      replaced: session.action === "replace",
      history: state.history !== undefined,
    });
  }
  return { sessions: made, findings: [...findings] };
}

async function stageFiles(input: StageInput): Promise<readonly MovedFile[]> {
  const { paths, planned: { plan } } = input;
  const moved: MovedFile[] = [];
  const folders = new Set<string>();
  let done = 0;
  for (const file of plan.files) {
    await input.checkpoint();
    const to = stagedPath(input, file.to);
    const folder = to.slice(0, to.lastIndexOf("/"));
    if (!folders.has(folder)) makeFolder(folder);
    folders.add(folder);
    const { bytes, sha256 } = copyAndHash(`${paths.root}/${file.path}`, to, {
      follow: file.follow,
      ...(file.secret ? { mode: PRIVATE.file } : {}),
    });
    const { stays } = file;
    moved.push({
      from: file.path,
      to: file.to,
      bytes,
      sha256,
      ...(stays ? { stays } as const : {}),
    });
    done += bytes;
    const [files, allFiles] = [moved.length, plan.files.length];
    input.onProgress?.({ step: "copy", files, allFiles, done, total: plan.total.bytes });
  }
  return moved;
}

/** A definition has at most 1 MiB. */
const MAX_WORKFLOW_BYTES = 4 * 1024 * 1024;

/** Keeps the originals of what will be rewritten, and prepares the new workflow.yaml. */
function stageReplaced(input: StageInput, plan: Plan): readonly ReplacedFile[] {
  const { paths } = input;
  const backup = inState(paths, input.backup);
  const replaced: ReplacedFile[] = [];
  const folders = new Set<string>();
  const keep = (path: string) => {
    const stats = lstatSync(`${paths.root}/${path}`, { throwIfNoEntry: false });
    if (stats !== undefined && stats.isFile()) {
      const to = `${backup}/replaced/${path}`;
      const folder = to.slice(0, to.lastIndexOf("/"));
      makeFolder(folder);
      folders.add(folder);
      keepOriginal(`${paths.root}/${path}`, to);
    }
    replaced.push({ path, mode: stats === undefined ? null : stats.mode & 0o7777 });
  };
  for (const path of REWRITTEN) keep(path);
  const workflow = plan.settingsFile;
  if (workflow !== null) {
    const path = `${paths.root}/${workflow}`;
    const stats = lstatSync(path, { throwIfNoEntry: false });
    const text = stats?.isFile() === true
      ? withSettings(readTextWithin(null, path, MAX_WORKFLOW_BYTES) ?? "", plan.settings)
      : null;
    if (text !== null) {
      keep(workflow);
      const staged = `${inState(paths, input.staging)}/replace/${workflow}`;
      makeFolder(staged.slice(0, staged.lastIndexOf("/")));
      const mode = stats === undefined ? {} : { mode: stats.mode & 0o7777 };
      replaceFile(staged, text, { within: paths.stateDirectory, ...mode });
    }
  }
  syncMoves({ into: folders, from: [], top: backup });
  return replaced;
}

/**
 * The file itself under a second name, so that going back restores it with its time to the last
 * digit: writers replace files and never write into them. A copy where there are no hard links.
 */
function keepOriginal(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === "ENOSPC" || code === "EIO" || code === "EROFS") throw ioError("link", from, error);
    copyAndHash(from, to);
    syncFiles(to, [to]);
  }
}

function syncFolders(input: StageInput, files: readonly MovedFile[]): void {
  const folders = new Set<string>([inState(input.paths, input.staging)]);
  for (const file of files) {
    const top = inState(input.paths, input.staging).length;
    let folder = stagedPath(input, file.to);
    while (
      (folder = folder.slice(0, folder.lastIndexOf("/"))).length > top && !folders.has(folder)
    ) {
      folders.add(folder);
    }
  }
  for (const folder of folders) syncDirectory(folder);
}

/** Reads every copy again: it must be what was read of the original. */
async function verifyCopies(input: StageInput, files: readonly MovedFile[]): Promise<void> {
  let done = 0;
  const total = input.planned.plan.total.bytes;
  for (const [index, file] of files.entries()) {
    await input.checkpoint();
    const copy = hashFile(stagedPath(input, file.to));
    if (copy.sha256 !== file.sha256 || copy.bytes !== file.bytes) {
      throw new OrchestratorError(
        "io_failed",
        `Cannot copy "${file.from}": the copy differs from the original`,
        { hint: "Check the disk", details: { path: file.from } },
      );
    }
    done += file.bytes;
    const counted = { files: index + 1, allFiles: files.length };
    input.onProgress?.({ step: "verify", ...counted, done, total });
  }
}

/** The old tool may still be running. */
function requireUnchanged(paths: OrchestratorPaths, files: readonly PlannedFile[]): void {
  for (const file of files) {
    const path = `${paths.root}/${file.path}`;
    let stats;
    try {
      stats = file.follow ? statSync(path) : lstatSync(path);
    } catch (error) {
      throw ioError("read", file.path, error);
    }
    if (stats.size === file.bytes && stats.mtimeMs === file.mtimeMs) continue;
    throw new OrchestratorError(
      "files_changed",
      `Cannot migrate "${file.path}": it changed during the migration`,
      { hint: "Let the old tool finish, then run `orchestrator migrate` again" },
    );
  }
}

/** Folders of the state directory that staging fills and publication merges, secrets first. */
export const PUBLISHED: readonly string[] = [
  MIGRATION.secrets,
  MIGRATION.prd,
  MIGRATION.archive,
  "sessions",
];
