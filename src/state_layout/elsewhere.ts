/**
 * What this program writes outside the state directory: the other part of the table. What removes
 * every trace of it works from these rows.
 *
 * A file that a person names on a command line (`snapshot export -o`, `generate-md`) is theirs and in
 * no row.
 * @module
 */
import { LOCK, STATE_DIRECTORY } from "./names.ts";
import {
  FEEDBACK_BRANCH,
  GIT_FOLDER,
  REFS,
  SECRETS_CACHE,
  TEMPORARY_FOLDERS,
  TRUST_FILE,
  USER_CACHE_FOLDER,
  USER_STATE_FOLDER,
} from "./places.ts";

/** What a place is made of. */
export type PlaceKind =
  /** A folder with all in it. */
  | "folder"
  | "file"
  /** Lines between markers in a file that belongs to others. */
  | "block"
  /** Refs of this clone, by what they begin with. */
  | "refs"
  /** A branch on a server. */
  | "server branch";

/** What the path of a place is relative to. */
export type Base =
  /** The project root. */
  | "root"
  /** Git's own directory, shared by all work trees of a clone. */
  | "git"
  /** The person's home directory. */
  | "home"
  /** `$XDG_CONFIG_HOME`. */
  | "user configuration"
  /** `$XDG_STATE_HOME`, by default `~/.local/state`; on Windows `%LOCALAPPDATA%`. */
  | "user state"
  /** `$XDG_CACHE_HOME`, by default `~/.cache`; on Windows `%LOCALAPPDATA%`. */
  | "user cache"
  /** The system's folder for temporary files. */
  | "temporary"
  /** The git remote that the state branch goes to. */
  | "remote"
  /** The git repository that feedback is sent to. */
  | "feedback remote";

/** What becomes of it when a project gives this program up. */
export type OnLeaving =
  /** It is this project's alone. */
  | "remove"
  /** Other projects or people use it too. */
  | "keep"
  /** Its creator removes it; leftovers of a killed process have no meaning. */
  | "gone by itself";

/** A row. */
export interface Place {
  readonly kind: PlaceKind;
  readonly base: Base;
  /** Relative to the base, with `/`; what a ref or a name begins with ends in `*`. */
  readonly where: string;
  /** The commands that make it. */
  readonly madeBy: readonly string[];
  /** How it is recognised as this program's. */
  readonly recognise: string;
  readonly onLeaving: OnLeaving;
  readonly what: string;
}

const STATE_COMMANDS = ["state push", "state pull", "state compact", "state restore"] as const;

const SECRETS_COMMANDS = [
  "secrets list",
  "secrets get",
  "secrets run",
  "secrets test",
  "secrets doctor",
] as const;

/** What the folders for temporary files are for. */
const TEMPORARY: Readonly<
  Record<keyof typeof TEMPORARY_FOLDERS, Pick<Place, "madeBy" | "what">>
> = {
  import: { madeBy: ["snapshot import --dry-run"], what: "a snapshot being inspected" },
  config: { madeBy: ["config edit"], what: "a configuration file being edited" },
  blobs: { madeBy: [...STATE_COMMANDS, "feedback sync"], what: "blobs being written to git" },
  feedback: { madeBy: ["feedback sync"], what: "the git repository that feedback is sent from" },
  secrets: { madeBy: SECRETS_COMMANDS, what: "a repository of secrets being fetched" },
};

/** The table. */
export const ELSEWHERE: readonly Place[] = [
  {
    kind: "folder",
    base: "git",
    where: GIT_FOLDER,
    madeBy: [...STATE_COMMANDS, "status", "handoff", "start", "init", "inbox", "wait"],
    recognise: "the name; git has no such folder",
    onLeaving: "remove",
    what:
      "`<branch>.json`: the result of the last push; `looked`: when the server was last queried; `compared`: what reading commands last found of proofs; `heads`: how far each session was when it was last changed here, with its name and task, written by every change of a session, so that it shows when one is gone or shorter; `told`: when a person was last told by `notify` that a session waits; `damaged/`: git objects that were moved here because a power failure had left them empty; `checkout`: the path of a main checkout that git's files do not lead to (`--separate-git-dir`); `state/` and `folders/`: the state of a repository without a main checkout",
  },
  ...Object.values(REFS).map((where): Place => ({
    kind: "refs",
    base: "git",
    where: `${where}*`,
    madeBy: STATE_COMMANDS,
    recognise: "the name",
    onLeaving: "remove",
    what: where === REFS.state
      ? "a commit with the local state when it was last committed"
      : where === REFS.remote
      ? "the commit last seen on the server"
      : "commits of branches that were checked before one was chosen",
  })),
  {
    kind: "refs",
    base: "git",
    where: "refs/remotes/<remote>/<state branch>",
    madeBy: ["state push"],
    recognise: "a push record in git's orchestrator folder names the branch",
    onLeaving: "remove",
    what: "git's own record of a push",
  },
  {
    kind: "server branch",
    base: "remote",
    where: "<state branch>",
    madeBy: ["state push", "state compact"],
    recognise:
      "its tip has meta.json with this repository's id, or a message written by orchestrator",
    onLeaving: "keep",
    what: "the state branch; other clones use it",
  },
  {
    kind: "server branch",
    base: "feedback remote",
    where: FEEDBACK_BRANCH,
    madeBy: ["feedback sync"],
    recognise: "the name",
    onLeaving: "keep",
    what: "feedback that people have sent, of all projects; a file for each record",
  },
  {
    kind: "file",
    base: "root",
    where: "workflow.yaml",
    madeBy: ["init", "start", "migrate"],
    recognise: "cannot be determined: people edit it",
    onLeaving: "keep",
    what: "the workflow definition of the project",
  },
  {
    kind: "file",
    base: "root",
    where: "orchestrator.yaml",
    madeBy: ["init"],
    recognise: "cannot be determined: people edit it",
    onLeaving: "keep",
    what: "the same, where workflow.yaml belongs to another tool",
  },
  {
    kind: "file",
    base: "home",
    where: `${STATE_DIRECTORY}/config.yaml`,
    madeBy: ["config set --global", "config edit --global"],
    recognise: "the name",
    onLeaving: "keep",
    what: "a person's configuration for all projects",
  },
  {
    kind: "folder",
    base: "home",
    where: `${STATE_DIRECTORY}/secrets`,
    madeBy: ["secrets set --global", "secrets import --global"],
    recognise: "the name",
    onLeaving: "keep",
    what: "a person's secrets for all projects",
  },
  {
    kind: "file",
    base: "home",
    where: `${STATE_DIRECTORY}/${LOCK}`,
    madeBy: ["config set --global", "secrets set --global"],
    recognise: "the name",
    onLeaving: "keep",
    what: "kernel lock of this folder",
  },
  {
    kind: "file",
    base: "user state",
    where: `${USER_STATE_FOLDER}/${TRUST_FILE}`,
    madeBy: ["trust add", "trust remove"],
    recognise: "the name; an entry names the repository it is about",
    onLeaving: "keep",
    what: "what a person has confirmed of repositories' files, for all projects",
  },
  {
    kind: "file",
    base: "user state",
    where: `${USER_STATE_FOLDER}/${TRUST_FILE}.${LOCK}`,
    madeBy: ["trust add", "trust remove"],
    recognise: "the name",
    onLeaving: "keep",
    what: "kernel lock of this file",
  },
  {
    kind: "folder",
    base: "user cache",
    where: `${USER_CACHE_FOLDER}/${SECRETS_CACHE}`,
    madeBy: SECRETS_COMMANDS,
    recognise: "the name; a file names the address it is a copy of",
    onLeaving: "keep",
    what:
      "copies of what repositories of secrets hold (`secrets_repo`), encrypted as there; made again when removed",
  },
  ...Object.entries(TEMPORARY_FOLDERS).map(([name, where]): Place => ({
    kind: "folder",
    base: "temporary",
    where: `${where}*`,
    recognise: "the name, and its owner",
    onLeaving: "gone by itself",
    ...TEMPORARY[name as keyof typeof TEMPORARY_FOLDERS],
  })),
];
