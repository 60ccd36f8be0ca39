/**
 * The plan of an import: what is done once everything is checked, written down before the first step
 * so that a crash leaves something to finish, and finished step by step, each of which may be done
 * again.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { replaceFile } from "../platform/atomic_file.ts";
import {
  parseRepositoryMeta,
  readRepositoryMeta,
  type RepositoryMeta,
  type RepositoryMode,
} from "../project/identity.ts";
import { writeRepositoryMeta } from "../project/write_identity.ts";
import { gitignoreText } from "../project/gitignore.ts";
import { initProject } from "../project/init.ts";
import { mergedIdentity } from "../project/merge_identity.ts";
import { KEYS, type OrchestratorPaths } from "../project/paths.ts";
import { requireOwnWork } from "../project/unfinished_work.ts";
import { addRecords, raiseFormat, recordedSessions } from "../session/removed_sessions.ts";
import type {
  ArrivedSession,
  NewRepositoryEvent,
  Origin,
  ReplacedCopy,
  SessionAt,
} from "../session/repository_log/lines.ts";
import type { Arrived } from "../session/repository_log/ledger.ts";
import { sessionAt } from "../session/repository_log/session_at.ts";
import type { SessionManager } from "../session/session_manager.ts";
import type { StorageBackend } from "../storage/backend.ts";
import { VERSION } from "../version.ts";
import type { SessionState } from "../workflow/state.ts";
import { putRedacted } from "./carry_redactions.ts";
import { compare } from "./compare.ts";
import { contentOf, isHistory, journalName, removedSession } from "./contents.ts";
import { type CheckedSession, journalLines } from "./incoming.ts";
import { placeRepositoryFiles, type RepositoryOutcome } from "./place_files.ts";
import {
  createIncoming,
  extendBy,
  isHereAlready,
  mergeFiles,
  refreshState,
  replaceWith,
} from "./put_session.ts";
import {
  readPlan,
  removeStaging,
  type StagedContent,
  type StagedFile,
  stagingFolders,
  sweepStaging,
  withContent,
} from "./staging.ts";
import { unfinishedImport } from "./unfinished.ts";

const PLAN_FORMAT = 2;

/** The operation shown to processes that wait for a lock. */
const OPERATION = "snapshot import";

/** What is done with one session. */
export interface PlanStep {
  readonly session: string;
  readonly action: "create" | "extend" | "replace" | "feedback";
  /** SHA-256 of the last line of the copy that is replaced. */
  readonly replaces?: string;
  /** That copy, for the repository's journal. */
  readonly replaced?: ReplacedCopy;
  readonly checked: StagedCheck;
}

/** What the check of a session has found, so that it is not made twice. */
export interface StagedCheck {
  /** Lines of its journal, and SHA-256 of the last one. */
  readonly seq: number;
  readonly hash: string;
  /** Where the state that its journal adds up to lies, as JSON. */
  readonly state: StagedFile;
}

/** What an import does. */
export interface Plan {
  /** Makes the project first, under this id. */
  readonly initialise: { readonly id: string; readonly mode: RepositoryMode } | null;
  readonly steps: readonly PlanStep[];
  /** Every staged file that is used. */
  readonly files: readonly StagedFile[];
  /** What the repository's journal says of it; absent in plans of earlier versions. */
  readonly source?: PlanSource;
}

/** Where the sessions of a plan come from. */
export interface PlanSource {
  /** Tells this import from others. */
  readonly operation: string;
  readonly from: Origin;
  readonly adopted: boolean;
}

/** What a plan works on. */
export interface Surroundings {
  readonly manager: SessionManager;
  readonly paths: OrchestratorPaths;
  readonly now: () => Date;
  readonly warn: (message: string) => void;
}

/** The plan's text. */
export function encodePlan(plan: Plan): string {
  return JSON.stringify({ format: PLAN_FORMAT, ...plan }) + "\n";
}

/** Staged files by the session they are of. */
export function bySession(files: readonly StagedFile[]): ReadonlyMap<string, StagedFile[]> {
  const sessions = new Map<string, StagedFile[]>();
  for (const file of files) {
    const content = contentOf(file.name);
    if (content === null || !("session" in content)) continue;
    const list = sessions.get(content.session);
    if (list === undefined) sessions.set(content.session, [file]);
    else list.push(file);
  }
  return sessions;
}

/** The staged journal among a session's files. */
export function stagedJournal(id: string, files: readonly StagedFile[] = []): StagedFile {
  const file = files.find(({ name }) => name === journalName(id));
  if (file === undefined) throw new TypeError(`${journalName(id)} is not staged`);
  return file;
}

/** A session's staged files besides its journal, by name in its folder. */
export function stagedFiles(
  files: readonly StagedFile[],
  content: StagedContent,
): Readonly<Record<string, Uint8Array>> {
  const blobs: Record<string, Uint8Array> = {};
  for (const file of files) {
    const kind = contentOf(file.name);
    if (kind?.kind === "session") blobs[kind.name] = content.read(file);
  }
  return blobs;
}

/** A staged session as its check has left it. */
function checkedSession(
  { session, checked }: PlanStep,
  files: readonly StagedFile[],
  content: StagedContent,
): CheckedSession {
  const { seq, hash } = checked;
  const state = JSON.parse(new TextDecoder().decode(content.read(checked.state))) as SessionState;
  const journal = stagedJournal(session, files);
  const pieces = { [Symbol.iterator]: () => content.pieces(journal)[Symbol.iterator]() };
  return {
    id: session,
    state,
    seq,
    hash,
    journal: { pieces },
    files: stagedFiles(files, content),
  };
}

/** The sessions of a plan whose copy here is changed, and must not change meanwhile. */
export function contested(steps: readonly PlanStep[]): readonly string[] {
  return steps.filter(({ action }) => action === "extend" || action === "replace")
    .map(({ session }) => session);
}

/** How a plan is executed. */
export interface CarryingOut {
  /**
   * Sessions that are locked too. Others are locked one by one: thousands at once exceed the number
   * of files that a process may have open.
   */
  readonly held: readonly string[];
  /** Gets the number of journal bytes done. */
  readonly onProgress?: (done: number) => void;
}

/** Executes a plan. The repository must be locked. */
export async function carryOut(
  surroundings: Surroundings,
  plan: Plan,
  content: StagedContent,
  { held, onProgress = () => {} }: CarryingOut,
): Promise<RepositoryOutcome> {
  const { paths, now } = surroundings;
  const { initialise } = plan;
  // While it was on its way git was to see nothing of it.
  if (initialise !== null) {
    replaceFile(paths.gitignore, gitignoreText(initialise.mode), { within: paths.stateDirectory });
  }
  const sessions = bySession(plan.files);
  const holding = new Set(held);
  const came: ArrivedSession[] = [];
  let done = 0;
  await placeRecords(surroundings.manager.backend, plan.files, content);
  for (const step of plan.steps) {
    const files = sessions.get(step.session) ?? [];
    // Before it appears: the next pull would remove a session whose removal is in effect.
    await surroundings.manager.bringBack(step.session, OPERATION);
    const { replaced } = step;
    const given = { files, content, source: plan.source };
    const at = await carryOutStep(surroundings, step, given, holding.has(step.session));
    // Also what came before a process died that was at it.
    if (at !== null && (step.action === "create" || step.action === "replace")) {
      came.push(replaced === undefined ? at : { ...at, replaced });
    }
    onProgress(done += stagedJournal(step.session, files).size);
  }
  const arrived = arrivedIdentity(plan.files, content);
  const outcome = await placeRepositoryFiles(surroundings, plan.files, content);
  // Last: until then there is no project here, and readers see no partial import.
  if (initialise !== null) {
    initProject(paths, {
      automatic: true,
      mode: initialise.mode,
      now: now(),
      toolVersion: VERSION,
      newId: () => initialise.id,
      identity: arrived?.id === initialise.id ? arrived : undefined,
    });
    const { backend } = surroundings.manager;
    const isNewer = plan.files.some(({ name }) => isHistory(name)) ||
      (await recordedSessions(backend)).length > 0;
    if (isNewer) await raiseFormat(backend);
  } else if (arrived !== null) {
    const here = readRepositoryMeta(paths.metaFile);
    const merged = here === null ? null : mergedIdentity(here, arrived);
    if (merged !== null) writeRepositoryMeta(paths.metaFile, merged);
  }
  const { source } = plan;
  if (source !== undefined && came.length > 0) {
    await surroundings.manager.recordInRepository(importedEvents(source, came));
  }
  return outcome;
}

/** So many sessions are named in one line of the repository's journal. */
const MOST_NAMED = 500;

function importedEvents(
  { operation, from, adopted }: PlanSource,
  sessions: readonly ArrivedSession[],
): readonly NewRepositoryEvent[] {
  const events: NewRepositoryEvent[] = [];
  for (let at = 0; at < sessions.length; at += MOST_NAMED) {
    events.push({
      type: "sessions_imported",
      data: {
        how: OPERATION,
        from,
        ...(adopted ? { adopted: true } : {}),
        operation: at === 0 ? operation : `${operation} ${at}`,
        sessions: sessions.slice(at, at + MOST_NAMED),
      },
    });
  }
  return events;
}

/** What the snapshot's own `meta.json` says; null when it says nothing usable. */
function arrivedIdentity(
  files: readonly StagedFile[],
  content: StagedContent,
): RepositoryMeta | null {
  const file = files.find(({ name }) => name === KEYS.meta);
  if (file === undefined) return null;
  try {
    return parseRepositoryMeta(new TextDecoder().decode(content.read(file)), KEYS.meta);
  } catch (error) {
    // Altered content has the same code; the reader of the rest reports it.
    if (error instanceof OrchestratorError) return null;
    throw error;
  }
}

/** What a session says of the import that it came with. */
function arrivedField(
  { manager, now }: Surroundings,
  source: PlanSource | undefined,
  { at, replaced }: Pick<ArrivedSession, "replaced"> & { readonly at: SessionAt },
): { readonly arrived?: Arrived } {
  if (source === undefined) return {};
  const { from, adopted } = source;
  const time = now().toISOString();
  const how = { how: OPERATION, from, adopted, at, time, actor: manager.actor() };
  return { arrived: replaced === undefined ? how : { ...how, replaced } };
}

/** @returns the session as it is here now; null when it is not the plan's. */
async function carryOutStep(
  surroundings: Surroundings,
  step: PlanStep,
  given: {
    readonly files: readonly StagedFile[];
    readonly content: StagedContent;
    readonly source: PlanSource | undefined;
  },
  held: boolean,
): Promise<SessionAt | null> {
  const { files, content, source } = given;
  const { manager, warn } = surroundings;
  const { backend } = manager;
  const checked = checkedSession(step, files, content);
  const { id } = checked;
  const at = sessionAt(checked.state, checked);
  const session = { ...checked, ...arrivedField(surroundings, source, { ...step, at }) };
  const journal = stagedJournal(id, files);
  const { relation, local, differing } = await compare(backend, id, journal, content);
  if (local === null) {
    await createIncoming(backend, session);
    return at;
  }
  if (!held) {
    if (relation === "same" && differing === undefined && await isHereAlready(backend, session)) {
      return at;
    }
    try {
      return await manager.withLock(
        { session: id },
        OPERATION,
        () => carryOutStep(surroundings, step, given, true),
      );
    } catch (error) {
      const busy = error instanceof OrchestratorError && error.code === "lock_held";
      if (!busy || step.action !== "feedback") throw error;
      // Its journal is here; the rest of the import does not wait for it.
      warn(
        `The feedback of session ${id} was not imported: another process is using the session`,
      );
      return at;
    }
  }
  const replaceable = step.action === "replace" && local.hash === step.replaces;
  if (await putRedacted(manager, session, differing, { relation, local, replaceable })) return at;
  if (relation === "same" || relation === "older" && !replaceable) {
    await mergeFiles(backend, session);
    if (relation === "same") await refreshState(backend, session);
  } else if (relation === "newer") {
    const more = content.range(journal, local.size, journal.size);
    await extendBy(backend, session, local, journalLines(id, more));
  } else if (replaceable) {
    await replaceWith(backend, session);
  } else {
    warn(`Session ${id} was not imported: it changed here in the meantime`);
    return null;
  }
  return relation !== "older" || replaceable ? at : null;
}

/** What the snapshot knows of removals is known here from now on. */
async function placeRecords(
  backend: StorageBackend,
  files: readonly StagedFile[],
  content: StagedContent,
): Promise<void> {
  for (const file of files) {
    const session = removedSession(file.name);
    if (session === null) continue;
    await addRecords(backend, session, new TextDecoder().decode(content.read(file)));
  }
}

/**
 * Holds sessions, one inside the other, and runs `task`. Those that disappear meanwhile are left out.
 */
export async function withLocks<Result>(
  manager: SessionManager,
  sessions: readonly string[],
  operation: string,
  task: () => Promise<Result>,
): Promise<Result> {
  const [first, ...others] = sessions;
  if (first === undefined) return await task();
  const inner = () => withLocks(manager, others, operation, task);
  if (!await manager.backend.hasSession(first)) return await inner();
  return await manager.withLock({ session: first }, operation, inner);
}

/**
 * Finishes imports that were killed after their plan was written, and removes what is left of those
 * killed before.
 */
export async function finishImports(surroundings: Surroundings): Promise<void> {
  const { manager, paths, warn } = surroundings;
  if (!unfinishedImport(paths.stateDirectory)) return;
  await manager.withRepositoryLock(OPERATION, async () => {
    for (const folder of stagingFolders(paths.stateDirectory)) {
      const text = readPlan(folder);
      if (text === null) {
        sweepStaging(folder);
        continue;
      }
      requireOwnWork(paths, folder);
      const plan = parsePlan(text);
      await withContent(folder, async (content) => {
        const held = contested(plan.steps);
        await withLocks(
          manager,
          held,
          OPERATION,
          () => carryOut(surroundings, plan, content, { held }),
        );
      });
      removeStaging(folder);
      warn("Finished an interrupted import");
    }
  });
}

/** The plan is written by this program, whole or not at all, in a place of its own. */
function parsePlan(text: string): Plan {
  const value = JSON.parse(text) as Plan & { readonly format: number };
  if (value.format > PLAN_FORMAT) {
    throw new OrchestratorError(
      "format_too_new",
      "Cannot finish an interrupted import: a newer program started it",
      { hint: "Use the newer version of orchestrator that started it" },
    );
  }
  return value;
}
