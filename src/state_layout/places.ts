/**
 * The names of what is kept outside the state directory: the lean part of `elsewhere.ts`.
 * @module
 */

/** Folder in git's own directory, shared by all work trees. */
export const GIT_FOLDER = "orchestrator";

/** Name in {@link GIT_FOLDER} of the file that says when the server was last asked. */
export const LAST_FETCH = "looked";

/** Name in {@link GIT_FOLDER} of what a reading command last found of a session's proofs. */
export const COMPARED = "compared";

/** Name in {@link GIT_FOLDER} of what is remembered of how far sessions were. */
export const HEADS = "heads";

/** Name in {@link GIT_FOLDER} of the file that says when a person was told of what waits for them. */
export const TOLD = "told";

/** Name in {@link GIT_FOLDER} of the file that says what is remembered of pushing to a branch. */
export function pushRecordName(branch: string): string {
  return `${encodeURIComponent(branch)}.json`;
}

/** Folder in {@link GIT_FOLDER} with the state of a repository that has no main checkout. */
export const BARE_STATE = "state";

/** Folder in {@link GIT_FOLDER} with the states of its projects in subfolders. */
export const BARE_FOLDERS = "folders";

/** Name in {@link GIT_FOLDER} of the file with the path of a main checkout that git's files do not lead to. */
export const CHECKOUT = "checkout";

/** Folder in {@link GIT_FOLDER} of git objects that were damaged. */
export const SET_ASIDE = "damaged";

/** The folder of this program's refs in git's own directory. */
export const REFS_FOLDER = "refs/orchestrator";

/** What our refs begin with. */
export const REFS = {
  /** The commit of all that is here. */
  state: "refs/orchestrator/state/",
  /** The commit last seen on the server. */
  remote: "refs/orchestrator/remote/",
  /** Commits of branches that were read before one was chosen. */
  seen: "refs/orchestrator/seen/",
} as const;

/** What the names of our folders in the system's temporary folder begin with. */
export const TEMPORARY_FOLDERS = {
  /** A snapshot being inspected. */
  import: "orchestrator-import-",
  /** A configuration file being edited. */
  config: "orchestrator-config-",
  /** Blobs on their way into git. */
  blobs: "orchestrator-blobs-",
  /** A repository that feedback is sent from. */
  feedback: "orchestrator-feedback-",
  /** A repository of secrets being fetched. */
  secrets: "orchestrator-secrets-",
} as const;

/** The branch of `feedback_remote` that feedback is sent to. */
export const FEEDBACK_BRANCH = "orchestrator-feedback";

/** Folder for what is remembered of a person on this machine, in the one that the system has for it. */
export const USER_STATE_FOLDER = "orchestrator";

/** Name in {@link USER_STATE_FOLDER} of what people have confirmed. */
export const TRUST_FILE = "trust.json";

/** Folder for copies of what is elsewhere, in the one that the system has for a user's caches. */
export const USER_CACHE_FOLDER = "orchestrator";

/** Folder in {@link USER_CACHE_FOLDER} of copies of repositories of secrets, each a file. */
export const SECRETS_CACHE = "secrets";

/** A time as it stands in the name of a folder: `20261126T143000Z`. */
export function timeInName(time: Date): string {
  return time.toISOString().replace(/[-:]|\.\d+/g, "");
}
