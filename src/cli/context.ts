/**
 * What a command works with: the project it stands in, the session it means, who runs it.
 *
 * Everything is found on first use, so that a command pays only for what it asks for.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { type Actor } from "../workflow/events.ts";
import type { Config } from "../config/config.ts";
import type { Redactor } from "../secrets/redact.ts";
import { configMayExist, DEFAULT_LOCK_TIMEOUT } from "../config/hot.ts";
import { namesWithin } from "../platform/within.ts";
import { actorFrom } from "../project/actor.ts";
import { detectEnvironment, type Environment } from "../project/environment.ts";
import { copiedWarning, readRepositoryMeta, type RepositoryMeta } from "../project/identity.ts";
import { gitRemote } from "../project/git_remote.ts";
import { IMPORT_FOLDER, ProjectPaths, userConfigFiles } from "../project/paths.ts";
import {
  bindAgent,
  readBinding,
  resolveSession,
  type SessionChoice,
  type SessionQuery,
} from "../session/resolve.ts";
import { SessionManager } from "../session/session_manager.ts";
import type { StorageBackend } from "../storage/backend.ts";
import { FileBackend } from "../storage/file_backend.ts";
import { SESSION_ID } from "../storage/keys.ts";
import type { CommandSpec, Input } from "./command.ts";
import type { Io } from "./io.ts";
import type { Beyond } from "./state/beyond.ts";
import type { ColourWish } from "./output/style_for.ts";

/** Options that are layers of the configuration. */
const CONFIG_OPTIONS = ["set", "lock-timeout", "no-color"] as const;

/** More problems of the configuration than this are counted, not listed. */
const PROBLEMS_WARNED_OF = 3;

/** A commit of the state branch that a reading command looks at. */
export interface BranchView {
  readonly name: string;
  readonly commit: string;
}

/** The surroundings of one command. */
export class Context {
  readonly io: Io;
  readonly spec: CommandSpec;
  /** The commands the command line could have meant; all of them except for the hottest few. */
  readonly table: readonly CommandSpec[];
  readonly warnings: string[] = [];
  readonly #input: Input;
  #paths: ProjectPaths | undefined;
  #environment: Environment | undefined;
  #manager: SessionManager | undefined;
  #meta: RepositoryMeta | null | undefined;
  #branchView: BranchView | null = null;
  #beyond: Beyond | null = null;
  #config: Config | undefined;
  #redactor: Promise<Redactor> | undefined;
  #importCutOff = false;
  #rootToLookFor: string | null = null;

  constructor(io: Io, spec: CommandSpec, input: Input, table: readonly CommandSpec[]) {
    this.io = io;
    this.spec = spec;
    this.table = table;
    this.#input = input;
  }

  /** Adds a warning: a line on stderr, or an entry of `warnings` with `--json`. */
  warn(message: string): void {
    if (!this.warnings.includes(message)) this.warnings.push(message);
  }

  get paths(): ProjectPaths {
    this.#paths ??= ProjectPaths.locate({
      cwd: this.io.cwd,
      flag: this.#input.option("root"),
      variable: this.io.env["ORCHESTRATOR_ROOT"],
      home: this.io.home,
    });
    return this.#paths;
  }

  get environment(): Environment {
    this.#environment ??= detectEnvironment(this.io.env);
    return this.#environment;
  }

  get actor(): Actor {
    const name = this.#config?.get("actor") ?? undefined;
    const env = name === undefined ? this.io.env : { ...this.io.env, ORCHESTRATOR_ACTOR: name };
    return actorFrom(this.environment, env, this.io.userName);
  }

  get manager(): SessionManager {
    this.#manager ??= this.#managerOf(new FileBackend(this.paths.stateDirectory));
    return this.#manager;
  }

  #managerOf(backend: StorageBackend): SessionManager {
    return new SessionManager({
      backend,
      actor: () => this.actor,
      now: this.io.now,
      lockTimeoutMs: this.#lockTimeoutMs(),
      clean: async () => {
        const redactor = await this.redactor();
        return (text) => redactor.known(text);
      },
      warn: (message) => this.warn(message),
    });
  }

  /** The commit that is looked at instead of what is here; null: what is here. */
  get branchView(): BranchView | null {
    return this.#branchView;
  }

  /** What is read from the state branch besides what is here; null where nothing is. */
  get beyond(): Beyond | null {
    return this.#beyond;
  }

  /** Reads what is only on the state branch, too; nothing can be changed from now on. */
  lookBeyond(beyond: Beyond): void {
    this.#beyond = beyond;
    this.#manager = this.#managerOf(beyond.backend);
  }

  /** Says that it is a commit of the state branch that is looked at, and whose state that is. */
  lookAt(view: BranchView, meta: RepositoryMeta): void {
    this.#branchView = view;
    this.#meta = meta;
  }

  /**
   * Whether the state branch may know more than this machine: its disk may be thrown away or be an
   * older one, or the configuration says that the state is kept there.
   */
  get mayBeBehind(): boolean {
    const told = this.environment.ephemeral !== null || this.#config?.get("web_mode") === true;
    return told && !this.paths.isHome;
  }

  /**
   * The repository's identity; null when nothing was initialised here.
   * @throws `state_corrupt`, `format_too_new`
   */
  get meta(): RepositoryMeta | null {
    if (this.#meta === undefined) {
      this.#meta = this.paths.isHome ? null : readRepositoryMeta(this.paths.meta);
      // What init settles it need not warn of.
      if (this.#meta !== null && this.spec.path !== "init") {
        const { remote, rootCommit } = this.#meta;
        const here = remote === null ? null : gitRemote(this.paths.root);
        const warning = copiedWarning(this.#meta, here);
        if (warning !== null) this.warn(warning);
        this.#rootToLookFor = here === null ? rootCommit : null;
      }
    }
    return this.#meta;
  }

  /** The commit that tells whether the state was copied here, where no remote does; else null. */
  get rootToLookFor(): string | null {
    return this.#rootToLookFor;
  }

  /** Forgets what was read of the project: something in it has just been made. */
  refresh(): void {
    if (this.#branchView === null) this.#meta = undefined;
  }

  /**
   * Refuses to write into the home directory's own configuration folder.
   * @throws `no_project`
   */
  requireWritableRoot(): void {
    if (!this.paths.isHome) return;
    throw new OrchestratorError(
      "no_project",
      `Cannot keep a project in your home directory: its .orchestrator folder is your own configuration`,
      { hint: "Change into the project, or name it with --root" },
    );
  }

  /** What to resolve a session from; `name` replaces `--session`. */
  query(name?: string): SessionQuery {
    const agent = this.agentBinding;
    const imported = this.meta?.["imported"];
    return {
      flag: name ?? this.#input.option("session"),
      variable: this.io.env["ORCHESTRATOR_SESSION"],
      ...(agent === null ? {} : { agent }),
      ...(isStringMap(imported) ? { imported } : {}),
    };
  }

  /** The running agent's own session id and the variable that holds it; null when it names none. */
  get agentBinding(): { readonly variable: string; readonly value: string } | null {
    const agent = this.environment.agent;
    if (agent?.sessionId === undefined || agent.sessionVariable === undefined) return null;
    return { variable: agent.sessionVariable, value: agent.sessionId };
  }

  /**
   * The session this command reads; null when there is none of the new layout.
   * @param name what the command's own argument names.
   * @throws `session_unknown`, `session_ambiguous`
   */
  async choose(name?: string): Promise<SessionChoice | null> {
    if (this.meta === null) return null;
    const query = this.query(name);
    return this.#beyond === null
      ? await resolveSession(this.manager, query)
      : await this.#beyond.choose(query);
  }

  /**
   * The session this command changes. Imports an old workflow that is not in the new layout yet, and
   * binds the running agent to the session when it is bound to none, so that a later move of
   * `current` by somebody else does not carry it away.
   * @throws `no_project`, `no_session`, `session_unknown`, `session_ambiguous`
   */
  async sessionToChange(name?: string): Promise<string> {
    this.requireWritableRoot();
    const { bringIn, finishInterrupted } = await import("./state/hooks.ts");
    await finishInterrupted(this);
    await bringIn(this);
    const { importForChange, sessionOrNull } = await import("./legacy/view.ts");
    const choice = await sessionOrNull(this, name, { bringIn: true }) ??
      await importForChange(this, name);
    if (choice === null) throw this.noSession();
    const agent = this.agentBinding;
    if (agent !== null && choice.origin === "current") {
      const bound = await readBinding(this.manager, agent);
      if (bound === null || !await this.manager.backend.hasSession(bound)) {
        await this.manager.holdRepository(
          this.spec.path,
          () => bindAgent(this.manager, agent, choice.id),
        );
      }
    }
    return choice.id;
  }

  /** Whether there are session folders of the new layout. */
  #hasSessions(): boolean {
    try {
      return namesWithin(this.paths.stateDirectory, this.paths.sessions).some((name) =>
        SESSION_ID.test(name)
      );
    } catch {
      return false;
    }
  }

  /** The error of a command that needs a session where none is chosen. */
  noSession(): OrchestratorError {
    if (this.#importCutOff) {
      return new OrchestratorError(
        this.meta === null ? "no_project" : "no_session",
        `Cannot run "${this.spec.path}": an import of a snapshot was interrupted before its last step`,
        { hint: "`orchestrator doctor --fix` finishes it, as any change does" },
      );
    }
    if (this.meta === null && this.#hasSessions()) {
      return new OrchestratorError(
        "no_project",
        `Cannot run "${this.spec.path}": .orchestrator holds sessions, but its meta.json is missing`,
        {
          hint: "Run `orchestrator init`: it writes meta.json and leaves the sessions as they are",
        },
      );
    }
    if (this.meta === null) {
      return new OrchestratorError(
        "no_project",
        `Cannot run "${this.spec.path}": there is no workflow in "${this.paths.root}"`,
        this.paths.isHome
          ? { hint: "Change into a project, or name one with --root" }
          : { hint: `Run \`orchestrator start "<task>"\`` },
      );
    }
    return new OrchestratorError(
      "no_session",
      `Cannot run "${this.spec.path}": no session is chosen`,
      {
        hint: "`orchestrator session list` shows them, `orchestrator session use <id>` chooses one",
      },
    );
  }

  /**
   * Loads the configuration when anything in it can differ from its defaults, and warns of what is
   * wrong with it. Called before each command.
   * @throws `config_key_unknown`, `invalid_argument` for what the command line says.
   */
  async prepare(): Promise<void> {
    await this.#prepareConfig();
    const { changes, hidden, path } = this.spec;
    // The doctor has a finding of its own for it.
    if (changes !== "nothing" || hidden === true || path === "doctor") return;
    if (!this.#mayHaveImport()) return;
    const { warnOfImport } = await import("./snapshot/import_notice.ts");
    this.#importCutOff = await warnOfImport(this);
  }

  /** Whether there is something of an import of a snapshot, living or dead. */
  #mayHaveImport(): boolean {
    const paths = this.usablePaths;
    if (paths === null) return false;
    try {
      return namesWithin(paths.stateDirectory, paths.stateDirectory).some((name) =>
        name.startsWith(IMPORT_FOLDER)
      );
    } catch {
      // Whoever needs the directory says what is wrong with it.
      return false;
    }
  }

  async #prepareConfig(): Promise<void> {
    const given = CONFIG_OPTIONS.some((name) => this.#input.has(name));
    if (!given && !configMayExist(this.configPaths, this.io.env)) return;
    const { problems } = await this.config();
    // The commands about the configuration report on it themselves.
    if (problems.length === 0 || this.spec.path.startsWith("config ")) return;
    const { problemText } = await import("../config/problem.ts");
    for (const problem of problems.slice(0, PROBLEMS_WARNED_OF)) this.warn(problemText(problem));
    const more = problems.length - PROBLEMS_WARNED_OF;
    if (more > 0) this.warn(`and ${more} more: orchestrator config validate`);
  }

  /** The configuration of this run. */
  async config(): Promise<Config> {
    if (this.#config === undefined) {
      const { readConfiguration } = await import("./config/configuration.ts");
      this.#config = await readConfiguration(this, this.#input);
    }
    return this.#config;
  }

  /** The configuration when it has been loaded: undefined means that nothing is set anywhere. */
  get loadedConfig(): Config | undefined {
    return this.#config;
  }

  /** Knows the secrets that are at hand, to keep them out of what is written and shown. */
  redactor(): Promise<Redactor> {
    this.#redactor ??= import("./secrets/redactor.ts").then(({ makeRedactor }) =>
      makeRedactor(this)
    );
    return this.#redactor;
  }

  /** Forgets the configuration: it has just been changed. */
  refreshConfig(): void {
    this.#config = undefined;
  }

  /** Paths of the configuration's files, lowest first, whether they are there or not. */
  get configPaths(): readonly string[] {
    const users = userConfigFiles(this.io.home, this.io.env["XDG_CONFIG_HOME"]);
    const repository = this.usablePaths;
    return [...users, ...repository === null ? [] : [{ path: repository.config }]]
      .map(({ path }) => path);
  }

  /** The project's paths; null in the home directory, and where the root cannot be used. */
  get usablePaths(): ProjectPaths | null {
    try {
      return this.paths.isHome ? null : this.paths;
    } catch (error) {
      // A root that cannot be used is reported by the commands that need one.
      if (!(error instanceof OrchestratorError)) throw error;
      return null;
    }
  }

  /** What the configuration says of colours; undefined when it says nothing. */
  get colour(): ColourWish | undefined {
    const found = this.#config?.effective("color");
    if (found === undefined || found.origin.layer === "default") return undefined;
    const asked = found.origin.layer === "flag" || found.origin.layer === "environment";
    return { when: String(found.value), asked };
  }

  #lockTimeoutMs(): number {
    return (this.#config?.get("lock_timeout") ?? DEFAULT_LOCK_TIMEOUT) * 1000;
  }
}

function isStringMap(value: unknown): value is Readonly<Record<string, string>> {
  return typeof value === "object" && value !== null &&
    Object.values(value).every((entry) => typeof entry === "string");
}
