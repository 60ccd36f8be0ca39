/**
 * Brings a workflow of the old tool into a session of its own. The old files are only read.
 *
 * The session's id follows from the old workflow's id, so that two processes that import the same
 * workflow at once make one session.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { sha256Hex } from "../platform/hash.ts";
import { readTextWithin } from "../platform/within.ts";
import { LEGACY_PATHS, type LegacyFinding } from "../legacy/find.ts";
import type { LegacyProject } from "../legacy/project.ts";
import type { LegacyWorkflow } from "../legacy/legacy_workflow.ts";
import { toCheckpoint, toImport } from "../legacy/to_import.ts";
import type { SeedOptions } from "../legacy/convert.ts";
import { readRepositoryMeta } from "../project/identity.ts";
import { writeRepositoryMeta } from "../project/write_identity.ts";
import type { OrchestratorPaths } from "../project/paths.ts";
import { gitBranch } from "../project/git_branch.ts";
import type { Actor, NewEvent, SessionEvent } from "../workflow/events.ts";
import { evolve } from "../workflow/evolve.ts";
import { RULES } from "../workflow/rules.ts";
import type { SessionState } from "../workflow/state.ts";
import type { StorageBackend } from "../storage/backend.ts";
import type { VisitValues } from "./history_file.ts";
import type { NewRepositoryEvent } from "./repository_log/lines.ts";
import { earlierSessions } from "./repository_log/earlier.ts";
import { readSessionAt } from "./repository_log/session_at.ts";
import { newLineage } from "./session_id.ts";
import type { SessionManager } from "./session_manager.ts";

/** What an import works on. */
export interface ImportInput {
  readonly paths: OrchestratorPaths;
  readonly workflow: LegacyWorkflow;
  readonly toolVersion: string;
  /** The session's name. Default: none. */
  readonly name?: string | null;
  /** The session's id. Default: the one that follows from the old workflow's. */
  readonly session?: string;
  /** Where its repository's journal is. Default: nothing is known of earlier sessions. */
  readonly backend?: StorageBackend;
}

/** An old workflow as this program sees it. */
export interface ImportView {
  readonly state: SessionState;
  /** The history of the first one is only counted: {@link visitHistory} shows it. */
  readonly events: readonly NewEvent[];
  /** Visits the entries of the old log. */
  readonly visitHistory: VisitValues;
  readonly findings: readonly string[];
}

/**
 * Converts an old workflow to the first events of a session, and their state.
 * @param stamp time and author of the import.
 * @param lineage of the session; empty for a preview, which starts no history.
 * @throws `legacy_corrupt`
 */
export async function viewLegacy(
  input: ImportInput,
  stamp: { readonly time: string; readonly actor: Actor },
  lineage = "",
): Promise<ImportView> {
  const options = await seedOptions(input.paths);
  const taken = toImport(input.workflow, options, { preview: lineage === "" });
  const { source, lines, visitHistory } = taken;
  const session = input.session ?? taken.session;
  const seed = { ...taken.seed, name: input.name ?? taken.seed.name };
  const { name, task } = seed;
  const { backend } = input;
  const earlier = backend === undefined
    ? null
    : await earlierSessions(backend, { session, name, task });
  const events: NewEvent[] = [{
    type: "session_imported",
    data: {
      session,
      lineage,
      seed,
      source,
      history: { inLine: lines },
      toolVersion: input.toolVersion,
      ...(earlier === null ? {} : { earlier }),
    },
  }];
  const { checkpoints, damaged, findings } = input.workflow.checkpoints();
  const bare: string[] = [];
  for (const checkpoint of checkpoints) {
    const data = toCheckpoint(checkpoint, options);
    if (data !== null) {
      events.push({ type: "checkpoint_created", data: { ...data, imported: true } });
    } else bare.push(`${checkpoint.file} contains no state to restore: it is kept as a file only`);
  }
  let state: SessionState | null = null;
  for (const [index, event] of events.entries()) {
    const stamped: SessionEvent = { ...event, seq: index + 1, ...stamp, rules: RULES };
    state = evolve(state, stamped);
  }
  if (state === null) throw new TypeError("an import has at least one event");
  const found = source["findings"];
  return {
    state,
    events,
    visitHistory,
    findings: [
      ...(Array.isArray(found) ? found.map(String) : []),
      ...damaged.map((error) => error.message),
      ...bare,
      ...findings.map((finding) => finding.message),
    ],
  };
}

/**
 * Creates the session, unless another process has just done so. The repository must be locked and
 * initialised.
 * @param project where the workflow was found; its `current`, when it is an old one, is not changed
 *   and is understood from here on.
 * @returns the session's id.
 */
export async function importSession(
  manager: SessionManager,
  input: ImportInput,
  project: LegacyProject,
  stamp: { readonly time: string; readonly actor: Actor },
): Promise<{ readonly id: string; readonly findings: readonly string[] }> {
  const { backend } = manager;
  const view = await viewLegacy({ ...input, backend }, stamp, newLineage());
  requireReadable(input.workflow, project.findings);
  const id = view.state.session;
  const isNew = !await manager.backend.hasSession(id);
  if (isNew) {
    await manager.createSession({
      id,
      events: view.events,
      history: view.visitHistory,
      meta: {
        name: view.state.name,
        task: view.state.task,
        branch: gitBranch(input.paths.root),
        parent: null,
      },
      workflow: JSON.stringify(view.state.definition, null, 2) + "\n",
    });
  }
  const { current } = project.places;
  // A name of a removed session refers to the session that replaced it.
  const names = [input.workflow.origin.name, current?.resolves === false ? current.value : ""];
  rememberImport(input.paths, names.filter((name) => /^[0-9a-f]{8}$/i.test(name)), id);
  // Checked again under the lock: another process may have changed it.
  if (project.places.current === null && await manager.currentSession() === null) {
    await manager.setCurrentSession(id);
  }
  if (isNew) {
    const how = "first change";
    await manager.recordInRepository([await legacyImported(manager.backend, id, { how, view })]);
  }
  return { id, findings: view.findings };
}

/** What the repository's journal says of an imported state of the old tool. */
export async function legacyImported(
  backend: StorageBackend,
  id: string,
  { how, view: { state, events } }: {
    readonly how: string;
    readonly view: Pick<ImportView, "state" | "events">;
  },
): Promise<NewRepositoryEvent> {
  const [first] = events;
  const made = first?.type === "session_imported" ? first.data.seed.updatedAt : null;
  const { imported } = state;
  return {
    type: "sessions_imported",
    data: {
      how,
      from: {
        repository: null,
        made,
        tool: imported === undefined ? null : `the old tool (${imported})`,
      },
      operation: id,
      sessions: [await readSessionAt(backend, id)],
    },
  };
}

/**
 * An import is made once: what cannot be read now would be missing from the session for good. Asked
 * when all has been read.
 * @param found what was said of the place the workflow is in.
 * @throws `io_failed`
 */
export function requireReadable(workflow: LegacyWorkflow, found: readonly LegacyFinding[]): void {
  const checkpoints = workflow.checkpoints();
  const failure = checkpoints.damaged.find((error) => error.code !== "legacy_corrupt");
  const finding = [...found, ...workflow.unreadable]
    .find(({ code, path }) => code === "unreadable" && !path.startsWith(LEGACY_PATHS.v4));
  const reason = failure?.message ?? finding?.message;
  if (reason === undefined) return;
  throw new OrchestratorError(
    "io_failed",
    `Cannot import the old workflow in "${workflow.file}": ${reason}`,
    {
      hint: "Make it readable, then run the command again",
      details: { path: finding?.path },
      cause: failure,
    },
  );
}

/**
 * Keeps the meaning of old session ids: meta.json maps each to its session. The repository must be
 * locked and initialised.
 */
export function rememberImport(
  paths: OrchestratorPaths,
  names: readonly string[],
  id: string,
): void {
  const meta = readRepositoryMeta(paths.metaFile);
  if (meta === null || names.length === 0) return;
  const before = typeof meta["imported"] === "object" && meta["imported"] !== null
    ? meta["imported"] as Readonly<Record<string, unknown>>
    : {};
  const missing = names.filter((name) => before[name] === undefined);
  if (missing.length === 0) return;
  const imported = { ...before, ...Object.fromEntries(missing.map((name) => [name, id])) };
  writeRepositoryMeta(paths.metaFile, { ...meta, imported });
}

/** A definition has at most 1 MiB. */
const MAX_WORKFLOW_BYTES = 4 * 1024 * 1024;

/** The project's own definition, for old states without one. */
async function seedOptions(paths: OrchestratorPaths): Promise<SeedOptions> {
  const text = readTextWithin(null, paths.workflow, MAX_WORKFLOW_BYTES);
  if (text === null) return { root: paths.root };
  const { parseDefinition } = await import("../workflow/parse_definition.ts");
  const { overridesFor, readOldSettings } = await import("../legacy/old_settings.ts");
  const old = readOldSettings(paths.root, text);
  const { definition } = parseDefinition(text, {
    file: paths.relative(paths.workflow),
    ...(old.kind === "settings" ? { overrides: overridesFor(old.values, text) } : {}),
  });
  const definitionSha256 = sha256Hex(text);
  return definition === null
    ? { root: paths.root, definitionSha256 }
    : { root: paths.root, definition, definitionSha256 };
}
