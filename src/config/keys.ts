/**
 * Every key of the configuration. Validation, help, documentation, completion and the JSON Schema
 * read this table.
 * @module
 */
import { DEFAULT_LOCK_TIMEOUT } from "./quick_checks.ts";

/** What a key takes. */
export type ConfigType =
  | { readonly kind: "boolean" }
  | { readonly kind: "integer"; readonly min: number; readonly max: number }
  /** A number of seconds, fractions allowed. */
  | { readonly kind: "seconds"; readonly min: number; readonly max: number }
  /** A number of bytes, or a text such as `512 MiB`. */
  | { readonly kind: "bytes"; readonly min: number; readonly max: number }
  /** One line of text. `what` says what it must be, as in "must be <what>". */
  | { readonly kind: "text"; readonly what: string; readonly pattern?: RegExp }
  /** A path: relative to the project root, absolute, or from `~/`. */
  | { readonly kind: "path" }
  | { readonly kind: "choice"; readonly values: readonly string[] }
  /** Several texts, none twice. With `values` each is one of them. */
  | {
    readonly kind: "list";
    readonly what: string;
    readonly values?: readonly string[];
    readonly pattern?: RegExp;
  };

/** The value of a key; null where there is none. */
export type ConfigValue = boolean | number | string | readonly string[] | null;

/** One row of the table. */
export interface ConfigKey {
  readonly type: ConfigType;
  readonly default: ConfigValue;
  /** The environment variable that sets it. */
  readonly env: string;
  readonly description: string;
  /**
   * Its value is never shown, never taken from argv, and never read from a repository's file;
   * `in an address`: only a value with an address in it, which often holds a token.
   */
  readonly secret?: true | "in an address";
  /** Describes the person who runs the program: a repository's file cannot set it. */
  readonly personal?: boolean;
  /** The version that knew it first. */
  readonly since: string;
}

/** Stands for the repository's id in the value of `state_branch`. */
const REPOSITORY_ID = "<repo-id>";

const MEBIBYTE = 1024 * 1024;
const GIBIBYTE = 1024 * MEBIBYTE;

/** What git-check-ref-format(1) allows in a branch name, made simpler and stricter. */
const BRANCH =
  /^(?![-/.])(?!.*(\.\.|\/\/|@\{|\/\.|\.lock(\/|$)))[\w./@+-]*(<repo-id>)?[\w./@+-]*(?<![/.])$/;

/**
 * The name of a remote of the clone, or an address. Only schemes that make git talk to a server or
 * read a repository: a transport helper (`ext::…`) would run a command. Nothing begins with a dash,
 * which git or ssh would take for an option.
 */
const REMOTE =
  /^(?:(?![-.])[\w./-]+|(?:https?|ssh|git|git\+ssh|ssh\+git|file):\/\/(?!-)[\w.~:/@%+,=[\]-]+|(?!-)[\w.-]+@(?!-)[\w.-]+:(?![:-])[\w.~/@%+,=-]+)$/;

/** The addresses among them. */
const ADDRESS =
  /^(?:(?:https?|ssh|git|git\+ssh|ssh\+git|file):\/\/(?!-)[\w.~:/@%+,=[\]-]+|(?!-)[\w.-]+@(?!-)[\w.-]+:(?![:-])[\w.~/@%+,=-]+)$/;

/**
 * A repository of secrets: `owner/repo` at GitHub, or an address of the same schemes. Credentials can
 * only stand where {@link withoutCredentials} of `value.ts` takes them out.
 */
const SECRETS_REPO =
  /^(?:(?![-.])[\w.-]+\/(?![-.])[\w.-]+|(?:https?|ssh|git|file):\/\/(?:(?!-)[\w.~:%+,=-]+@)?(?!-)[\w.:[\]-]*(?:\/[\w.~:%+,=/-]*)?|(?!-)[\w.-]+@(?!-)[\w.-]+:(?![:-])[\w.~/%+,=-]+)$/;

/** Whether a value of `state_remote` is an address and not the name of a remote. */
export function isRemoteAddress(value: string): boolean {
  return value.includes(":");
}

/** The table, in the order in which it is shown. */
export const CONFIG_KEYS = {
  workflow: {
    type: { kind: "path" },
    default: "workflow.yaml",
    env: "ORCHESTRATOR_WORKFLOW",
    description: "The workflow definition that start and validate use by default",
    since: "0.1.0",
  },
  actor: {
    type: { kind: "text", what: "a name" },
    default: null,
    env: "ORCHESTRATOR_ACTOR",
    description: "The name recorded in the journal; defaults to the login name",
    personal: true,
    since: "0.1.0",
  },
  lock_timeout: {
    type: { kind: "seconds", min: 0, max: 86_400 },
    default: DEFAULT_LOCK_TIMEOUT,
    env: "ORCHESTRATOR_LOCK_TIMEOUT",
    description: "How long to wait for a lock, in seconds (like --lock-timeout)",
    since: "0.1.0",
  },
  color: {
    type: { kind: "choice", values: ["auto", "always", "never"] },
    default: "auto",
    env: "ORCHESTRATOR_COLOR",
    description: "Whether to use colors; auto: on a terminal, unless NO_COLOR is set",
    since: "0.1.0",
  },
  feedback_sync: {
    type: { kind: "boolean" },
    default: false,
    env: "ORCHESTRATOR_FEEDBACK_SYNC",
    description:
      "Whether feedback sync may send feedback from this machine; a repository's file can only say no",
    since: "0.1.0",
  },
  feedback_remote: {
    type: { kind: "text", what: "the URL of a git repository", pattern: ADDRESS },
    default: null,
    env: "ORCHESTRATOR_FEEDBACK_REMOTE",
    description: "The git repository that feedback sync sends feedback to, as a URL",
    since: "0.2.0",
  },
  feedback_fields: {
    type: {
      kind: "list",
      what: "a list of day, author, numbers and text",
      values: ["day", "author", "numbers", "text"],
    },
    default: ["day", "author", "numbers"],
    env: "ORCHESTRATOR_FEEDBACK_FIELDS",
    description:
      "What feedback sync sends of each record: its day, whether a person or which agent wrote it, numbers that the old tool took, the text itself",
    personal: true,
    since: "0.2.0",
  },
  migration_notice: {
    type: { kind: "boolean" },
    default: true,
    env: "ORCHESTRATOR_MIGRATION_NOTICE",
    description: "Whether to report that files of the old layout can be migrated",
    since: "0.1.0",
  },
  auto_migrate: {
    type: { kind: "boolean" },
    default: false,
    env: "ORCHESTRATOR_AUTO_MIGRATE",
    description: "Whether to migrate files of the old layout automatically",
    personal: true,
    since: "0.1.0",
  },
  claude_binary: {
    type: {
      kind: "text",
      what: "the name or the path of a program",
      pattern: /^(?!-)[^\p{C}]{1,1000}$/u,
    },
    default: "claude",
    env: "ORCHESTRATOR_CLAUDE_BINARY",
    description: "The agent that handoff --run starts",
    since: "0.1.0",
  },
  web_mode: {
    type: { kind: "boolean" },
    default: false,
    env: "ORCHESTRATOR_WEB_MODE",
    description: "Keep the state on a git branch, so that it survives the loss of this machine",
    since: "0.1.0",
  },
  state_home: {
    type: { kind: "choice", values: ["shared", "worktree"] },
    default: "shared",
    env: "ORCHESTRATOR_STATE_HOME",
    description:
      "Where the state of a linked git worktree is: shared with the main checkout, or in the worktree itself, with which it is removed",
    personal: true,
    since: "0.2.0",
  },
  state_branch: {
    type: { kind: "text", what: "a branch name", pattern: BRANCH },
    default: `orchestrator-state-${REPOSITORY_ID}`,
    env: "ORCHESTRATOR_STATE_BRANCH",
    description:
      `The branch that stores the state; ${REPOSITORY_ID} is replaced with the repository's id`,
    since: "0.1.0",
  },
  state_remote: {
    type: { kind: "text", what: "the name of a git remote, or a URL", pattern: REMOTE },
    default: "origin",
    env: "ORCHESTRATOR_STATE_REMOTE",
    description: "The git remote, or the URL, to push the state branch to",
    since: "0.1.0",
  },
  state_push_timeout: {
    type: { kind: "seconds", min: 1, max: 3600 },
    default: 5,
    env: "ORCHESTRATOR_STATE_PUSH_TIMEOUT",
    description:
      "Time limit for pushing the state after a command, in seconds; state push has at least 30",
    since: "0.1.0",
  },
  state_push: {
    type: { kind: "choice", values: ["phases", "waiting", "every"] },
    default: "waiting",
    env: "ORCHESTRATOR_STATE_PUSH",
    description:
      "When the state is pushed with web_mode: after phases, also when a person is waited for and after each gate, or after every change",
    since: "0.1.0",
  },
  notify: {
    type: { kind: "text", what: "a command, or an http(s) address" },
    default: null,
    env: "ORCHESTRATOR_NOTIFY",
    description:
      "A command (JSON on stdin) or a webhook address that is told when a person is waited for, and when work ends",
    secret: "in an address",
    personal: true,
    since: "0.1.0",
  },
  notify_again: {
    type: { kind: "integer", min: 0, max: 10_080 },
    default: 30,
    env: "ORCHESTRATOR_NOTIFY_AGAIN",
    description:
      "Minutes after which the next change, inbox or wait --for approval tells of it again; 0 for never",
    personal: true,
    since: "0.1.0",
  },
  secrets_repo: {
    type: { kind: "text", what: "owner/repo, or a git URL", pattern: SECRETS_REPO },
    default: null,
    env: "ORCHESTRATOR_SECRETS_REPO",
    description:
      "A git repository of NAME.age files, a further place for secrets; owner/repo is one on GitHub",
    since: "0.2.0",
  },
  "secrets.order": {
    type: {
      kind: "list",
      what: "a list of repository, global, files, secrets_repo, environment and prefixed",
      values: ["repository", "global", "files", "secrets_repo", "environment", "prefixed"],
    },
    default: ["repository", "global", "files", "secrets_repo", "environment"],
    env: "ORCHESTRATOR_SECRETS_ORDER",
    description:
      "The places to look for secrets, in order; places not listed are not searched. prefixed: variables ORCHESTRATOR_SECRET_<NAME>",
    since: "0.1.0",
  },
  "secrets.files": {
    type: { kind: "list", what: "a list of paths", pattern: /^[^,]+$/ },
    default: [],
    env: "ORCHESTRATOR_SECRETS_FILES",
    description:
      "Files with secrets, .env or SOPS (YAML, JSON): relative to the project, absolute, or from ~/",
    since: "0.2.0",
  },
  "secrets.required": {
    type: {
      kind: "list",
      what: "a list of secret names (letters, digits, underscores)",
      pattern: /^[A-Za-z_]\w{0,127}$/,
    },
    default: [],
    env: "ORCHESTRATOR_SECRETS_REQUIRED",
    description: "Names of required secrets; secrets doctor checks that they exist",
    since: "0.1.0",
  },
  "secrets.identity": {
    type: { kind: "path" },
    default: null,
    env: "ORCHESTRATOR_SECRETS_IDENTITY",
    description: "The age identity file, or the SSH private key, that decrypts NAME.age",
    since: "0.1.0",
  },
  "secrets.recipients": {
    type: {
      kind: "list",
      what: "a list of age recipients (age1…, ssh-ed25519 …, ssh-rsa …)",
      pattern:
        /^(?:age1[0-9a-z-]{20,}|ssh-(?:ed25519|rsa) [A-Za-z0-9+/]{40,}={0,3}(?: [^\p{C},]{0,200})?)$/u,
    },
    default: [],
    env: "ORCHESTRATOR_SECRETS_RECIPIENTS",
    description: "Whom secrets are encrypted for, in addition to the owner of secrets.identity",
    since: "0.1.0",
  },
  "secrets.encrypt": {
    type: { kind: "boolean" },
    default: false,
    env: "ORCHESTRATOR_SECRETS_ENCRYPT",
    description: "Whether secrets set encrypts by default, as with --encrypt",
    since: "0.1.0",
  },
  "secrets.passphrase": {
    type: { kind: "text", what: "a passphrase" },
    default: null,
    env: "ORCHESTRATOR_SECRETS_PASSPHRASE",
    description: "The passphrase of NAME.age, if it was encrypted with one",
    secret: true,
    personal: true,
    since: "0.1.0",
  },
  "snapshot.password": {
    type: { kind: "text", what: "a password" },
    default: null,
    env: "ORCHESTRATOR_SNAPSHOT_PASSWORD",
    description: "The password of encrypted snapshots",
    secret: true,
    personal: true,
    since: "0.1.0",
  },
  "snapshot.max_entries": {
    type: { kind: "integer", min: 1, max: 100_000_000 },
    default: 200_000,
    env: "ORCHESTRATOR_SNAPSHOT_MAX_ENTRIES",
    description: "The maximum number of files in a snapshot",
    since: "0.1.0",
  },
  "snapshot.max_entry_size": {
    type: { kind: "bytes", min: 1024, max: 1024 * GIBIBYTE },
    default: 2 * GIBIBYTE,
    env: "ORCHESTRATOR_SNAPSHOT_MAX_ENTRY_SIZE",
    description: "The maximum size of a file in a snapshot",
    since: "0.1.0",
  },
  "snapshot.max_size": {
    type: { kind: "bytes", min: 1024, max: 1024 * GIBIBYTE },
    default: 8 * GIBIBYTE,
    env: "ORCHESTRATOR_SNAPSHOT_MAX_SIZE",
    description: "The maximum unpacked size of a snapshot",
    since: "0.1.0",
  },
  "snapshot.max_ratio": {
    type: { kind: "integer", min: 1, max: 1_000_000 },
    default: 1000,
    env: "ORCHESTRATOR_SNAPSHOT_MAX_RATIO",
    description: "The maximum ratio of a snapshot's unpacked size to its size",
    since: "0.1.0",
  },
} as const satisfies Readonly<Record<string, ConfigKey>>;

/** The name of a key. */
export type ConfigKeyName = keyof typeof CONFIG_KEYS;

interface ValueOfKind {
  readonly boolean: boolean;
  readonly integer: number;
  readonly seconds: number;
  readonly bytes: number;
  readonly text: string;
  readonly path: string;
  readonly choice: string;
  readonly list: readonly string[];
}

type Row<Key extends ConfigKeyName> = (typeof CONFIG_KEYS)[Key];

/** The type of a key's value. */
export type ValueOf<Key extends ConfigKeyName> =
  | ValueOfKind[Row<Key>["type"]["kind"]]
  | (Row<Key>["default"] extends null ? null : never);

/** All names, in the order of the table. */
export const CONFIG_KEY_NAMES: readonly ConfigKeyName[] = Object.keys(
  CONFIG_KEYS,
) as ConfigKeyName[];

/** The row of a key. */
export function configKey(name: ConfigKeyName): ConfigKey {
  return CONFIG_KEYS[name];
}

/** Whether there is a key of this name. */
export function isConfigKey(name: string): name is ConfigKeyName {
  return Object.hasOwn(CONFIG_KEYS, name);
}

/** Whether keys begin with `name.`. */
export function isConfigGroup(name: string): boolean {
  return CONFIG_KEY_NAMES.some((key) => key.startsWith(`${name}.`));
}

/**
 * Keys of the old tool's files that mean nothing any more: named, and not complained of.
 * Its user_config.py knew them.
 */
export const OLD_KEYS: ReadonlySet<string> = new Set([
  "conflict_resolution",
  "resolution",
  "file_policies",
]);
