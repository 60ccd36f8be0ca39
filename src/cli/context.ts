/**
 * What a command works with: the project it stands in, the session it means, who runs it.
 *
 * Everything is found on first use, so that a command pays only for what it asks for.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { type Actor } from "../workflow/events.ts";
import { actorFrom } from "../project/actor.ts";
import { detectEnvironment, type Environment } from "../project/environment.ts";
import { copiedWarning, readRepositoryMeta, type RepositoryMeta } from "../project/identity.ts";
import { gitRemote } from "../project/git_remote.ts";
import { ProjectPaths } from "../project/paths.ts";
import {
  bindAgent,
  readBinding,
  resolveSession,
  type SessionChoice,
  type SessionQuery,
} from "../session/resolve.ts";
import { SessionManager } from "../session/session_manager.ts";
import { FileBackend } from "../storage/file_backend.ts";
import type { CommandSpec, Input } from "./command.ts";
import type { Io } from "./io.ts";

/** Seconds to wait for a lock when nobody says otherwise. */
const DEFAULT_LOCK_TIMEOUT_SECONDS = 10;

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
    return actorFrom(this.environment, this.io.env, this.io.userName);
  }

  get manager(): SessionManager {
    this.#manager ??= new SessionManager({
      backend: new FileBackend(this.paths.stateDirectory),
      actor: () => this.actor,
      now: this.io.now,
      lockTimeoutMs: this.#lockTimeoutMs(),
      warn: (message) => this.warn(message),
    });
    return this.#manager;
  }

  /**
   * The repository's identity; null when nothing was initialised here.
   * @throws `state_corrupt`, `format_too_new`
   */
  get meta(): RepositoryMeta | null {
    if (this.#meta === undefined) {
      this.#meta = this.paths.isHome ? null : readRepositoryMeta(this.paths.meta);
      if (this.#meta !== null && this.#meta.remote !== null) {
        const warning = copiedWarning(this.#meta, gitRemote(this.paths.root));
        if (warning !== null) this.warn(warning);
      }
    }
    return this.#meta;
  }

  /** Forgets what was read of the project: something in it has just been made. */
  refresh(): void {
    this.#meta = undefined;
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
    return await resolveSession(this.manager, this.query(name));
  }

  /**
   * The session this command changes. Imports an old workflow that is not in the new layout yet, and
   * binds the running agent to the session when it is bound to none, so that a later move of
   * `current` by somebody else does not carry it away.
   * @throws `no_project`, `no_session`, `session_unknown`, `session_ambiguous`
   */
  async sessionToChange(name?: string): Promise<string> {
    this.requireWritableRoot();
    const { importForChange, sessionOrNull } = await import("./legacy_view.ts");
    const choice = await sessionOrNull(this, name) ?? await importForChange(this, name);
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

  /** The error of a command that needs a session where none is chosen. */
  noSession(): OrchestratorError {
    if (this.meta === null) {
      return new OrchestratorError(
        "no_project",
        `Cannot ${this.spec.path}: there is no workflow in "${this.paths.root}"`,
        { hint: `orchestrator start "<task>"` },
      );
    }
    return new OrchestratorError(
      "no_session",
      `Cannot ${this.spec.path}: no session is chosen`,
      { hint: "orchestrator session list, then orchestrator session use <id>" },
    );
  }

  #lockTimeoutMs(): number {
    const text = this.#input.option("lock-timeout") ?? this.io.env["ORCHESTRATOR_LOCK_TIMEOUT"];
    if (text === undefined || text === "") return DEFAULT_LOCK_TIMEOUT_SECONDS * 1000;
    const seconds = Number(text);
    if (!Number.isFinite(seconds) || seconds < 0 || seconds > 86_400) {
      throw new OrchestratorError(
        "invalid_argument",
        `Cannot use "${text}" as lock time-out: it must be a number of seconds from 0 to 86400`,
      );
    }
    return seconds * 1000;
  }
}

function isStringMap(value: unknown): value is Readonly<Record<string, string>> {
  return typeof value === "object" && value !== null &&
    Object.values(value).every((entry) => typeof entry === "string");
}
