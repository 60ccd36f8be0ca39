/**
 * The one error class a user can meet, and the table that maps its code to a kind and an exit code.
 * @module
 */

/** What an exit code means; printed in the documentation and asserted by the transcripts. */
export type ErrorKind =
  | "failure"
  | "usage"
  | "config"
  | "not_found"
  | "conflict"
  | "locked"
  | "blocked"
  | "corrupt"
  | "external"
  | "internal"
  | "interrupted";

/** Exit code of each kind. `0` is success and has no kind. */
export const EXIT_CODES: Readonly<Record<ErrorKind, number>> = {
  failure: 1,
  usage: 2,
  config: 3,
  not_found: 4,
  conflict: 5,
  locked: 6,
  blocked: 7,
  corrupt: 8,
  external: 9,
  internal: 70,
  interrupted: 130,
};

/** Every code an error can carry. Codes are stable: scripts may match on them. */
export const ERROR_CODES = {
  verification_failed: "failure",
  io_failed: "failure",
  link_refused: "failure",
  read_only: "failure",
  no_space: "failure",
  check_failed: "failure",
  snapshot_invalid: "failure",
  release_invalid: "failure",
  release_unverified: "failure",
  limit_exceeded: "failure",
  password_wrong: "failure",
  secret_locked: "failure",

  unknown_command: "usage",
  unknown_option: "usage",
  missing_argument: "usage",
  invalid_argument: "usage",
  terminal_needed: "usage",
  too_long: "usage",
  too_short: "usage",
  evidence_invalid: "usage",
  config_key_unknown: "usage",

  config_invalid: "config",
  workflow_invalid: "config",

  no_project: "not_found",
  no_session: "not_found",
  worktree_broken: "not_found",
  session_unknown: "not_found",
  item_unknown: "not_found",
  phase_unknown: "not_found",
  checkpoint_unknown: "not_found",
  event_unknown: "not_found",
  file_unknown: "not_found",
  secret_unknown: "not_found",
  remote_unknown: "not_found",
  trust_unknown: "not_found",
  nothing_to_undo: "not_found",

  session_ambiguous: "conflict",
  state_moved: "conflict",
  files_changed: "conflict",
  already_exists: "conflict",
  session_diverged: "conflict",
  other_repository: "conflict",

  lock_held: "locked",

  item_blocked: "blocked",
  phase_blocked: "blocked",
  approval_needed: "blocked",
  evidence_needed: "blocked",
  agent_refused: "blocked",
  declined: "blocked",
  workflow_ended: "blocked",
  session_active: "blocked",
  too_many: "blocked",
  secret_tracked: "blocked",
  trust_needed: "blocked",
  branch_refused: "blocked",
  managed_copy: "blocked",
  other_checkout: "blocked",

  journal_corrupt: "corrupt",
  state_corrupt: "corrupt",
  legacy_corrupt: "corrupt",
  format_too_new: "corrupt",

  command_failed: "external",
  git_failed: "external",
  network_failed: "external",

  bug: "internal",
  interrupted: "interrupted",
} as const satisfies Readonly<Record<string, ErrorKind>>;

/** A stable error code. */
export type ErrorCode = keyof typeof ERROR_CODES;

/** What may accompany an error's message. */
export interface ErrorOptions {
  /**
   * One next step, in one sentence: a capital first, no full stop, each command in backquotes. Never
   * a command that destroys anything: an agent will run it.
   */
  readonly hint?: string;
  /** Facts for programs; printed under `details` with `--json`. Must survive `JSON.stringify`. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/**
 * A failure a user can reach. The message reads `Cannot <verb> "<value>": <what is the case>`,
 * without a full stop.
 */
export class OrchestratorError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "OrchestratorError";
    this.code = code;
    this.hint = options.hint;
    this.details = options.details;
  }

  /** The kind of this error's code. */
  get kind(): ErrorKind {
    return ERROR_CODES[this.code];
  }

  /** The process exit code this error ends in. */
  get exitCode(): number {
    return EXIT_CODES[this.kind];
  }
}

/**
 * What a check, a decision or an attempt gives: a value, or why there is none. `error` alone tells
 * which: a value may be undefined itself.
 */
export type Result<Value, Failure = OrchestratorError> =
  | { readonly value: Value; readonly error?: undefined }
  | { readonly error: Failure; readonly value?: undefined };

/** Whether a system error says that nothing has that name, or that a folder on the way to it is none. */
export function isAbsent(error: unknown): boolean {
  const code = systemErrorCode(error);
  return code === "ENOENT" || code === "ENOTDIR";
}

/** The `code` of a Node system error (`ENOENT`, …), or undefined for anything else. */
export function systemErrorCode(error: unknown): string | undefined {
  if (error instanceof Error && "code" in error && typeof error.code === "string") {
    return error.code;
  }
  return undefined;
}
