/**
 * Where things are: finds the project root. The names below the state directory are those of
 * `state_layout/`.
 *
 * Root, first match wins: `--root` → `ORCHESTRATOR_ROOT` → the nearest ancestor of the working
 * directory that holds a marker ({@link ROOT_MARKERS}) → the working directory itself. The home
 * directory is never found by looking upwards: its `.orchestrator` is the user's own configuration.
 * @module
 */
import { existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { OrchestratorError } from "../errors.ts";
import type { StateHome } from "../state_layout/home.ts";
import { FOLDERS, KEYS, LOCK, MIGRATION, STATE_DIRECTORY } from "../state_layout/names.ts";

export {
  CURRENT_BESIDE_OLD,
  IMPORT_FOLDER,
  KEYS,
  MIGRATION,
  OLD_SESSION_ID,
  STATE_DIRECTORY,
} from "../state_layout/names.ts";

/** Name of the workflow definition in the project root. */
export const WORKFLOW_FILE = "workflow.yaml";

/** Its name where another tool has a `workflow.yaml`; it goes before that. */
export const OWN_WORKFLOW_FILE = "orchestrator.yaml";

/** Its name in the state directory, which counts in portable mode. */
export const STATE_WORKFLOW_FILE: string = `${STATE_DIRECTORY}/${KEYS.workflow}`;

/** What makes a directory a project root, relative to it. `.git` may be a file (worktrees, submodules). */
export const ROOT_MARKERS: readonly string[] = [
  `${STATE_DIRECTORY}/meta.json`,
  ".git",
  ".jj",
  ".hg",
  OWN_WORKFLOW_FILE,
  WORKFLOW_FILE,
  // The old tool's state: a repository without git and without a definition is still found.
  `${STATE_DIRECTORY}/sessions`,
  ".workflow_state.json",
];

/** How a root was found. */
export type RootOrigin = "flag" | "environment" | "marker" | "working directory";

/** What root detection looks at. */
export interface RootQuery {
  /** Absolute path of the working directory. */
  readonly cwd: string;
  /** Value of `--root`/`-C`, relative to `cwd` or absolute. */
  readonly flag?: string | undefined;
  /** Value of `ORCHESTRATOR_ROOT`. */
  readonly variable?: string | undefined;
  /** Absolute path of the home directory; undefined where there is none. */
  readonly home?: string | undefined;
}

/** The paths of one project. All absolute; nothing is created or read by asking for them. */
export class OrchestratorPaths {
  /** Where commands run. The state may be elsewhere. */
  readonly root: string;
  readonly origin: RootOrigin;
  /** Null where the state is in the root. */
  readonly stateHome: StateHome | null;
  readonly #home: string | undefined;
  #isHome: boolean | undefined;

  constructor(root: string, origin: RootOrigin, home?: string, stateHome: StateHome | null = null) {
    this.root = root;
    this.origin = origin;
    this.stateHome = stateHome;
    this.#home = home;
  }

  /**
   * Finds the root.
   * @throws OrchestratorError `invalid_argument` when a root that was asked for is no directory.
   */
  static locate(query: RootQuery): OrchestratorPaths {
    const home = query.home;
    for (
      const [value, origin, label] of [
        [query.flag, "flag", "--root"],
        [query.variable, "environment", "ORCHESTRATOR_ROOT"],
      ] as const
    ) {
      if (value === undefined || value === "") continue;
      const root = resolve(query.cwd, value);
      if (!statSync(root, { throwIfNoEntry: false })?.isDirectory()) {
        throw new OrchestratorError(
          "invalid_argument",
          `Cannot use "${value}" as project root: it is not a directory`,
          { hint: `Name an existing directory with ${label}` },
        );
      }
      return new OrchestratorPaths(root, origin, home);
    }
    let directory = query.cwd;
    for (;;) {
      const found = ROOT_MARKERS.some((marker) => isMarker(join(directory, marker), marker));
      if (found && !sameDirectory(directory, home)) {
        return new OrchestratorPaths(directory, "marker", home);
      }
      const parent = dirname(directory);
      if (parent === directory) break;
      directory = parent;
    }
    return new OrchestratorPaths(query.cwd, "working directory", home);
  }

  /** True when the root is the home directory, whose state directory is not a project's. */
  get isHome(): boolean {
    return this.#isHome ??= sameDirectory(this.root, this.#home);
  }

  /** `.orchestrator`: in the root, or in the main checkout of a linked worktree. */
  get stateDirectory(): string {
    return this.stateHome?.directory ?? join(this.root, STATE_DIRECTORY);
  }

  /** `.orchestrator/meta.json`: who this repository is. */
  get metaFile(): string {
    return join(this.stateDirectory, KEYS.meta);
  }

  /** `.orchestrator/.gitignore` */
  get gitignore(): string {
    return join(this.stateDirectory, KEYS.gitignore);
  }

  /** `.orchestrator/.gitattributes`, in portable mode */
  get gitattributes(): string {
    return join(this.stateDirectory, KEYS.gitattributes);
  }

  /** `.orchestrator/workflow.schema.json`: for editors. */
  get workflowSchema(): string {
    return join(this.stateDirectory, KEYS.workflowSchema);
  }

  /** `.orchestrator/workflow.yaml`: see `usual_workflow.ts`. */
  get stateWorkflow(): string {
    return join(this.stateDirectory, KEYS.workflow);
  }

  /** `.orchestrator/config.yaml` */
  get config(): string {
    return join(this.stateDirectory, KEYS.config);
  }

  /** `.orchestrator/lock`: the repository's lock. */
  get lock(): string {
    return join(this.stateDirectory, LOCK);
  }

  /** `.orchestrator/sessions` */
  get sessions(): string {
    return join(this.stateDirectory, FOLDERS.sessions);
  }

  /** `.orchestrator/migration.json`: there while moving over, or going back, is under way. */
  get migrationJournal(): string {
    return join(this.stateDirectory, MIGRATION.journal);
  }

  /** `.orchestrator/.migration_complete`: what moving over did. */
  get migrationMarker(): string {
    return join(this.stateDirectory, MIGRATION.marker);
  }

  /** `.orchestrator/secrets`: one file for each secret, never committed. */
  get secrets(): string {
    return join(this.stateDirectory, FOLDERS.secrets);
  }

  /** `~/.orchestrator`: the user's own folder; undefined where there is no home. */
  get userDirectory(): string | undefined {
    return this.#home === undefined ? undefined : join(this.#home, STATE_DIRECTORY);
  }

  /** `~/.orchestrator/config.yaml` */
  get userConfig(): string | undefined {
    return this.userDirectory === undefined ? undefined : join(this.userDirectory, KEYS.config);
  }

  /** `~/.orchestrator/secrets` */
  get userSecrets(): string | undefined {
    return this.userDirectory === undefined ? undefined : join(this.userDirectory, FOLDERS.secrets);
  }

  /** `workflow.yaml` in the root. */
  get workflow(): string {
    return join(this.root, WORKFLOW_FILE);
  }

  /** `path` relative to the root with `/`, for messages and for storing; `.` for the root itself. */
  relative(path: string): string {
    const part = relative(this.root, path);
    return part === "" ? "." : part.split(sep).join("/");
  }

  /**
   * Resolves a path given by a user, relative to `base`.
   * @returns the absolute path.
   */
  resolveFrom(base: string, path: string): string {
    return isAbsolute(path) ? path : resolve(base, path);
  }
}

/** A file of the user's own configuration. */
export interface UserConfigFile {
  readonly path: string;
  /** Written by the old tool. */
  readonly old: boolean;
}

/**
 * The user's configuration files, lowest first: the old tool's `~/.config/orchestrator/config.yaml`,
 * `$XDG_CONFIG_HOME/orchestrator/config.yaml`, `~/.orchestrator/config.yaml`.
 * @param xdg value of `XDG_CONFIG_HOME`; counts when it is absolute, as its specification says.
 */
export function userConfigFiles(
  home: string | undefined,
  xdg: string | undefined,
): readonly UserConfigFile[] {
  const files: UserConfigFile[] = [];
  const old = home === undefined ? undefined : join(home, ".config", "orchestrator", KEYS.config);
  if (old !== undefined) files.push({ path: old, old: true });
  if (xdg !== undefined && isAbsolute(xdg)) {
    const path = join(xdg, "orchestrator", KEYS.config);
    if (path !== old) files.push({ path, old: false });
  }
  if (home !== undefined) {
    files.push({ path: join(home, STATE_DIRECTORY, KEYS.config), old: false });
  }
  return files;
}

/** A `workflow.yaml` of another tool in a subfolder does not move the root. */
function isMarker(path: string, marker: string): boolean {
  if (marker !== WORKFLOW_FILE) return existsSync(path);
  try {
    const stat = statSync(path);
    if (stat.size === 0) return true;
    return stat.isFile() && stat.size < MOST_BYTES &&
      /\b(phases|steps)\b/.test(readFileSync(path, "utf8"));
  } catch {
    return false;
  }
}

/** No definition is larger. */
const MOST_BYTES = 4 * 1024 * 1024;

/** Whether both name one directory, however they are spelled. */
function sameDirectory(left: string, right: string | undefined): boolean {
  if (right === undefined || left === right) return left === right;
  try {
    return realpathSync.native(left) === realpathSync.native(right);
  } catch {
    return false;
  }
}
