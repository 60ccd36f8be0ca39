/**
 * The facts that checks use. Each fact is determined once, on first use, and shared by all checks.
 * @module
 */
import { lstatSync, type Stats } from "node:fs";
import { join } from "node:path";
import type { Config } from "../config/config.ts";
import type { ConfigFile } from "../config/read_file.ts";
import { OrchestratorError, type Result, systemErrorCode } from "../errors.ts";
import { findLegacy, type LegacyPlaces } from "../legacy/find.ts";
import { type LegacyProject, readLegacyProject } from "../legacy/project.ts";
import { partBelow } from "../platform/path.ts";
import { lookWithin, namesWithin, readTextWithin, type Within } from "../platform/within.ts";
import { detectEnvironment, type Environment } from "../project/environment.ts";
import { readRepositoryMeta, type RepositoryMeta } from "../project/identity.ts";
import { findLostIdentity, type LostIdentity } from "../project/lost_identity.ts";
import { KEYS, type OrchestratorPaths } from "../project/paths.ts";
import type { AgeKeys } from "../secrets/age_file.ts";
import type { SecretStore } from "../secrets/store.ts";
import { type LoadedSession, loadSession } from "../session/load.ts";
import type { SessionManager } from "../session/session_manager.ts";
import type { SessionMeta } from "../session/session_meta.ts";
import type { RememberedEnd, RememberedHead } from "../session/witness.ts";
import { VERSION } from "../version.ts";
import type { Finding as DefinitionFinding } from "../workflow/finding.ts";
import type { WorkflowDefinition } from "../workflow/definition.ts";
import { CannotTell, type Finding, skipped } from "./finding.ts";
import type { System } from "./system.ts";
import { unusableState } from "./unusable_state.ts";

/** What an examination is made of. */
export interface ExaminationOptions {
  readonly paths: OrchestratorPaths;
  readonly manager: SessionManager;
  readonly config: () => Promise<Config>;
  /** The configuration's files, lowest first, whether they are there or not. */
  readonly configFiles: readonly ConfigFile[];
  /**
   * The definition that `start` uses; it need not exist.
   * @throws `config_invalid` when the configuration cannot tell
   */
  readonly workflowFile: () => Promise<DefinitionFile>;
  /** Names of required secrets, with what requires them. */
  readonly requiredSecrets: () => Promise<ReadonlyMap<string, string>>;
  /** Finds secrets without prompting for passwords. */
  readonly secrets: () => Promise<SecretStore>;
  /** Decrypts secrets without prompting. */
  readonly ageKeys: () => Promise<AgeKeys>;
  /**
   * The session that a name refers to, here or on the state branch only.
   * @throws `session_unknown`, `session_ambiguous`
   */
  readonly sessionNamed: (name: string) => Promise<string>;
  /** What this clone remembers of its sessions outside of the state directory. */
  readonly remembered: {
    /** The furthest event that was recorded here and that a journal does not hold. */
    readonly lost: (session: LoadedSession) => Promise<RememberedEnd | null>;
    /** Sessions that are gone without a removal. */
    readonly gone: () => Promise<readonly RememberedHead[]>;
  };
  /** How much of a session is elsewhere, and what takes away what is not. */
  readonly protection: (state: LoadedSession["state"]) => Promise<{
    readonly takenBy: readonly string[];
    readonly elsewhere: number;
    readonly where: string | null;
    readonly argv: readonly string[];
  }>;
  readonly system: System;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string | undefined;
  readonly cwd: string;
  readonly now: () => Date;
  readonly toolVersion: string;
  /** What is known of the repository's identity where `meta.json` is missing or damaged; else null. */
  readonly lostIdentity?: LostIdentity | null;
  /** Why it cannot be told where the state is; else null. */
  readonly stateLost?: OrchestratorError | null;
  /** Reads every journal from its beginning, even those that are provably unchanged. */
  readonly deep: boolean;
  readonly offline: boolean;
}

/** The file of a workflow definition. */
export interface DefinitionFile {
  readonly path: string;
  /** As messages name it. */
  readonly shown: string;
  /** Keys that show that the file is another tool's. */
  readonly otherTool?: readonly string[];
  /** About definitions that are there and do not count. */
  readonly remarks?: readonly {
    readonly what: string;
    readonly todo: string;
    readonly level: "info" | "warning";
  }[];
}

/** One session as the checks see it. */
export interface ExaminedSession {
  readonly id: string;
  readonly loaded: Result<LoadedSession>;
  readonly meta: SessionMeta | null;
}

/** The workflow.yaml of the project, read. */
export interface ExaminedWorkflow {
  /** As messages name it. */
  readonly file: string;
  readonly text: string;
  readonly definition: WorkflowDefinition | null;
  readonly findings: readonly DefinitionFinding[];
  /** Names of the settings that the old tool's file replaces, sorted. */
  readonly overridden: readonly string[];
}

/** Result of a program. */
export interface ProgramOutput {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const LOOK = "Run `git worktree list` in the main checkout";

/** Longer texts are not read by any check. */
const MAX_TEXT_BYTES = 4 * 1024 * 1024;

/** The facts of one project. */
export class Examination {
  readonly options: ExaminationOptions;
  readonly paths: OrchestratorPaths;
  readonly #kept = new Map<string, unknown>();

  constructor(options: ExaminationOptions) {
    this.options = options;
    this.paths = options.paths;
  }

  get environment(): Environment {
    return this.once("environment", () => detectEnvironment(this.options.env));
  }

  /** The repository's identity; null when nothing was initialised. */
  get meta(): Result<RepositoryMeta | null> {
    return this.once(
      "meta",
      () =>
        attempt(() =>
          this.options.lostIdentity?.meta ??
            (this.paths.isHome ? null : readRepositoryMeta(this.paths.metaFile))
        ),
    );
  }

  /** What is known of the identity where `meta.json` is missing or damaged; null where it is not. */
  lostIdentity(thorough = false): Promise<LostIdentity | null> {
    const { env, now, toolVersion } = this.options;
    return this.once(
      `lost identity ${thorough}`,
      () => findLostIdentity(this.paths, { env, now: now(), toolVersion, thorough }),
    );
  }

  /** Whether this is a project of the new layout, readable or not. */
  get initialised(): boolean {
    return this.meta.error !== undefined || this.meta.value !== null;
  }

  /** Why the state directory cannot be used as a whole; null where it can. */
  get unusable(): Finding | null {
    const lost = this.options.stateLost ?? null;
    if (lost !== null) return { level: "error", seen: lost.message, todo: lost.hint ?? LOOK };
    return this.once(
      "unusable",
      () => this.paths.isHome ? null : unusableState(this.paths.stateDirectory),
    );
  }

  /** The old tool's workflows, as far as they can be read; null where there are none. */
  get legacyProject(): LegacyProject | null {
    return this.once(
      "legacy project",
      () => this.legacy.hasWorkflow ? readLegacyProject(this.paths.root, this.legacy) : null,
    );
  }

  /** Session by id of the old tool's session that it was imported from. */
  get imported(): Readonly<Record<string, string>> {
    const imported = this.meta.value?.["imported"];
    if (typeof imported !== "object" || imported === null) return {};
    return Object.fromEntries(
      Object.entries(imported).filter(([, id]) => typeof id === "string"),
    );
  }

  /** The message of checks that need a project, when there is none; null when there is one. */
  get absent(): Finding | null {
    if (this.unusable !== null) return skipped("the state directory cannot be used");
    return this.initialised ? null : skipped("no project is initialized here");
  }

  get legacy(): LegacyPlaces {
    return this.once("legacy", () => findLegacy(this.paths.root));
  }

  /** Ids of all sessions, sorted. */
  sessionIds(): Promise<Result<readonly string[]>> {
    return this.once(
      "session ids",
      () => attemptAsync(async () => [...await this.options.manager.listSessions()].sort()),
    );
  }

  /**
   * All sessions, loaded.
   * @throws CannotTell when the list of sessions cannot be determined
   */
  sessions(): Promise<readonly ExaminedSession[]> {
    return this.once("sessions", async () => {
      const { manager } = this.options;
      const ids = (await this.sessionIds()).value;
      if (ids === undefined) throw new CannotTell("cannot determine which sessions exist");
      const sessions: ExaminedSession[] = [];
      for (const id of ids) {
        const loaded = await attemptAsync(() => loadSession(manager.backend, id, { replay: true }));
        if (loaded.error?.code === "session_unknown") continue;
        const meta = await manager.meta(id);
        // Removed in the meantime.
        if (meta === null && !await manager.backend.hasSession(id)) continue;
        sessions.push({ id, loaded, meta });
      }
      return sessions;
    });
  }

  /** A session's own workflow.yaml; null when there is none. */
  frozenWorkflow(session: string): Promise<string | null> {
    return this.once(
      `frozen ${session}`,
      () => this.options.manager.backend.readText(KEYS.sessionWorkflow(session)),
    );
  }

  /** The project's definition; null when there is no file. */
  workflow(): Promise<Result<ExaminedWorkflow | null>> {
    return this.once("workflow", () =>
      attemptAsync(async () => {
        const { path, shown, otherTool } = await this.options.workflowFile();
        const text = otherTool === undefined ? this.text(path) : null;
        if (text === null) return null;
        const { parseDefinition } = await import("../workflow/parse_definition.ts");
        const { overridesFor, readOldSettings } = await import("../legacy/old_settings.ts");
        const old = readOldSettings(this.paths.root, text);
        const overrides = old.kind === "settings" ? overridesFor(old.values, text) : {};
        const { definition, findings } = parseDefinition(text, {
          file: shown,
          version: VERSION,
          overrides,
        });
        const { oldDefinitionRemarks } = await import("../migration/old_definition.ts");
        return {
          file: shown,
          text,
          overridden: Object.keys(overrides).sort(),
          definition,
          findings: [...findings, ...oldDefinitionRemarks(this.paths, text, shown)],
        };
      }));
  }

  /**
   * The state directory for paths inside it, where links are not followed; null for other paths.
   */
  #within(path: string): Within {
    const { stateDirectory } = this.paths;
    return partBelow(stateDirectory, path) === null ? null : stateDirectory;
  }

  /** Names in a folder, sorted; empty when it does not exist or cannot be read. */
  names(folder: string): readonly string[] {
    try {
      return [...namesWithin(this.#within(folder), folder)].sort();
    } catch (error) {
      if (!(error instanceof OrchestratorError)) throw error;
      return [];
    }
  }

  /**
   * A text file; null when it does not exist.
   * @throws `link_refused`, `limit_exceeded`, I/O errors
   */
  text(path: string): string | null {
    return readTextWithin(this.#within(path), path, MAX_TEXT_BYTES);
  }

  /**
   * The status of a path, following links outside the state directory only; null when it does not
   * exist or cannot be read.
   */
  stat(path: string): Stats | null {
    try {
      return lookWithin(this.#within(path), path);
    } catch (error) {
      if (!(error instanceof OrchestratorError)) throw error;
      return null;
    }
  }

  /** Whether a path is a symbolic link. */
  isLink(path: string): boolean {
    try {
      return lstatSync(path).isSymbolicLink();
    } catch (error) {
      if (systemErrorCode(error) === undefined) throw error;
      return false;
    }
  }

  /** Runs git in the root, reading only; null when there is no git. Each command line once. */
  git(...args: readonly string[]): Promise<ProgramOutput | null> {
    return this.once(`git ${args.join("\0")}`, async () => {
      const { runProgram } = await import("../platform/processes.ts");
      const { GIT_QUIET, gitEnvironment } = await import("../platform/git_environment.ts");
      try {
        return await runProgram("git", [...GIT_QUIET, ...args], {
          cwd: this.paths.root,
          env: gitEnvironment(this.options.env),
          timeoutMs: 5000,
        });
      } catch (error) {
        if (error instanceof OrchestratorError) return null;
        throw error;
      }
    });
  }

  /** Whether the root is inside a git work tree. */
  async inGit(): Promise<boolean> {
    return (await this.git("rev-parse", "--is-inside-work-tree"))?.stdout.trim() === "true";
  }

  /** Absolute path below the state directory. */
  statePath(...parts: readonly string[]): string {
    return join(this.paths.stateDirectory, ...parts);
  }

  /** Determines a fact on the first call, and returns the same value afterwards. */
  once<Value>(name: string, find: () => Value): Value {
    if (!this.#kept.has(name)) this.#kept.set(name, find());
    return this.#kept.get(name) as Value;
  }
}

function attempt<Value>(task: () => Value): Result<Value> {
  try {
    return { value: task() };
  } catch (error) {
    return { error: asError(error) };
  }
}

/** The result of a task, or its error. */
export async function attemptAsync<Value>(task: () => Promise<Value>): Promise<Result<Value>> {
  try {
    return { value: await task() };
  } catch (error) {
    return { error: asError(error) };
  }
}

function asError(error: unknown): OrchestratorError {
  if (error instanceof OrchestratorError) return error;
  const text = error instanceof Error ? error.message : String(error);
  return new OrchestratorError("io_failed", text, { cause: error });
}
