/**
 * Makes a directory a project: `.orchestrator/` with its `.gitignore`, in portable mode its
 * `.gitattributes`, and `meta.json`, and a `workflow.yaml` unless there is one.
 *
 * The caller holds the repository's lock. Each step can be repeated and `meta.json` comes last, so a
 * run that was killed anywhere is completed by the next.
 * @module
 */
import { constants, copyFileSync, linkSync, lstatSync, mkdirSync, unlinkSync } from "node:fs";
import { dirname } from "node:path";
import { OrchestratorError, systemErrorCode } from "../errors.ts";
import { ioError, replaceFile, syncDirectory } from "../platform/atomic_file.ts";
import { notADirectory } from "../platform/io_error.ts";
import { randomBase32 } from "../platform/random.ts";
import { isWindows } from "../platform/runtime.ts";
import { lookWithin, readTextWithin, readWithin } from "../platform/within.ts";
import { defaultWorkflowYaml } from "./default_workflow.ts";
import { newRepositoryMeta } from "./new_identity.ts";
import { detectCommands, type DetectedCommands } from "./detect_commands.ts";
import { gitRemote } from "./git_remote.ts";
import { gitattributesFor } from "./gitattributes.ts";
import { gitignoreFor, gitignoreText } from "./gitignore.ts";
import {
  copiedWarning,
  readRepositoryMeta,
  type RepositoryMeta,
  type RepositoryMode,
} from "./identity.ts";
import { writeRepositoryMeta } from "./write_identity.ts";
import {
  KEYS,
  type OrchestratorPaths,
  OWN_WORKFLOW_FILE,
  STATE_DIRECTORY,
  STATE_WORKFLOW_FILE,
} from "./paths.ts";
import { usualWorkflow } from "./usual_workflow.ts";

/** How a project is made. */
export interface InitOptions {
  /** The mode asked for. Absent: the one the project has, `normal` for a new one. */
  readonly mode?: RepositoryMode | undefined;
  /**
   * True when another command needs a project and `init` was not asked for: nothing that exists is
   * changed, but for a first commit that was not known yet, and no `workflow.yaml` is written. Default
   * false.
   */
  readonly automatic?: boolean;
  /** Whether to write a `workflow.yaml` where there is none. Default: not when `automatic`. */
  readonly workflow?: boolean;
  /**
   * The JSON Schema of `workflow.yaml`, written for editors; a new `workflow.yaml` names it in its
   * first line. Default: none.
   */
  readonly schema?: string;
  /** The first commit of the repository, where it is known. */
  readonly rootCommit?: string | null;
  /** Whether the repository lacks the commit on record. Default false. */
  readonly isCopied?: boolean;
  readonly now: Date;
  readonly toolVersion: string;
  /** Makes the repository id; random unless a test says otherwise. */
  readonly newId?: () => string;
  /** Who a new project is: the repository that its state came from. Default: a new one. */
  readonly identity?: RepositoryMeta | undefined;
}

/** What init did. Names are relative to the root, with `/`. */
export interface InitResult {
  readonly id: string;
  readonly mode: RepositoryMode;
  /** The mode before, when it was another one; else null. */
  readonly previousMode: RepositoryMode | null;
  /** The git remote on record, without credentials. */
  readonly remote: string | null;
  /** The remote on record before, when init replaced it by another one; else null. */
  readonly previousRemote: string | null;
  readonly created: readonly string[];
  readonly changed: readonly string[];
  readonly kept: readonly string[];
  /** What the new `workflow.yaml` was written with; null when none was written. */
  readonly commands: DetectedCommands | null;
  /** Only when `automatic`: says that the state seems to come from another repository; else null. */
  readonly warning: string | null;
}

/**
 * Refuses the home directory, whose `.orchestrator` is the user's own configuration. To be asked
 * before the repository is held, because holding it creates the state directory.
 * @throws OrchestratorError `invalid_argument`
 */
export function refuseHome(paths: OrchestratorPaths): void {
  if (!paths.isHome) return;
  throw new OrchestratorError(
    "invalid_argument",
    `Cannot use "${paths.root}" as a project: it is the home directory`,
    { hint: "Change to a project directory, or name one with --root" },
  );
}

/**
 * Initialises the project, or completes and reports what stands. The repository must be held.
 *
 * @throws OrchestratorError `already_exists` when a file has the state directory's name;
 * `state_corrupt` or `format_too_new` for an unusable `meta.json`, and then nothing was written;
 * `invalid_argument`, `read_only`, `no_space`, `io_failed`.
 */
export function initProject(paths: OrchestratorPaths, options: InitOptions): InitResult {
  refuseHome(paths);
  const automatic = options.automatic ?? false;
  const present = readRepositoryMeta(paths.metaFile);
  const mode = options.mode ?? present?.mode ?? "normal";
  const remote = gitRemote(paths.root);
  const warning = present === null ? null : copiedWarning(present, remote);
  const report = new Report(paths);
  const { rootCommit = null, isCopied = false } = options;
  const learned = rootCommit !== null && present !== null &&
    (present.rootCommit === null || (isCopied && !automatic));

  if (present !== null && automatic) {
    if (learned) writeRepositoryMeta(paths.metaFile, { ...present, rootCommit });
    report.kept(paths.metaFile);
    return { ...report.files(), ...identityOf(present), ...UNCHANGED, warning };
  }
  makeStateDirectory(paths);
  placeGitignore(paths, mode, automatic, report);
  if (mode === "portable") placeGitattributes(paths, automatic, report);
  const { schema } = options;
  if (schema !== undefined) placeSchema(paths, schema, report);
  // A path to another checkout has no place in a file that is committed.
  const head = schema === undefined || paths.stateHome?.shared !== undefined ? "" : SCHEMA_LINE;
  const commands = options.workflow ?? !automatic
    ? placeWorkflow({ paths, mode, head }, report)
    : null;

  if (present === null) {
    const { now, toolVersion, newId, identity } = options;
    const meta = identity === undefined
      ? newRepositoryMeta({ mode, remote, rootCommit, now, toolVersion, newId })
      : { ...identity, mode, remote: remote ?? identity.remote };
    writeRepositoryMeta(paths.metaFile, meta);
    report.created(paths.metaFile);
    return { ...report.files(), ...identityOf(meta), ...UNCHANGED, commands };
  }
  const moved = remote !== null && (present.remote === null || warning !== null);
  const switched = mode !== present.mode;
  const meta = {
    ...present,
    mode,
    remote: moved ? remote : present.remote,
    rootCommit: learned ? rootCommit : present.rootCommit,
  };
  if (moved || switched || learned) {
    writeRepositoryMeta(paths.metaFile, meta);
    report.changed(paths.metaFile);
  } else {
    report.kept(paths.metaFile);
  }
  return {
    ...report.files(),
    ...identityOf(meta),
    previousMode: switched ? present.mode : null,
    previousRemote: moved ? present.remote : null,
    commands,
    warning: null,
  };
}

/** Longer files that people and this program write together are neither's. */
const MAX_TEXT_BYTES = 1024 * 1024;

const UNCHANGED = { previousMode: null, previousRemote: null, commands: null, warning: null };

function identityOf({ id, mode, remote }: RepositoryMeta) {
  return { id, mode, remote };
}

function makeStateDirectory(paths: OrchestratorPaths): void {
  const directory = paths.stateDirectory;
  lookWithin(directory, directory, "create");
  try {
    if (mkdirSync(directory, { recursive: true }) !== undefined) syncDirectory(dirname(directory));
  } catch (error) {
    if (systemErrorCode(error) !== "EEXIST") throw ioError("create", directory, error);
    throw notADirectory(directory, error);
  }
}

function placeGitignore(
  paths: OrchestratorPaths,
  mode: RepositoryMode,
  automatic: boolean,
  report: Report,
): void {
  const within = paths.stateDirectory;
  const present = readTextWithin(within, paths.gitignore, MAX_TEXT_BYTES);
  if (present === null) {
    replaceFile(paths.gitignore, gitignoreText(mode), { within });
    return report.created(paths.gitignore);
  }
  const wanted = automatic ? present : gitignoreFor(mode, present);
  if (wanted === present) return report.kept(paths.gitignore);
  replaceFile(paths.gitignore, wanted, { within });
  report.changed(paths.gitignore);
}

function placeGitattributes(paths: OrchestratorPaths, automatic: boolean, report: Report): void {
  const within = paths.stateDirectory;
  const present = readTextWithin(within, paths.gitattributes, MAX_TEXT_BYTES);
  const wanted = automatic && present !== null ? present : gitattributesFor(present);
  if (wanted === present) return report.kept(paths.gitattributes);
  replaceFile(paths.gitattributes, wanted, { within });
  if (present === null) report.created(paths.gitattributes);
  else report.changed(paths.gitattributes);
}

/** Editors with a YAML language server read it; the path is relative to the file. */
const SCHEMA_LINE = `# yaml-language-server: $schema=${STATE_DIRECTORY}/${KEYS.workflowSchema}\n`;

/** The schema belongs to the program: another text, of another version or of a clone, is replaced. */
function placeSchema(paths: OrchestratorPaths, schema: string, report: Report): void {
  const within = paths.stateDirectory;
  const path = paths.workflowSchema;
  const present = readWithin(within, path, MAX_TEXT_BYTES);
  if (present !== null && new TextDecoder().decode(present) === schema) return report.kept(path);
  replaceFile(path, schema, { within });
  if (present === null) report.created(path);
  else report.changed(path);
}

/**
 * Writes the definition where there is none. One that does not count is left to be moved: a second one
 * beside it would hide it.
 * @param place `head` stands in front of the text.
 * @returns the commands it was written with, or null when there is one already.
 */
function placeWorkflow(
  { paths, mode, head }: {
    readonly paths: OrchestratorPaths;
    readonly mode: RepositoryMode;
    readonly head: string;
  },
  report: Report,
): DetectedCommands | null {
  const usual = usualWorkflow(paths, mode);
  const own = `${paths.root}/${OWN_WORKFLOW_FILE}`;
  const isUsed = usual.exists && usual.otherTool === null;
  // Anything of that name, also a link that leads nowhere, stays.
  const file = isUsed ? usual.path : usual.otherTool !== null || isThere(own) ? own : usual.path;
  if (file === own && isThere(paths.workflow)) report.kept(paths.workflow);
  if (usual.uncounted && !isThere(file)) {
    report.kept(`${paths.root}/${STATE_WORKFLOW_FILE}`);
    return null;
  }
  if (!isThere(file)) {
    const commands = detectCommands(paths.root, { windows: isWindows });
    if (createWhole(paths, file, head + defaultWorkflowYaml(commands))) {
      report.created(file);
      return commands;
    }
  }
  report.kept(file);
  return null;
}

/**
 * Creates the definition with its whole content, unless someone else did meanwhile. What is left by
 * a run that was killed lies in the state directory, where the next holder removes it.
 * @returns false when the file existed.
 */
function createWhole(paths: OrchestratorPaths, file: string, text: string): boolean {
  const staged = `${paths.stateDirectory}/.tmp-workflow-${randomBase32(40)}`;
  replaceFile(staged, text, { within: paths.stateDirectory });
  try {
    try {
      linkSync(staged, file);
    } catch (error) {
      if (!NO_HARD_LINKS.has(systemErrorCode(error) ?? "")) throw error;
      copyFileSync(staged, file, constants.COPYFILE_EXCL);
    }
  } catch (error) {
    if (systemErrorCode(error) === "EEXIST") return false;
    throw ioError("write", file, error);
  } finally {
    removeQuietly(staged);
  }
  syncDirectory(paths.root);
  return true;
}

/** A staged file that resists is removed by the next holder. */
function removeQuietly(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // What it was staged for has been done, or has its own failure to report.
  }
}

/** What file systems without hard links answer, and a state directory on another file system. */
const NO_HARD_LINKS: ReadonlySet<string> = new Set([
  "EPERM",
  "EACCES",
  "ENOSYS",
  "ENOTSUP",
  "EOPNOTSUPP",
  "EXDEV",
  "EMLINK",
]);

/** True for anything of that name, also a symbolic link that leads nowhere. */
function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    throw ioError("read", path, error);
  }
}

/** Collects what happened to which file. */
class Report {
  readonly #paths: OrchestratorPaths;
  readonly #created: string[] = [];
  readonly #changed: string[] = [];
  readonly #kept: string[] = [];

  constructor(paths: OrchestratorPaths) {
    this.#paths = paths;
  }

  created(path: string): void {
    this.#created.push(this.#paths.relative(path));
  }

  changed(path: string): void {
    this.#changed.push(this.#paths.relative(path));
  }

  kept(path: string): void {
    this.#kept.push(this.#paths.relative(path));
  }

  files() {
    return { created: this.#created, changed: this.#changed, kept: this.#kept };
  }
}
