/**
 * What use cases work with, as small interfaces: the caller of a use case provides them. The
 * command line's implementation is `local_workspace.ts`; a server or a hook program can bring its own.
 * @module
 */
import type { Config } from "../config/config.ts";
import type { OrchestratorError } from "../errors.ts";
import type { Environment, Variables } from "../project/environment.ts";
import type { RepositoryMeta } from "../project/identity.ts";
import type { LostIdentity } from "../project/lost_identity.ts";
import type { OrchestratorPaths } from "../project/paths.ts";
import type { Redactor } from "../secrets/redact.ts";
import type { SessionChoice, SessionQuery } from "../session/resolve.ts";
import type { SessionManager } from "../session/session_manager.ts";
import type { Actor } from "../workflow/events.ts";
import type { ApprovalPlace } from "../workflow/recorded.ts";
import type { Effect } from "./declared_changes.ts";
import type { BranchSessions } from "./state/branch_sessions.ts";

/** What a use case takes from the process it runs in. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute path of the working directory. */
  readonly cwd: string;
  /** Absolute path of the home directory; undefined where there is none. */
  readonly home: string | undefined;
  readonly now: () => Date;
  /** Login name of the user who runs the program. */
  readonly userName: () => string;
  /** The terminal and the programs that it was started from. */
  readonly launchedBy: () => Promise<ApprovalPlace>;
  /**
   * The variables that each of the processes above this one began with, nearest first; absent where they
   * are not looked at.
   */
  readonly environmentsAbove?: (() => Promise<readonly Variables[]>) | undefined;
}

/** Takes what people should know although nothing failed. */
export interface Warnings {
  /** Adds a warning, unless the same one is there already. */
  warn(message: string): void;
}

/** Where a use case is, as far as can be told without a project. */
export interface Whereabouts {
  readonly io: Surroundings;
  /** The project's paths; null in the home directory, and where the root cannot be used. */
  readonly usablePaths: OrchestratorPaths | null;
}

/** The project in the working directory. */
export interface Project extends Whereabouts {
  readonly paths: OrchestratorPaths;
  /**
   * The repository's identity; null when nothing was initialised here.
   * @throws `state_corrupt`, `format_too_new`
   */
  readonly meta: RepositoryMeta | null;
  /**
   * Whether the old tool has left files that were not moved over, or moving them over was interrupted
   * or is under way. A cheap look.
   */
  readonly oldFiles: "interrupted" | "there" | null;
  /** What to go by where `meta.json` is missing or damaged although there are sessions; else null. */
  readonly lostIdentity: LostIdentity | null;
  /** Why the state cannot be found, for a command that answers without it; null where it can. */
  readonly stateLost: OrchestratorError | null;
  /** The file is whole again. */
  identityRestored(): Promise<void>;
  /**
   * Reads the project and its configuration again: something in it has just been made, or has come
   * from elsewhere. What the configuration says counts from then on.
   */
  refresh(): Promise<void>;
  /**
   * Refuses to write into the home directory's own configuration folder.
   * @throws `no_project`
   */
  requireWritableRoot(): void;
}

/** The configuration of a run. */
export interface Configuration {
  /** Paths of the configuration's files, lowest first, whether they are there or not. */
  readonly configPaths: readonly string[];
  /** The configuration when it has been loaded: undefined means that nothing is set anywhere. */
  readonly loadedConfig: Config | undefined;
  config(): Promise<Config>;
}

/** Who runs a use case, and where. */
export interface Identity {
  readonly environment: Environment;
  /** Takes what was detected with more than the process's own variables. */
  detected(environment: Environment): void;
  readonly actor: Actor;
  /** The running agent's own session id and the variable that holds it; null when it names none. */
  readonly agentBinding: { readonly variable: string; readonly value: string } | null;
}

/** The sessions of the project. */
export interface Sessions {
  readonly manager: SessionManager;
  /** What to resolve a session from; `name` replaces what the caller was started with. */
  query(name?: string): SessionQuery;
  /**
   * The session to read; null when there is none of the new layout.
   * @param name what the caller names.
   * @throws `session_unknown`, `session_ambiguous`
   */
  choose(name?: string): Promise<SessionChoice | null>;
  /** The error of a use case that needs a session where none is chosen. */
  noSession(): Promise<OrchestratorError>;
}

/** A commit of the state branch that is read. */
export interface BranchView {
  readonly name: string;
  readonly commit: string;
}

/** What is read from the state branch instead of, or besides, what is here. */
export interface BranchReading {
  /**
   * Whether the state branch may know more than this machine: its disk may be thrown away or be an
   * older one, or the configuration says that the state is kept there.
   */
  readonly mayBeBehind: boolean;
  /** The commit that is read instead of what is here; null: what is here. */
  readonly branchView: BranchView | null;
  /** What is read from the state branch besides what is here; null where nothing is. */
  readonly beyond: BranchSessions | null;
  /** Reads what is only on the state branch, too; nothing can be changed from now on. */
  seeBranchSessions(beyond: BranchSessions): void;
  /** Says that a commit of the state branch is read, and whose state that is. */
  lookAt(view: BranchView, meta: RepositoryMeta): void;
}

/** The secrets that are at hand, to keep them out of what is written and shown. */
export interface Secrets {
  redactor(): Promise<Redactor>;
}

/** What a use case that reads or changes sessions works with. */
export interface Workspace
  extends Project, Configuration, Identity, Sessions, BranchReading, Secrets, Warnings {
  /** What is being done, as messages and locks name it, e.g. `session rename`. */
  readonly operation: string;
  /** What it declares to change. */
  readonly effect: Effect;
  /**
   * Prepares the change that is declared: see `open_for_change.ts`. Called once the arguments are
   * known to be in order.
   */
  openForChange(): Promise<void>;
  /**
   * The session to change, prepared as {@link Workspace.openForChange} does.
   * @param name the session that the arguments name.
   * @throws `no_project`, `no_session`, `session_unknown`, `session_ambiguous`
   */
  sessionToChange(name?: string): Promise<string>;
  /** The session that is changed or was made; null before, and where there is none. */
  changing: string | null;
  /** Whether the caller says by itself that what it shows is read from the state branch. */
  readonly saysBranch: boolean;
}
