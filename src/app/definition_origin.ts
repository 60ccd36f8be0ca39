/**
 * Finds out where the definition of a new session comes from: see `workflow/definition_origin.ts`.
 *
 * One run of git tells, a second where the committed configuration names another file.
 * @module
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename, isAbsolute } from "node:path";
import { OrchestratorError, systemErrorCode } from "../errors.ts";
import { readTextWithin } from "../platform/within.ts";
import {
  type CommittedFile,
  type CommittedFiles,
  committedFiles,
} from "../project/committed_files.ts";
import { gitDirectory } from "../project/git_remote.ts";
import { WORKFLOW_FILE } from "../project/paths.ts";
import { isPortable, usualWorkflow, workflowPlaces } from "../project/usual_workflow.ts";
import { KEYS, STATE_DIRECTORY } from "../state_layout/names.ts";
import type { WorkflowDefinition } from "../workflow/definition.ts";
import type { ChosenBy, DefinitionOrigin, Relation } from "../workflow/definition_origin.ts";
import { keysOfOtherTool } from "../workflow/other_tool.ts";
import { parseDefinition } from "../workflow/parse_definition.ts";
import { MAX_BYTES } from "./workflow_file.ts";
import type { Project, Workspace } from "./workspace.ts";

/** A definition that is about to be used. */
export interface UsedDefinition {
  /** Absolute; null: the built-in one. */
  readonly path: string | null;
  readonly chosen: ChosenBy;
  readonly text: string;
  readonly definition: WorkflowDefinition;
}

const HEAD = "HEAD";

/**
 * What may be the default branch, best first: that of the remote, else those of the usual names. Of
 * those in one row all that exist count.
 */
const DEFAULT_BRANCHES: readonly (readonly string[])[] = [
  ["refs/remotes/origin/HEAD"],
  ["refs/remotes/origin/main", "refs/remotes/origin/master"],
  ["refs/heads/main", "refs/heads/master"],
];

const CONFIG = `${STATE_DIRECTORY}/${KEYS.config}`;

const META = `${STATE_DIRECTORY}/${KEYS.meta}`;

/** How a definition relates to what is committed, as far as git tells. */
export async function definitionOrigin(
  project: Project & Pick<Workspace, "warn">,
  used: UsedDefinition,
): Promise<DefinitionOrigin> {
  const { paths, io: { env } } = project;
  const place = placeOf(project, used.path);
  const revisions = [HEAD, ...DEFAULT_BRANCHES.flat()];
  const names = [
    CONFIG,
    META,
    ...workflowPlaces(true),
    ...place.asked === null ? [] : [place.asked],
  ];
  const read = gitDirectory(paths.root) === null
    ? null
    : await committedFiles(paths.root, env, new Map(revisions.map((name) => [name, names])));
  const committed = read === null ? null : await Committed.read(project, revisions, read);
  const own = place.asked === null ? null : committed?.known.file(HEAD, place.asked) ?? null;
  const head = committed?.usual(HEAD) ?? NO_FILE;
  const defaults = committed === null ? [] : defaultBranches(committed.known);
  const mains = defaults.map((revision) => ({
    branch: branchName(paths.root, revision),
    ...(committed?.usual(revision) ?? NO_FILE),
  }));
  const known = mains.find(({ file }) => file !== null) ?? head;
  const usual = known.file === null && known.path === WORKFLOW_FILE
    ? usualInFolder(project)
    : known.path;
  const compared = mains.map(({ branch, file }) => ({ branch, is: relation(used.text, file) }));
  const main = (["differs", "same", "absent"] as const)
    .flatMap((is) => compared.filter((entry) => entry.is === is))[0] ?? null;
  const files = [head.file, ...mains.map(({ file }) => file)].filter((file) => file !== null);
  const git = await gitState(project, committed);
  return {
    path: place.path,
    ...(place.outside ? { outside: true } : {}),
    chosen: used.chosen,
    blob: blobId(used.text, [own, ...files]),
    usual,
    ...(git === null ? {} : { git }),
    committed: relation(used.text, own) === "same",
    head: relation(used.text, head.file),
    main,
    folder: place.path === usual ? "same" : folderRelation(project, usual, used.text),
    ...(isOlder(used, files) ? { olderFormat: true } : {}),
  };
}

/** Where the definition is, for the record and for git. */
function placeOf({ paths }: Project, path: string | null) {
  if (path === null) return { path: null, outside: false, asked: null };
  const relative = paths.relative(path);
  const outside = isAbsolute(relative) || relative === ".." || relative.startsWith("../");
  // No absolute path is stored.
  return { path: outside ? basename(path) : relative, outside, asked: outside ? null : relative };
}

/** The usual definitions of revisions. */
class Committed {
  readonly known: CommittedFiles;
  readonly #usual: ReadonlyMap<string, UsualFile>;

  static async read(
    project: Project,
    revisions: readonly string[],
    known: CommittedFiles,
  ): Promise<Committed> {
    const named = new Map<string, string>();
    for (const revision of revisions) {
      const file = known.file(revision, CONFIG);
      const path = file === null ? null : await configuredPath(project, textOf(file));
      if (path !== null && path !== WORKFLOW_FILE) named.set(revision, path);
    }
    const { paths: { root }, io: { env } } = project;
    const more = named.size === 0 ? null : await committedFiles(
      root,
      env,
      new Map([...named].map(([revision, path]) => [revision, [path]])),
    );
    const usual = (revision: string): UsualFile => {
      const path = named.get(revision);
      if (path !== undefined) return { path, file: more?.file(revision, path) ?? null };
      for (const place of workflowPlaces(isPortableAt(project, known, revision))) {
        const file = known.file(revision, place);
        if (file === null) continue;
        const isOther = place === WORKFLOW_FILE && keysOfOtherTool(textOf(file)) !== null;
        if (!isOther) return { path: place, file };
      }
      return NO_FILE;
    };
    return new Committed(known, new Map(revisions.map((name) => [name, usual(name)])));
  }

  private constructor(known: CommittedFiles, usual: ReadonlyMap<string, UsualFile>) {
    this.known = known;
    this.#usual = usual;
  }

  usual(revision: string): UsualFile {
    return this.#usual.get(revision) ?? NO_FILE;
  }
}

/** The mode of a revision; without an identity in it, that of the folder. */
function isPortableAt({ paths }: Project, known: CommittedFiles, revision: string): boolean {
  const meta = known.file(revision, META);
  return meta === null ? isPortable(paths) : /"mode"\s*:\s*"portable"/.test(textOf(meta));
}

/**
 * The usual file where none is committed: the folder's. Of several the last in the order, so that one
 * beside which another goes first does not pass for the project's.
 */
function usualInFolder({ paths }: Project): string {
  const { name, others } = usualWorkflow(paths);
  return others.at(-1) ?? name;
}

const NO_FILE: UsualFile = { path: WORKFLOW_FILE, file: null };

interface UsualFile {
  readonly path: string;
  readonly file: CommittedFile | null;
}

/** What the text of a committed configuration names as the workflow; null where it names none. */
async function configuredPath({ paths }: Project, text: string): Promise<string | null> {
  if (!text.includes("workflow")) return null;
  const { readConfigText } = await import("../config/read_file.ts");
  const { layer } = readConfigText(text, { layer: "repository", path: CONFIG, shown: CONFIG });
  const value = layer.entries.get("workflow")?.value;
  if (typeof value !== "string" || value.startsWith("~")) return null;
  return paths.relative(paths.resolveFrom(paths.root, value));
}

function defaultBranches({ hasCommit }: CommittedFiles): readonly string[] {
  return DEFAULT_BRANCHES.map((row) => row.filter(hasCommit)).find((row) => row.length > 0) ?? [];
}

/** A branch as people name it: `origin/main`, `master`. */
function branchName(root: string, revision: string): string {
  const short = revision.replace(/^refs\/(?:remotes|heads)\//, "");
  if (short !== "origin/HEAD") return short;
  try {
    const text = readFileSync(`${gitDirectory(root)}/${revision}`, "utf8");
    return /^ref: refs\/remotes\/(\S+)/.exec(text)?.[1] ?? short;
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
    return short;
  }
}

type GitState = NonNullable<DefinitionOrigin["git"]>;

async function gitState(
  project: Project & Pick<Workspace, "warn">,
  committed: Committed | null,
): Promise<GitState | null> {
  const { paths: { root }, io: { env } } = project;
  if (committed !== null) return committed.known.hasCommit(HEAD) ? null : "no_commit";
  if (gitDirectory(root) === null) return "none";
  const { whyGitFails } = await import("../project/git_failure.ts");
  const { why, trust } = await whyGitFails(root, env);
  if (trust !== undefined) {
    project.warn(
      `git refuses this repository: it belongs to another user. To trust it, run \`${trust}\``,
    );
  }
  return why;
}

function relation(text: string, file: CommittedFile | null): Relation {
  if (file === null) return "absent";
  return sameText(text, textOf(file)) ? "same" : "differs";
}

function folderRelation({ paths }: Project, usual: string, text: string): Relation {
  try {
    const there = readTextWithin(null, paths.resolveFrom(paths.root, usual), MAX_BYTES);
    if (there === null || keysOfOtherTool(there) !== null) return "absent";
    return sameText(text, there) ? "same" : "differs";
  } catch (error) {
    if (error instanceof OrchestratorError) return "differs";
    throw error;
  }
}

/** A checkout may have changed the line endings; to a definition they mean nothing. */
function sameText(one: string, other: string): boolean {
  return one === other || withLineFeeds(one) === withLineFeeds(other);
}

function withLineFeeds(text: string): string {
  return text.replaceAll("\r\n", "\n");
}

function textOf({ bytes }: CommittedFile): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}

/** The id of the text as a blob: that of a file with the same text, else what git would give it. */
function blobId(text: string, files: readonly (CommittedFile | null)[]): string {
  const found = files.filter((file) => file !== null);
  const same = found.find((file) => sameText(text, textOf(file)));
  if (same !== undefined) return same.oid;
  const bytes = new TextEncoder().encode(text);
  const algorithm = found[0]?.oid.length === 64 ? "sha256" : "sha1";
  return createHash(algorithm).update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}

/** Whether a committed definition has a format, and the one that is used an older one. */
function isOlder({ definition }: UsedDefinition, files: readonly CommittedFile[]): boolean {
  if (definition.format === 2) return false;
  return files.some((file) => {
    const text = textOf(file);
    if (!text.includes("format")) return false;
    return parseDefinition(text, { file: WORKFLOW_FILE }).definition?.format === 2;
  });
}
