/**
 * The environment variables that this program reads and sets: for `help environment` and the documentation.
 * Each key of the configuration has a variable besides.
 * @module
 */

/** One or several variables that mean the same thing. */
export interface VariableSpec {
  readonly names: readonly string[];
  readonly means: string;
}

/** Variables that are read. */
export const VARIABLES: readonly VariableSpec[] = [
  { names: ["ORCHESTRATOR_ROOT"], means: "the project to work on, like `--root`" },
  { names: ["ORCHESTRATOR_SESSION"], means: "the session to use, like `--session`" },
  {
    names: ["ORCHESTRATOR_BASE_URL"],
    means: "a folder or server that holds a release, for `self update`",
  },
  {
    names: ["ORCHESTRATOR_SECRET_NAME"],
    means: "the secret `NAME`, where `secrets.order` has `prefixed`",
  },
  { names: ["SECRETS_PASSWORD"], means: "opens the old tool's `.secrets.enc`" },
  {
    names: ["NO_COLOR", "FORCE_COLOR"],
    means: "colours never, or also where there is no terminal",
  },
  {
    names: ["ORCHESTRATOR_PAGER", "PAGER"],
    means:
      "shows long answers on a terminal, the first that is set (default `less -FRX`); empty or `cat` for none",
  },
  {
    names: ["LC_ALL", "LC_CTYPE", "LANG"],
    means:
      "the first that is set decides: without UTF-8, symbols are plain ASCII; where none is set, only Windows and macOS use UTF-8",
  },
  {
    names: ["XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"],
    means:
      "where your own configuration, your confirmations and copies of `secrets_repo` are, instead of `~/.config`, `~/.local/state` and `~/.cache`",
  },
];

/** Variables that a workflow's commands find in their environment. */
export const COMMAND_VARIABLES: readonly VariableSpec[] = [
  { names: ["ORCHESTRATOR_ROOT"], means: "the directory of the project" },
  {
    names: ["ORCHESTRATOR_SESSION", "ORCHESTRATOR_SESSION_NAME"],
    means: "id and name of the session",
  },
  { names: ["ORCHESTRATOR_TASK"], means: "what is to be done" },
  { names: ["ORCHESTRATOR_PROJECT"], means: "the project it belongs to" },
  { names: ["ORCHESTRATOR_PHASE", "ORCHESTRATOR_ITEM"], means: "ids of the phase and the item" },
  {
    names: ["ORCHESTRATOR_IN_VERIFICATION"],
    means: "session and item, by which commands that decide the session are refused",
  },
  {
    names: ["ORCHESTRATOR_CONSTRAINTS", "ORCHESTRATOR_NOTES"],
    means: "constraints and notes, one on each line",
  },
];
