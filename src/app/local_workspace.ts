/**
 * The workspace of one run on this machine: the project it stands in, the session it means, who runs it.
 *
 * Everything is found on first use, so that a run pays only for what it asks for.
 * @module
 */
import { existsSync, lstatSync, statSync } from "node:fs";
import type { Config, ConfigFlag } from "../config/config.ts";
import { configMayExist, DEFAULT_LOCK_TIMEOUT } from "../config/quick_checks.ts";
import { isAbsent, OrchestratorError } from "../errors.ts";
import { ioError } from "../platform/io_error.ts";
import { namesWithin } from "../platform/within.ts";
import { actorFrom } from "../project/actor.ts";
import { detectEnvironment, type Environment } from "../project/environment.ts";
import { gitRemote, nearestGit } from "../project/git_remote.ts";
import { copiedWarning, readRepositoryMeta, type RepositoryMeta } from "../project/identity.ts";
import type { LostIdentity } from "../project/lost_identity.ts";
import { IMPORT_FOLDER, OrchestratorPaths, userConfigFiles } from "../project/paths.ts";
import type { Redactor } from "../secrets/redact.ts";
import { resolveSession, type SessionChoice, type SessionQuery } from "../session/resolve.ts";
import { SessionManager } from "../session/session_manager.ts";
import type { Witness } from "../session/witness.ts";
import type { StorageBackend } from "../storage/backend.ts";
import { FileBackend } from "../storage/file_backend.ts";
import type { Actor } from "../workflow/events.ts";
import type { Effect } from "./declared_changes.ts";
import type { BranchSessions } from "./state/branch_sessions.ts";
import type { BranchView, Surroundings, Workspace } from "./workspace.ts";

/** Where the old tool leaves something whatever it does. */
const OLD_TRACES = [".workflow_state.json", ".workflow_log.jsonl"] as const;

/** What a run may leave unsaid, because it says it in another way or puts it right. */
export type Topic = "copied state" | "configuration" | "interrupted import" | "state branch";

/** What a run is about. */
export interface Run<Host extends Surroundings> {
  readonly io: Host;
  /** As messages and locks name it, e.g. `session rename`. */
  readonly operation: string;
  readonly effect: Effect;
  /** The project's root as it was given; undefined: found from the working directory. */
  readonly root: string | undefined;
  /** The session as it was given. */
  readonly session: string | undefined;
  /** Gives the strongest layer of the configuration; null where nothing was given for it. */
  readonly configFlags: (() => Promise<readonly ConfigFlag[]>) | null;
  readonly unsaid: readonly Topic[];
}

/** See {@link Workspace}. */
export class LocalWorkspace<Host extends Surroundings = Surroundings> implements Workspace {
  readonly io: Host;
  readonly operation: string;
  readonly effect: Effect;
  readonly warnings: string[] = [];
  readonly #run: Run<Host>;
  /** An error where the state cannot be found. */
  #paths: OrchestratorPaths | OrchestratorError | undefined;
  #environment: Environment | undefined;
  #manager: SessionManager | undefined;
  #meta: RepositoryMeta | null | undefined;
  #branchView: BranchView | null = null;
  #beyond: BranchSessions | null = null;
  #config: Config | undefined;
  #redactor: Promise<Redactor> | undefined;
  #importCutOff = false;
  #rootToLookFor: string | null = null;
  #opened = false;
  lostIdentity: LostIdentity | null = null;
  stateLost: OrchestratorError | null = null;
  changing: string | null = null;

  constructor(run: Run<Host>) {
    this.io = run.io;
    this.operation = run.operation;
    this.effect = run.effect;
    this.#run = run;
  }

  get saysBranch(): boolean {
    return this.#run.unsaid.includes("state branch");
  }

  warn(message: string): void {
    if (!this.warnings.includes(message)) this.warnings.push(message);
  }

  get paths(): OrchestratorPaths {
    this.#paths ??= OrchestratorPaths.locate({
      cwd: this.io.cwd,
      flag: this.#run.root,
      variable: this.io.env["ORCHESTRATOR_ROOT"],
      home: this.io.home,
    });
    if (this.#paths instanceof OrchestratorError) throw this.#paths;
    return this.#paths;
  }

  get environment(): Environment {
    this.#environment ??= detectEnvironment(this.io.env);
    return this.#environment;
  }

  detected(environment: Environment): void {
    this.#environment = environment;
  }

  get actor(): Actor {
    const name = this.#config?.get("actor") ?? undefined;
    const env = name === undefined ? this.io.env : { ...this.io.env, ORCHESTRATOR_ACTOR: name };
    return actorFrom(this.environment, env, this.io.userName);
  }

  get manager(): SessionManager {
    const { stateDirectory, stateHome } = this.paths;
    this.#manager ??= this.#managerOf(
      new FileBackend(
        stateDirectory,
        stateHome?.shared?.key,
        async (id) => (await this.#witness())?.forget(id),
      ),
    );
    return this.#manager;
  }

  #managerOf(backend: StorageBackend): SessionManager {
    const lockTimeoutMs = () => this.#lockTimeoutMs();
    return new SessionManager({
      backend,
      actor: () => this.actor,
      now: this.io.now,
      get lockTimeoutMs() {
        return lockTimeoutMs();
      },
      clean: async () => {
        const redactor = await this.redactor();
        return (text) => redactor.known(text);
      },
      warn: (message) => this.warn(message),
      witness: () => this.#witness(),
      requireOpened: () => this.#requireOpened(),
    });
  }

  async #witness(): Promise<Witness | null> {
    return (await import("./witness.ts")).witnessOf(this);
  }

  /** A change of a session that was not opened is a defect of the command. */
  async #requireOpened(): Promise<void> {
    if (this.#opened) return;
    (await import("./declared_changes.ts")).requireOpened(this);
  }

  get branchView(): BranchView | null {
    return this.#branchView;
  }

  get beyond(): BranchSessions | null {
    return this.#beyond;
  }

  seeBranchSessions(beyond: BranchSessions): void {
    this.#beyond = beyond;
    this.#manager = this.#managerOf(beyond.backend);
  }

  lookAt(view: BranchView, meta: RepositoryMeta): void {
    this.#branchView = view;
    this.#meta = meta;
  }

  get mayBeBehind(): boolean {
    const told = this.environment.ephemeral !== null || this.#config?.get("web_mode") === true;
    return told && !this.paths.isHome;
  }

  get meta(): RepositoryMeta | null {
    if (this.#meta === undefined) {
      this.#meta = this.lostIdentity?.meta ??
        (this.paths.isHome ? null : readRepositoryMeta(this.paths.metaFile));
      if (this.#meta !== null && !this.#run.unsaid.includes("copied state")) {
        const { remote, rootCommit } = this.#meta;
        const here = remote === null ? null : gitRemote(this.paths.root);
        const warning = copiedWarning(this.#meta, here);
        if (warning !== null) this.warn(warning);
        this.#rootToLookFor = here === null ? rootCommit : null;
      }
    }
    return this.#meta;
  }

  get oldFiles(): "interrupted" | "there" | null {
    const { paths } = this;
    if (paths.isHome) return null;
    if (existsSync(paths.migrationJournal)) return "interrupted";
    if (OLD_TRACES.some((name) => existsSync(`${paths.root}/${name}`))) return "there";
    // Sessions of the old tool: not initialised yet, or imported and not moved over.
    try {
      const { meta } = this;
      const left = meta === null
        ? existsSync(paths.sessions)
        : meta["imported"] !== undefined && !existsSync(paths.migrationMarker);
      return left ? "there" : null;
    } catch {
      // A damaged meta.json is the command's own affair: it may be the one that repairs it.
      return null;
    }
  }

  /** Whether sessions may have been changed. */
  get opened(): boolean {
    return this.#opened;
  }

  /** The commit that tells whether the state was copied here, where no remote does; else null. */
  get rootToLookFor(): string | null {
    return this.#rootToLookFor;
  }

  async refresh(): Promise<void> {
    if (this.#branchView === null) this.#meta = undefined;
    this.#config = undefined;
    await this.#prepareConfig();
    if (this.#redactor === undefined) return;
    (await import("./secrets/redactor.ts")).learnMore(this, await this.#redactor);
  }

  async identityRestored(): Promise<void> {
    this.lostIdentity = null;
    await this.refresh();
  }

  requireWritableRoot(): void {
    if (!this.paths.isHome) return;
    throw new OrchestratorError(
      "no_project",
      `Cannot create a project in your home directory: its .orchestrator folder is your own configuration`,
      { hint: "Change to the project, or name it with --root" },
    );
  }

  query(name?: string): SessionQuery {
    const agent = this.agentBinding;
    const imported = this.meta?.["imported"];
    return {
      flag: name ?? this.#run.session,
      variable: this.io.env["ORCHESTRATOR_SESSION"],
      ...(agent === null ? {} : { agent }),
      ...(isStringMap(imported) ? { imported } : {}),
      inexact: async (value) => (await import("./state/inexact.ts")).inexact(this, value),
    };
  }

  get agentBinding(): { readonly variable: string; readonly value: string } | null {
    const agent = this.environment.agent;
    if (agent?.sessionId === undefined || agent.sessionVariable === undefined) return null;
    return { variable: agent.sessionVariable, value: agent.sessionId };
  }

  async choose(name?: string): Promise<SessionChoice | null> {
    if (this.meta === null) return null;
    const query = this.query(name);
    if (this.#beyond !== null) return await this.#beyond.choose(query);
    const choice = await resolveSession(this.manager, query);
    if (query.agent !== undefined && choice?.origin === "current" && this.effect === "nothing") {
      await (await import("./other_agents.ts")).sayWhose(this, choice.id);
    }
    return choice;
  }

  async openForChange(): Promise<void> {
    await this.#open();
  }

  async sessionToChange(name?: string): Promise<string> {
    const choice = await this.#open(name);
    if (choice === null) {
      throw new TypeError(`"${this.operation}" does not declare to change a session`);
    }
    return choice.id;
  }

  async #open(name?: string): Promise<SessionChoice | null> {
    const { openForChange } = await import("./open_for_change.ts");
    this.#opened = true;
    const choice = await openForChange(this, name);
    this.changing = choice?.id ?? null;
    return choice;
  }

  async noSession(): Promise<OrchestratorError> {
    return (await import("./no_session.ts")).noSession(this, this.#importCutOff);
  }

  /**
   * Loads the configuration when anything in it can differ from its defaults, and warns of what is
   * wrong with it, and of an import that was cut off. Called before each run.
   * @throws `config_key_unknown`, `invalid_argument` for what the command line says.
   */
  async prepare(): Promise<void> {
    const paths = this.usablePaths;
    const git = paths === null ? null : nearestGit(paths.root, lookStrictly);
    // A linked worktree has it elsewhere.
    const may = git?.isFile || (git !== null && lstatSync(git.path).isSymbolicLink());
    const linked = paths !== null && (may || !isWhole(paths.metaFile))
      ? await import("./find_state.ts")
      : null;
    if (linked !== null) {
      this.#paths = linked.findState(this, git);
      this.lostIdentity = await linked.lookForIdentity(this);
    }
    await this.#prepareConfig();
    linked?.requireSameHome(this);
    if (this.#run.unsaid.includes("interrupted import") || !this.#mayHaveImport()) return;
    const { warnOfImport } = await import("./snapshot/warn_of_import.ts");
    this.#importCutOff = await warnOfImport(this);
  }

  /** Whether there is something of an import, living or dead. */
  #mayHaveImport(): boolean {
    const paths = this.usablePaths;
    if (paths === null) return false;
    try {
      return namesWithin(paths.stateDirectory, paths.stateDirectory).some((name) =>
        name.startsWith(IMPORT_FOLDER)
      );
    } catch {
      // The code that needs the directory reports what is wrong with it.
      return false;
    }
  }

  async #prepareConfig(): Promise<void> {
    const given = this.#run.configFlags !== null;
    if (!given && !configMayExist(this.configPaths, this.io.env)) return;
    const { problems } = await this.config();
    if (problems.length === 0 || this.#run.unsaid.includes("configuration")) return;
    (await import("./config_warnings.ts")).warnOfProblems(this, problems);
  }

  async config(): Promise<Config> {
    if (this.#config === undefined) {
      const { configFiles } = await import("./configuration.ts");
      const { loadConfig } = await import("../config/load.ts");
      this.#config = await loadConfig({
        files: configFiles(this),
        env: this.io.env,
        flags: await this.#run.configFlags?.() ?? [],
      });
    }
    return this.#config;
  }

  get loadedConfig(): Config | undefined {
    return this.#config;
  }

  redactor(): Promise<Redactor> {
    this.#redactor ??= import("./secrets/redactor.ts").then(({ makeRedactor }) =>
      makeRedactor(this)
    );
    return this.#redactor;
  }

  get configPaths(): readonly string[] {
    const users = userConfigFiles(this.io.home, this.io.env["XDG_CONFIG_HOME"]);
    const repository = this.usablePaths;
    return [...users, ...repository === null ? [] : [{ path: repository.config }]]
      .map(({ path }) => path);
  }

  get usablePaths(): OrchestratorPaths | null {
    try {
      return this.paths.isHome ? null : this.paths;
    } catch (error) {
      // A root that cannot be used is reported by the commands that need one.
      if (!(error instanceof OrchestratorError)) throw error;
      return null;
    }
  }

  #lockTimeoutMs(): number {
    return (this.#config?.get("lock_timeout") ?? DEFAULT_LOCK_TIMEOUT) * 1000;
  }
}

/** Whether a `meta.json` is there and can be used. */
function isWhole(path: string): boolean {
  try {
    return readRepositoryMeta(path) !== null;
  } catch {
    return false;
  }
}

/** An error must not make a linked worktree seem to be none. */
function lookStrictly(path: string) {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw ioError("read", path, error);
  }
}

function isStringMap(value: unknown): value is Readonly<Record<string, string>> {
  return typeof value === "object" && value !== null &&
    Object.values(value).every((entry) => typeof entry === "string");
}
