/**
 * Taking a snapshot in: staged, checked to the last byte, compared with what is here, and only then
 * published, all of it or nothing.
 * @module
 */
import { mkdtempSync, readdirSync, rmdirSync, unlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers";
import { OrchestratorError } from "../errors.ts";
import { replaceFile } from "../platform/atomic_file.ts";
import { freeBytes } from "../platform/disk.ts";
import { makeDirectory } from "../platform/make_directory.ts";
import { pathExists } from "../platform/path.ts";
import { randomBase32 } from "../platform/random.ts";
import { removeTemporary } from "../platform/remove_tree.ts";
import { lookWithin } from "../platform/within.ts";
import { gitRemote } from "../project/git_remote.ts";
import { gitignoreText } from "../project/gitignore.ts";
import { readRepositoryMeta } from "../project/identity.ts";
import { refuseHome } from "../project/init.ts";
import type { OrchestratorPaths } from "../project/paths.ts";
import type { ReplacedCopy } from "../session/repository_log/lines.ts";
import { readSessionAt } from "../session/repository_log/session_at.ts";
import { TEMPORARY_FOLDERS } from "../state_layout/places.ts";
import type { StorageBackend } from "../storage/backend.ts";
import { checkIdentity, chooseSessions } from "./accept.ts";
import { backUp, backupName, sweepBackups } from "./backups.ts";
import type { Bytes } from "./byte_stream.ts";
import { compare } from "./compare.ts";
import { contentOf, isRepositoryLog, removedSession } from "./contents.ts";
import { checkFiles, checkJournal } from "./incoming.ts";
import { DEFAULT_LIMITS } from "./limits.ts";
import { type Manifest, type ManifestSession, totalSize } from "./manifest.ts";
import type { RepositoryOutcome } from "./place_files.ts";
import {
  bySession,
  carryOut,
  contested,
  encodePlan,
  finishImports,
  type Plan,
  type PlanSource,
  type PlanStep,
  type StagedCheck,
  stagedFiles,
  stagedJournal,
  type Surroundings,
  withLocks,
} from "./plan.ts";
import { type ReadRequest, readSnapshot } from "./read.ts";
import type { Relation } from "./relation.ts";
import { bytesOnDisk, requireRoom } from "./room.ts";
import { type StagedContent, type StagedFile, Staging } from "./staging.ts";

/** What is taken in, and how. */
export interface ImportRequest extends Surroundings {
  readonly bytes: Bytes;
  readonly read: Partial<ReadRequest> & Pick<ReadRequest, "askKey">;
  /** Only these: ids, unique prefixes of them, or names. Default: all. */
  readonly sessions?: readonly string[] | undefined;
  /** Takes the snapshot's copy of a session where the copy here is newer or went another way. */
  readonly replace?: boolean;
  /** Takes another repository's sessions. */
  readonly adopt?: boolean;
  /** Only tells what would happen; nothing in the project is touched. */
  readonly dryRun?: boolean;
  /** Told how far each step is, in bytes of state. What it throws before `put` ends the import. */
  readonly onProgress?: (step: ImportProgress, done: number, total: number) => void;
}

/** What an import is doing: reading the snapshot, checking its sessions, putting them in their place. */
export type ImportProgress = "read" | "check" | "put";

/** What became of one session. */
export interface ImportedSession {
  readonly id: string;
  readonly name: string | null;
  readonly task: string;
  readonly relation: Relation;
  /**
   * The last event of the snapshot's copy, and of the previous local copy; null when there was
   * none.
   */
  readonly seq: number;
  readonly localSeq: number | null;
  readonly changed: boolean;
  /** Key of the folder that holds the copy that was replaced; null when none was. */
  readonly backup: string | null;
}

/** What an import did, or would do. */
export interface ImportReport {
  readonly manifest: Manifest;
  readonly encrypted: boolean;
  readonly sessions: readonly ImportedSession[];
  /** Whether the project was made by it. */
  readonly initialised: boolean;
  readonly repository: RepositoryOutcome;
}

const NOTHING_PLACED: RepositoryOutcome = {
  config: false,
  current: false,
  secrets: 0,
  old: 0,
  kept: [],
};

/**
 * Imports a snapshot.
 * @throws `snapshot_invalid`, `limit_exceeded`, `password_wrong`, `format_too_new`, `no_space`;
 * `other_repository`, `session_diverged`, `session_unknown`. Then nothing was changed.
 */
export async function importSnapshot(request: ImportRequest): Promise<ImportReport> {
  refuseHome(request.paths);
  if (request.dryRun === true) {
    const made: string[] = [];
    try {
      return await importInto(() => {
        made.push(mkdtempSync(join(tmpdir(), TEMPORARY_FOLDERS.import)));
        return made[0] ?? "";
      }, request);
    } finally {
      for (const folder of made) removeTemporary(folder);
    }
  }
  await finishImports(request);
  let made = false;
  try {
    return await importInto(() => {
      made = makeStateDirectory(request.paths);
      return request.paths.stateDirectory;
    }, request);
  } catch (error) {
    if (made) unmakeStateDirectory(request.paths);
    throw error;
  }
}

/** @param parent gives the folder to stage in, once there is something to stage. */
async function importInto(parent: () => string, request: ImportRequest): Promise<ImportReport> {
  await using staging = new Staging(parent);
  const tell = request.onProgress ?? (() => {});
  const { manifest, encrypted } = await readSnapshot(
    request.bytes,
    {
      limits: DEFAULT_LIMITS,
      ...request.read,
      onProgress: (done, total) => tell("read", done, total),
    },
    {
      begin: (manifest) => {
        // What is refused regardless of the files is refused before anything is created.
        identityOf(request, manifest);
        chooseSessions(manifest, request.sessions);
        staging.begin(manifest);
      },
      file: (file) => staging.file(file),
      write: (chunk) => staging.write(chunk),
    },
  );
  if (request.dryRun !== true) staging.settle();
  const chosen = chooseSessions(manifest, request.sessions);
  const ids = new Set(chosen.map(({ id }) => id));
  const files = [...staging.files.values()].filter(({ name }) => {
    const kind = contentOf(name);
    const removed = removedSession(name);
    // Another repository's journal means nothing here.
    if (isRepositoryLog(name)) return request.adopt !== true && request.sessions === undefined;
    // Neither do its removals, and those of what was not chosen.
    if (removed !== null) {
      return request.adopt !== true && (request.sessions === undefined || ids.has(removed));
    }
    return kind !== null && (!("session" in kind) || ids.has(kind.session));
  });
  const sessions = bySession(files);
  const journals = chosen.map(({ id }) => stagedJournal(id, sessions.get(id)));
  const total = totalSize(journals);
  const checked = new Map<string, StagedCheck>();
  let done = 0;
  for (const listed of chosen) {
    const own = sessions.get(listed.id) ?? [];
    checked.set(listed.id, checkListed(listed, own, staging));
    // The caller can interrupt it here.
    await new Promise((resolve) => setImmediate(resolve));
    tell("check", done += stagedJournal(listed.id, own).size, total);
  }
  const decide = (backups: string | null) =>
    decideAll(request, manifest, chosen, {
      staged: (listed) => {
        const check = checked.get(listed.id);
        if (check === undefined) throw new TypeError(`${listed.id} was not checked`);
        return { check, journal: stagedJournal(listed.id, sessions.get(listed.id)) };
      },
      content: staging.content,
      backups,
    });
  if (request.dryRun === true) {
    const { initialise, decided } = await decide(null);
    return {
      manifest,
      encrypted,
      sessions: decided.map(({ report }) => report),
      initialised: initialise !== null,
      repository: NOTHING_PLACED,
    };
  }
  const { manager } = request;
  return await manager.withRepositoryLock("snapshot import", async () => {
    const put = async (
      { initialise, decided }: Decision,
      held: readonly string[],
    ): Promise<ImportReport> => {
      const plan: Plan = {
        initialise,
        steps: decided.map(({ step }) => step),
        files,
        source: sourceOf(request, manifest),
      };
      requireRoom(
        bytesToPut(request.paths, decided, files),
        freeBytes(request.paths.stateDirectory),
      );
      await staging.commit(encodePlan(plan));
      const repository = await carryOut(
        request,
        plan,
        staging.content,
        { held, onProgress: (bytes) => tell("put", bytes, total) },
      );
      staging.finish();
      return {
        manifest,
        encrypted,
        sessions: decided.map(({ report }) => report),
        initialised: initialise !== null,
        repository,
      };
    };
    const backups = backupName(request.now());
    sweepBackups(request.paths);
    const first = await decide(null);
    const changing = contested(first.decided.map(({ step }) => step));
    if (changing.length === 0) return await put(first, []);
    // Once more under the lock.
    return await withLocks(
      manager,
      changing,
      "snapshot import",
      async () => await put(await decide(backups), changing),
    );
  });
}

function identityOf(request: ImportRequest, manifest: Manifest): Plan["initialise"] {
  return checkIdentity(manifest.repository, {
    meta: readRepositoryMeta(request.paths.metaFile),
    remote: gitRemote(request.paths.root),
    adopt: request.adopt === true,
  });
}

interface Decided {
  readonly report: ImportedSession;
  readonly step: PlanStep;
  /** Bytes of its journal that are here already and stay. */
  readonly present: number;
}

/** What is to be done. */
interface Decision {
  readonly initialise: Plan["initialise"];
  readonly decided: readonly Decided[];
}

/** Compares with what is here. Backs up what will be replaced when `backups` names a folder. */
async function decideAll(
  request: ImportRequest,
  manifest: Manifest,
  chosen: readonly ManifestSession[],
  { staged, content, backups }: {
    readonly staged: (
      listed: ManifestSession,
    ) => { readonly check: StagedCheck; readonly journal: StagedFile };
    readonly content: StagedContent;
    readonly backups: string | null;
  },
): Promise<Decision> {
  const { manager } = request;
  const initialise = identityOf(request, manifest);
  const decided: Decided[] = [];
  for (const listed of chosen) {
    const { check, journal } = staged(listed);
    const { relation, local } = await compare(manager.backend, listed.id, journal, content);
    const replaces = relation === "older" || relation === "diverged";
    if (replaces && request.replace !== true) throw refused(listed, relation, local?.seq ?? 0);
    const { id, name, task, seq } = listed;
    decided.push({
      report: {
        id,
        name,
        task,
        relation,
        seq,
        localSeq: local?.seq ?? null,
        changed: relation !== "same",
        backup: replaces && backups !== null ? `${backups}/sessions/${id}` : null,
      },
      step: {
        session: id,
        action: ACTIONS[relation],
        ...(replaces && local !== null ? { replaces: local.hash } : {}),
        ...(replaces && backups !== null
          ? { replaced: await replacedCopy(manager.backend, id, `${backups}/sessions/${id}`) }
          : {}),
        checked: check,
      },
      present: replaces ? 0 : local?.size ?? 0,
    });
  }
  if (backups !== null) {
    const replaced = decided.filter(({ report }) => report.backup !== null);
    const ids = replaced.map(({ report }) => report.id);
    await backUp(manager.backend, request.paths, backups, ids);
  }
  return { initialise, decided };
}

/** What the repository's journal says of the import. */
function sourceOf(request: ImportRequest, { created, tool, repository }: Manifest): PlanSource {
  return {
    operation: randomBase32(65),
    from: { repository: repository.remote ?? repository.id, made: created, tool },
    adopted: request.adopt === true,
  };
}

/** The copy of a session that is to be replaced, as it is now. */
async function replacedCopy(
  backend: StorageBackend,
  id: string,
  backup: string,
): Promise<ReplacedCopy> {
  const { status, seq, hash, done, total } = await readSessionAt(backend, id);
  return { status, seq, hash, done, total, backup };
}

/** Disk space needed for the import, without files that already exist. */
function bytesToPut(
  { stateDirectory }: OrchestratorPaths,
  decided: readonly Decided[],
  files: readonly StagedFile[],
): number {
  const steps = new Map(decided.map((one) => [one.step.session, one]));
  const sizes = files.map(({ name, size }) => {
    const content = contentOf(name);
    if (content === null) return 0;
    const step = "session" in content ? steps.get(content.session) : undefined;
    if (content.kind === "journal") return size - (step?.present ?? 0);
    const stays = content.kind === "old" || step === undefined || step.step.action === "feedback";
    return stays && pathExists(`${stateDirectory}/${name}`) ? 0 : size;
  });
  const states = decided.map(({ step }) =>
    step.action === "feedback" ? 0 : step.checked.state.size
  );
  return bytesOnDisk([...sizes, ...states]);
}

const ACTIONS: Readonly<Record<Relation, PlanStep["action"]>> = {
  new: "create",
  newer: "extend",
  same: "feedback",
  older: "replace",
  diverged: "replace",
};

function refused(
  { id }: ManifestSession,
  relation: "older" | "diverged",
  localSeq: number,
): OrchestratorError {
  return new OrchestratorError(
    "session_diverged",
    relation === "older"
      ? `Cannot import session "${id}": the local copy is newer (event ${localSeq})`
      : `Cannot import session "${id}": it has diverged from the local copy`,
    {
      hint: "Choose other sessions with --session, or see `orchestrator snapshot import --help`",
      details: { session: id, relation, localSeq },
    },
  );
}

/** Checks a staged session once, before anything is held, and keeps what it adds up to on disk. */
function checkListed(
  listed: ManifestSession,
  files: readonly StagedFile[],
  staging: Staging,
): StagedCheck {
  const { id } = listed;
  const { content } = staging;
  const pieces = content.pieces(stagedJournal(id, files), { fresh: true });
  const { state, seq, hash } = checkJournal(id, pieces, listed);
  checkFiles(id, stagedFiles(files, content));
  const text = new TextEncoder().encode(JSON.stringify(state));
  return { seq, hash, state: staging.add(`sessions/${id}/state`, text) };
}

/**
 * Makes the state directory, out of git's sight from the beginning.
 * @returns false when it was there.
 */
function makeStateDirectory({ stateDirectory, gitignore }: OrchestratorPaths): boolean {
  lookWithin(stateDirectory, stateDirectory, "create");
  if (!makeDirectory(stateDirectory)) return false;
  replaceFile(gitignore, gitignoreText("normal"), { within: stateDirectory });
  return true;
}

/** Removes it again, unless another process has started to use it. */
function unmakeStateDirectory({ stateDirectory, gitignore }: OrchestratorPaths): void {
  try {
    if (readdirSync(stateDirectory).join() !== ".gitignore") return;
    unlinkSync(gitignore);
    rmdirSync(stateDirectory);
  } catch {
    // What stays is an empty place that git does not see.
  }
}
