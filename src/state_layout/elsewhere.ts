/**
 * What this program writes outside the state directory: the other part of the table. What removes
 * every trace of it works from these rows.
 *
 * A file that a person names on a command line (`snapshot export -o`, `generate-md`) is theirs and in
 * no row.
 * @module
 */
import { LOCK, STATE_DIRECTORY } from "./names.ts";
import { GIT_FOLDER, REFS, TEMPORARY_FOLDERS, TRUST_FILE, USER_STATE_FOLDER } from "./places.ts";

/** What a place is made of. */
export type PlaceKind =
  /** A folder with all in it. */
  | "folder"
  | "file"
  /** Lines in a file that is somebody else's, between marks. */
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
  /** The system's folder for temporary files. */
  | "temporary"
  /** The git remote that the state branch goes to. */
  | "remote";

/** What becomes of it when a project gives this program up. */
export type OnLeaving =
  /** It is this project's alone. */
  | "remove"
  /** Other projects or people use it too. */
  | "keep"
  /** Whoever made it removes it; what is left of a killed process means nothing. */
  | "gone by itself";

/** A row. */
export interface Place {
  readonly kind: PlaceKind;
  readonly base: Base;
  /** Relative to the base, with `/`; what a ref or a name begins with ends in `*`. */
  readonly where: string;
  /** The commands that make it. */
  readonly madeBy: readonly string[];
  /** How it is told that it is this program's. */
  readonly recognise: string;
  readonly onLeaving: OnLeaving;
  readonly what: string;
}

const STATE_COMMANDS = ["state push", "state pull", "state compact", "state restore"] as const;

/** The table. */
export const ELSEWHERE: readonly Place[] = [
  {
    kind: "folder",
    base: "git",
    where: GIT_FOLDER,
    madeBy: [...STATE_COMMANDS, "status"],
    recognise: "the name; git has no such folder",
    onLeaving: "remove",
    what:
      "`<branch>.json`: what is remembered of pushing; `looked`: when the server was last asked; `damaged/`: git objects that were set aside because a power cut had left them empty",
  },
  ...Object.values(REFS).map((where): Place => ({
    kind: "refs",
    base: "git",
    where: `${where}*`,
    madeBy: STATE_COMMANDS,
    recognise: "the name",
    onLeaving: "remove",
    what: where === REFS.state
      ? "the commit of all that was here when it was last committed"
      : where === REFS.remote
      ? "the commit last seen on the server"
      : "commits of branches that were looked at before one was chosen",
  })),
  {
    kind: "refs",
    base: "git",
    where: "refs/remotes/<remote>/<state branch>",
    madeBy: ["state push"],
    recognise: "a push record in git's orchestrator folder names the branch",
    onLeaving: "remove",
    what: "what git itself notes of a push",
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
    kind: "file",
    base: "root",
    where: "workflow.yaml",
    madeBy: ["init", "start", "migrate"],
    recognise: "nobody can tell: people edit it",
    onLeaving: "keep",
    what: "the workflow definition of the project",
  },
  {
    kind: "file",
    base: "home",
    where: `${STATE_DIRECTORY}/config.yaml`,
    madeBy: ["config set --global", "config edit --global"],
    recognise: "the name",
    onLeaving: "keep",
    what: "a person's own configuration, for all their projects",
  },
  {
    kind: "folder",
    base: "home",
    where: `${STATE_DIRECTORY}/secrets`,
    madeBy: ["secrets set --global", "secrets import --global"],
    recognise: "the name",
    onLeaving: "keep",
    what: "a person's own secrets, for all their projects",
  },
  {
    kind: "file",
    base: "home",
    where: `${STATE_DIRECTORY}/${LOCK}`,
    madeBy: ["config set --global", "secrets set --global"],
    recognise: "the name",
    onLeaving: "keep",
    what: "kernel lock of that folder",
  },
  {
    kind: "file",
    base: "user state",
    where: `${USER_STATE_FOLDER}/${TRUST_FILE}`,
    madeBy: ["trust add", "trust remove"],
    recognise: "the name; an entry names the repository it is about",
    onLeaving: "keep",
    what: "what a person has confirmed of repositories' files, for all their projects",
  },
  {
    kind: "file",
    base: "user state",
    where: `${USER_STATE_FOLDER}/${TRUST_FILE}.${LOCK}`,
    madeBy: ["trust add", "trust remove"],
    recognise: "the name",
    onLeaving: "keep",
    what: "kernel lock of that file",
  },
  ...Object.entries(TEMPORARY_FOLDERS).map(([what, where]): Place => ({
    kind: "folder",
    base: "temporary",
    where: `${where}*`,
    madeBy: what === "import"
      ? ["snapshot import --dry-run"]
      : what === "config"
      ? ["config edit"]
      : STATE_COMMANDS,
    recognise: "the name, and its owner",
    onLeaving: "gone by itself",
    what: what === "import"
      ? "a snapshot that is only looked at"
      : what === "config"
      ? "a configuration file being edited"
      : "blobs on their way into git",
  })),
];
