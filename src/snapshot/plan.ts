/**
 * The plan of an import: what is done once everything is checked, written down before the first step
 * so that a crash leaves something to finish, and finished step by step, each of which may be done
 * again.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { ioError, replaceFile } from "../platform/atomic_file.ts";
import { sha256Hex } from "../platform/hash.ts";
import type { RepositoryMode } from "../project/identity.ts";
import { gitignoreText } from "../project/gitignore.ts";
import { initProject } from "../project/init.ts";
import { KEYS, type ProjectPaths } from "../project/paths.ts";
import type { SessionManager } from "../session/session_manager.ts";
import { SESSION_ID } from "../storage/keys.ts";
import { VERSION } from "../version.ts";
import { contentOf, journalName, SECRETS } from "./contents.ts";
import { checkSession, type Incoming, journalLines } from "./incoming.ts";
import {
  createIncoming,
  extendWith,
  localLines,
  mergeFeedback,
  refreshState,
  replaceWith,
} from "./put_session.ts";
import { relate } from "./relation.ts";
import {
  readPlan,
  removeStaging,
  type StagedFile,
  stagingFolders,
  sweepStaging,
  withContent,
} from "./staging.ts";
import { unfinishedImport } from "./unfinished.ts";

const PLAN_FORMAT = 1;

/** What is done with one session. */
export interface PlanStep {
  readonly session: string;
  readonly action: "create" | "extend" | "replace" | "feedback";
  /** SHA-256 of the last line of the copy that is replaced. */
  readonly replaces?: string;
}

/** What an import does. */
export interface Plan {
  /** Makes the project first, under this id. */
  readonly initialise: { readonly id: string; readonly mode: RepositoryMode } | null;
  readonly steps: readonly PlanStep[];
  /** Every staged file that is used. */
  readonly files: readonly StagedFile[];
}

/** What a plan works on. */
export interface Surroundings {
  readonly manager: SessionManager;
  readonly paths: ProjectPaths;
  readonly now: () => Date;
  readonly warn: (message: string) => void;
}

/** What became of the repository's own files. */
export interface RepositoryOutcome {
  readonly config: boolean;
  readonly current: boolean;
  readonly secrets: number;
}

/** The plan's text. */
export function encodePlan(plan: Plan): string {
  return JSON.stringify({ format: PLAN_FORMAT, ...plan }) + "\n";
}

/** Puts a staged session together and checks it. @throws `snapshot_invalid` */
export function stagedSession(
  id: string,
  files: readonly StagedFile[],
  read: (file: StagedFile) => Uint8Array,
): Incoming {
  const blobs: Record<string, Uint8Array> = {};
  let journal: Uint8Array | undefined;
  for (const file of files) {
    const content = contentOf(file.name);
    if (content === null || !("session" in content) || content.session !== id) continue;
    const bytes = read(file);
    if (sha256Hex(bytes) !== file.sha256) {
      throw new OrchestratorError(
        "state_corrupt",
        `Cannot import "${file.name}": it was altered while it was being imported`,
      );
    }
    if (content.kind === "journal") journal = bytes;
    else blobs[content.name] = bytes;
  }
  if (journal === undefined) throw new TypeError(`${journalName(id)} is not staged`);
  return checkSession(id, journal, blobs);
}

/** The journal of a staged session that was checked before. */
export function stagedLines(
  id: string,
  files: readonly StagedFile[],
  read: (file: StagedFile) => Uint8Array,
): readonly string[] {
  const file = files.find(({ name }) => name === journalName(id));
  if (file === undefined) throw new TypeError(`${journalName(id)} is not staged`);
  return journalLines(id, read(file));
}

/** Carries a plan out. The repository must be held, and the sessions it changes. */
export async function carryOut(
  surroundings: Surroundings,
  plan: Plan,
  read: (file: StagedFile) => Uint8Array,
): Promise<RepositoryOutcome> {
  const { manager, paths, now } = surroundings;
  const { initialise } = plan;
  // While it was on its way git was to see nothing of it.
  if (initialise !== null) replaceFile(paths.gitignore, gitignoreText(initialise.mode));
  for (const step of plan.steps) {
    await carryOutStep(surroundings, step, stagedSession(step.session, plan.files, read));
  }
  const outcome = await placeRepositoryFiles(manager, paths, plan.files, read);
  // Last: until then there is no project here, and whoever reads sees nothing half done.
  if (initialise !== null) {
    initProject(paths, {
      automatic: true,
      mode: initialise.mode,
      now: now(),
      toolVersion: VERSION,
      newId: () => initialise.id,
    });
  }
  return outcome;
}

async function carryOutStep(
  { manager, warn }: Surroundings,
  step: PlanStep,
  incoming: Incoming,
): Promise<void> {
  const { backend } = manager;
  const local = await localLines(backend, step.session);
  const { relation } = relate(incoming.lines, local);
  if (local === null) return await createIncoming(backend, incoming);
  const last = local.at(-1);
  const replaceable = step.action === "replace" && last !== undefined &&
    sha256Hex(last) === step.replaces;
  if (relation === "same" || relation === "older" && !replaceable) {
    await mergeFeedback(backend, incoming);
    if (relation === "same") await refreshState(backend, incoming);
  } else if (relation === "newer") {
    await extendWith(backend, incoming, local);
  } else if (replaceable) {
    await replaceWith(backend, incoming);
  } else {
    warn(`Session ${step.session} was not imported: it went on here meanwhile`);
  }
}

/** What is already here is kept. */
async function placeRepositoryFiles(
  { backend }: SessionManager,
  paths: ProjectPaths,
  files: readonly StagedFile[],
  read: (file: StagedFile) => Uint8Array,
): Promise<RepositoryOutcome> {
  let config = false;
  let current = false;
  let secrets = 0;
  for (const file of files) {
    const content = contentOf(file.name);
    if (content?.kind === "secret") {
      if (await backend.readBlob(file.name) !== null) continue;
      await placeSecret(paths, file.name, read(file));
      secrets += 1;
    } else if (file.name === KEYS.config) {
      if (await backend.readBlob(KEYS.config) !== null) continue;
      await backend.writeBlob(KEYS.config, read(file));
      config = true;
    } else if (file.name === KEYS.current) {
      const wanted = new TextDecoder().decode(read(file)).trim();
      const here = (await backend.readText(KEYS.current))?.trim() ?? "";
      if (SESSION_ID.test(here) && await backend.hasSession(here)) continue;
      if (!SESSION_ID.test(wanted) || !await backend.hasSession(wanted)) continue;
      await backend.writeBlob(KEYS.current, `${wanted}\n`);
      current = true;
    }
  }
  return { config, current, secrets };
}

/** A secret is its owner's alone, from the first byte on. */
async function placeSecret(paths: ProjectPaths, name: string, data: Uint8Array): Promise<void> {
  const { mkdirSync } = await import("node:fs");
  const folder = `${paths.stateDirectory}/${SECRETS}`;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw ioError("create", folder, error);
  }
  replaceFile(`${paths.stateDirectory}/${name}`, data, { mode: 0o600 });
}

/**
 * Holds sessions, one inside the other, and runs `task`. Those that disappear meanwhile are left out.
 */
export async function holdAll<Result>(
  manager: SessionManager,
  sessions: readonly string[],
  operation: string,
  task: () => Promise<Result>,
): Promise<Result> {
  const [first, ...others] = sessions;
  if (first === undefined) return await task();
  const inner = () => holdAll(manager, others, operation, task);
  if (!await manager.backend.hasSession(first)) return await inner();
  return await manager.hold({ session: first }, operation, inner);
}

/**
 * Finishes imports that were killed after their plan was written, and removes what is left of those
 * killed before.
 */
export async function finishImports(surroundings: Surroundings): Promise<void> {
  const { manager, paths, warn } = surroundings;
  if (!unfinishedImport(paths.stateDirectory)) return;
  await manager.holdRepository("import", async () => {
    for (const folder of stagingFolders(paths.stateDirectory)) {
      const text = readPlan(folder);
      if (text === null) {
        sweepStaging(folder);
        continue;
      }
      const plan = parsePlan(text);
      await withContent(folder, async (read) => {
        const sessions = plan.steps.map(({ session }) => session);
        await holdAll(manager, sessions, "import", () => carryOut(surroundings, plan, read));
      });
      removeStaging(folder);
      warn("An import that was interrupted has been finished");
    }
  });
}

/** The plan is written by this program, whole or not at all, in a place of its own. */
function parsePlan(text: string): Plan {
  const value = JSON.parse(text) as Plan & { readonly format: number };
  if (value.format > PLAN_FORMAT) {
    throw new OrchestratorError(
      "format_too_new",
      "Cannot finish an import that was interrupted: a newer program began it",
      { hint: "Use the newer orchestrator that began it" },
    );
  }
  return value;
}
