/**
 * The names of the state directory: the lean part of the table in `table.ts`, which is built on them.
 * @module
 */

/** Name of the state directory in the project root. */
export const STATE_DIRECTORY = ".orchestrator";

/** A session id: 65 bits in lower-case base32. */
export const SESSION_ID = /^[a-z2-7]{13}$/;

/** Name of a session's journal in its folder. */
export const JOURNAL = "log.jsonl";

/** Name of the lock of a session in its folder, and of the repository's in the state directory. */
export const LOCK = "lock";

/** The folders of the state directory. */
export const FOLDERS = {
  sessions: "sessions",
  bindings: "bindings",
  checkouts: "checkouts",
  secrets: "secrets",
  removed: "removed",
  log: "log",
  archive: "archive",
  prd: "prd",
  backups: "backups",
  migrationBackup: "migration_backup",
} as const;

/** What the names of unfinished work begin with, in any folder. No blob has such a name. */
export const UNFINISHED = {
  /** A file being written. */
  temporary: ".tmp-",
  /** A folder being filled. */
  staging: ".staging-",
  /** A session being taken away. */
  removed: ".removed-",
  /** A session whose replacement is committed and being finished. */
  replacing: ".replacing-",
} as const;

/** What the name of an import's folder begins with. */
export const IMPORT_FOLDER = `${UNFINISHED.staging}import-`;

/** Where moving over keeps things, relative to the state directory. */
export const MIGRATION = {
  journal: "migration.json",
  marker: ".migration_complete",
  backup: FOLDERS.migrationBackup,
  archive: FOLDERS.archive,
  secrets: FOLDERS.secrets,
  prd: FOLDERS.prd,
  /** Begins the name of a folder that is being filled. */
  staging: `${UNFINISHED.staging}migration-`,
} as const;

/** Begins the keys of what the main checkout has for itself, in whatever checkout a process runs. */
export const OF_MAIN = `${FOLDERS.checkouts}/-/`;

/** A session ID of the old tool. It has its own in `current`, too. */
export const OLD_SESSION_ID = /^[0-9a-f]{8}$/i;

/** The file of `current` while a file of that name is the old tool's, relative to the state directory. */
export const CURRENT_BESIDE_OLD = `${OF_MAIN}current`;

/** The blob keys of the state directory: names relative to it, always with `/`. */
export const KEYS = {
  meta: "meta.json",
  gitignore: ".gitignore",
  gitattributes: ".gitattributes",
  config: "config.yaml",
  workflow: "workflow.yaml",
  workflowSchema: "workflow.schema.json",
  current: "current",
  binding: (agentKey: string): string => `bindings/${agentKey}`,
  removed: (id: string): string => `removed/${id}.jsonl`,
  repositoryLog: (writer: string): string => `log/${writer}.jsonl`,
  writer: "writer.json",
  sessionJournal: (id: string): string => `sessions/${id}/${JOURNAL}`,
  sessionMeta: (id: string): string => `sessions/${id}/meta.json`,
  sessionState: (id: string): string => `sessions/${id}/state.json`,
  /** What was last found of a session's proofs. */
  sessionCompared: (id: string): string => `sessions/${id}/compared.json`,
  sessionWorkflow: (id: string): string => `sessions/${id}/workflow.yaml`,
  feedback: (id: string, kind: "tool" | "process"): string =>
    `sessions/${id}/feedback/${kind}.jsonl`,
  /** A file of a session that an event names by the SHA-256 of its bytes. */
  history: (id: string, sha256: string): string => `sessions/${id}/history/${sha256}.jsonl`,
  /** Bytes that were taken off the end of a journal. */
  setAside: (id: string, name: string): string => `sessions/${id}/set_aside/${name}`,
} as const;
