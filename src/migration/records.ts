/**
 * What a migration's journal, manifest and marker hold.
 * @module
 */

/** Which of the things that holding the repository makes were there before. */
export interface Before {
  readonly directory: boolean;
  readonly lock: boolean;
  readonly gitignore: boolean;
  readonly meta: boolean;
}

/** The content of `migration.json`. */
export interface MigrationJournal {
  readonly format: number;
  readonly operation: "migrate" | "rollback";
  readonly phase: "staging" | "committed";
  /** RFC 3339 UTC. */
  readonly started: string;
  readonly tool: string;
  /** Relative to the state directory. */
  readonly backup: string;
  readonly staging: string;
  readonly before: Before;
  /** Of a rollback: sessions and files that stay because they changed since. */
  readonly kept?: readonly string[];
}

/** An original, as it lies in the backup under `files/<path>`. Paths are relative to the root. */
export interface Original {
  readonly path: string;
  readonly kind: "file" | "directory" | "link";
  readonly mode: number;
}

/** A file that was copied. */
export interface MovedFile {
  readonly from: string;
  readonly to: string;
  readonly bytes: number;
  readonly sha256: string;
  /** The original stays where it is: a link, or a secret that something else reads there. */
  readonly stays?: true;
}

/** A session that the migration made, or put in place of another. */
export interface MadeSession {
  readonly id: string;
  readonly workflow: string;
  /** SHA-256 of its journal as made: tells whether it moved on. */
  readonly journal: string;
  /** The one before it lies in the backup under `sessions/<id>`. */
  readonly replaced: boolean;
  /** Whether it has a file of its history, which programs of format 1 do not know. */
  readonly history?: boolean;
}

/** A small file with new content. The original lies in the backup under `replaced/<path>`. */
export interface ReplacedFile {
  /** Relative to the root. */
  readonly path: string;
  /** Permission bits of the original; null when there was none. */
  readonly mode: number | null;
}

/** A folder and what to restore of it. */
export interface FolderTimes {
  readonly path: string;
  readonly mode: number;
  readonly mtimeMs: number;
}

/** The content of a backup's `manifest.json`. */
export interface Manifest {
  readonly format: number;
  readonly time: string;
  readonly tool: string;
  readonly before: Before;
  readonly originals: readonly Original[];
  readonly files: readonly MovedFile[];
  readonly sessions: readonly MadeSession[];
  /** Sessions of the new layout that were there before. */
  readonly olderSessions: readonly string[];
  readonly feedback: readonly {
    readonly session: string;
    readonly kind: "tool" | "process";
    readonly lines: readonly string[];
  }[];
  readonly replaced: readonly ReplacedFile[];
  readonly folders: readonly FolderTimes[];
  /** Session id by old id. */
  readonly aliases: Readonly<Record<string, string>>;
  /** The session that `current` is to name; null to leave it. */
  readonly current: string | null;
  /** Whether it is to name it even when it names another session already. */
  readonly forceCurrent: boolean;
}

/** The content of `.migration_complete`. */
export interface MigrationMarker {
  readonly format: number;
  readonly time: string;
  readonly tool: string;
  /** Relative to the state directory. */
  readonly backup: string;
  readonly files: readonly MovedFile[];
  readonly sessions: readonly string[];
  readonly total: { readonly files: number; readonly bytes: number };
}
