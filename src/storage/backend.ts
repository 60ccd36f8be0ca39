/**
 * The contract between sessions and the place that keeps them.
 *
 * A backend keeps three kinds of things: **journals** (one per session, lines appended and never
 * changed), **blobs** (named bytes, replaced whole) and **locks** (mutual exclusion between
 * processes). It knows nothing of what the lines mean. Everything above talks to this interface
 * only; `tests/contract/storage_suite.ts` is the suite each implementation passes.
 *
 * Keys of blobs are `/`-separated relative names such as `sessions/<id>/meta.json`. Keys that would
 * leave the place (`..`, absolute, empty parts, backslashes, colons, NUL) and the names that journals,
 * locks and unfinished work have as files are refused with `invalid_argument`. A blob below
 * `sessions/<id>/` belongs to that session: it is removed with it, and is written while the session is
 * locked; any other is written while the repository is locked.
 * @module
 */

/** A position in a journal: after line number `seq`. */
export interface JournalHead {
  /** Number of lines up to here; 0 is the beginning. */
  readonly seq: number;
  /** Hash (hex) of line `seq` (`line_hash.ts`), or {@link ORIGIN_HASH} at the beginning. */
  readonly hash: string;
  /**
   * A version token, opaque to callers. It lets the backend determine, without reading the journal,
   * whether the journal has changed since this head was returned. Empty when unknown.
   */
  readonly etag: string;
}

/** `prev` of the first line. */
export const ORIGIN_HASH = "0".repeat(64);

/** What reading a journal gives. */
export type JournalRead =
  | {
    /** The journal ends at the head that was given, and nothing in it was touched since. */
    readonly unchanged: true;
  }
  | {
    readonly unchanged: false;
    /** All whole lines from the beginning, without line ends. */
    readonly lines: readonly string[];
    /** The etag for a head behind the last of `lines`. */
    readonly etag: string;
    /** Bytes behind the last whole line: an append that was cut off, never acknowledged. */
    readonly tornBytes: number;
  };

/**
 * A line that is too long to be handled at once ({@link LINE_LIMIT}). Good until the visit that has
 * shown it ends.
 */
export interface LongLine {
  /** Its bytes without the line end; a piece is good until the next one is asked for. */
  pieces(): Iterable<Uint8Array>;
}

/** A line of a journal, without its line end. */
export type JournalLine = string | LongLine;

/** Sees the lines of a journal, one after the other. Must not throw. */
export interface JournalVisitor {
  /** Called first with the journal's size in bytes; false ends the visit before anything is read. */
  begin?(bytes: number): boolean;
  /**
   * The next line, which may lack its line feed; false when the journal ends before it. A long line that
   * is taken must have been read to its end.
   */
  line(line: JournalLine): boolean;
  /** A line behind that end, up to the next long one. Without it, nothing more is read. */
  behind?(line: JournalLine): void;
}

/** What a visit has found. */
export interface JournalVisit {
  /** Lines that were taken. */
  readonly lines: number;
  /** The etag for a head behind the last line that was taken. */
  readonly etag: string;
  /** Bytes behind it. */
  readonly behindBytes: number;
  /** How the lines that were taken end: one may lack its line feed, or have carriage returns. */
  readonly lineEnds: "line feeds" | "last one missing" | "carriage returns";
}

/** What {@link StorageBackend.append} does with bytes after the head. */
export interface AppendOptions {
  /**
   * Bytes after the head that a visit has found and that are not acknowledged lines. They are
   * stored in a blob `sessions/<id>/set_aside/…` and truncated. Default: any text without a line
   * feed.
   */
  readonly behindBytes?: number;
}

/** Content of a blob: text, bytes, or bytes in pieces. */
export type BlobContent = string | Uint8Array | readonly Uint8Array[];

/** Everything a new session consists of. */
export interface NewSession {
  /** The journal's first lines; of a long one its bytes, in pieces of whole lines, each ended. */
  readonly lines: readonly string[] | { readonly pieces: Iterable<Uint8Array> };
  /** Blobs by name relative to the session's folder, e.g. `meta.json`. */
  readonly blobs: Readonly<Record<string, BlobContent>>;
  /** More blobs, made from the etag behind the last line. */
  readonly derived?: (etag: string) => Readonly<Record<string, string | Uint8Array>>;
}

/** Who wants the lock, for messages. */
export interface LockRequest {
  /** The command, e.g. `complete`. */
  readonly operation: string;
  readonly actor: string;
  /** Milliseconds to wait before giving up with `lock_held`. */
  readonly timeoutMs: number;
}

/** The holder of a lock. */
export interface LockHolderInfo {
  readonly operation: string;
  readonly actor: string;
  readonly pid: number;
  readonly host: string;
  /** RFC 3339 UTC. */
  readonly since: string;
}

/** Whether a lock is held at a moment. */
export type LockState =
  | { readonly state: "free" }
  /** `by` is null for a program that says nothing of itself. */
  | { readonly state: "held"; readonly by: LockHolderInfo | null }
  /** This cannot be determined; `reason` is a clause without a full stop. */
  | { readonly state: "unknown"; readonly reason: string };

/**
 * What can be locked: one session, or the repository's own data (`current`, `meta.json`, the list).
 */
export type LockScope = "repository" | { readonly session: string };

/** A place that keeps sessions. All methods reject with `OrchestratorError`. */
export interface StorageBackend {
  /** Short name for people: `files`, `memory`. */
  readonly kind: string;

  /** Ids of all sessions, in no order. A session is listed once its creation is complete. */
  sessions(): Promise<readonly string[]>;

  hasSession(id: string): Promise<boolean>;

  /**
   * Creates a session atomically; durable when it resolves. Leftovers of interrupted creations are
   * removed. The repository must be locked.
   * @returns the etag for a head after the last line.
   * @throws `already_exists`; `invalid_argument` for names of blobs as for keys, and for lines with
   *   line breaks.
   */
  createSession(id: string, content: NewSession): Promise<{ readonly etag: string }>;

  /**
   * Replaces a session, its journal and all its blobs, with a new copy: readers see the complete
   * old copy or the complete new one at every moment, even if the process dies; durable when it
   * resolves. Blobs that `content` lacks are removed. The session stays locked. The repository and
   * the session must be locked.
   * @returns the etag for a head after the last line.
   * @throws `session_unknown`, and what {@link createSession} refuses; then the old copy is
   *   unchanged.
   */
  replaceSession(id: string, content: NewSession): Promise<{ readonly etag: string }>;

  /**
   * Removes a session atomically, with its blobs; absent is fine. The repository and the session
   * must be locked. Processes that wait for its lock then get `session_unknown`.
   */
  removeSession(id: string): Promise<void>;

  /**
   * Whether a journal is byte for byte what it was when a head was handed out, as far as it can be
   * proved without reading it.
   * @throws `session_unknown`
   */
  isUnchanged(id: string, head: JournalHead): Promise<boolean>;

  /**
   * The last line of a journal that {@link isUnchanged}, read without the others.
   * @param atLeast bytes that the journal must have for that to be worth it.
   * @returns null when the journal is shorter or may have changed, and for a line that is too long.
   * @throws `session_unknown`
   */
  lastLine(id: string, head: JournalHead, atLeast: number): Promise<string | null>;

  /**
   * Reads a whole journal at once, without a lock. With `after`, returns `unchanged` without
   * reading if this is provable.
   * @throws `session_unknown`; `limit_exceeded` for a long line that is not the first.
   */
  readJournal(id: string, after?: JournalHead): Promise<JournalRead>;

  /**
   * A journal as bytes, in pieces of complete lines, each ended by a line feed, for callers that
   * cannot keep it in memory. Concurrent appends may be included; a later call begins with the same
   * bytes. A piece is valid until the next one is requested.
   * @param lines the number of lines, including a last one without line feed; default: all complete
   *   ones.
   * @throws `session_unknown` when it is read.
   */
  journalPieces(id: string, lines?: number): AsyncIterable<Uint8Array>;

  /**
   * Visits a journal's lines from the beginning, without a lock and without keeping them. The last
   * one is visited even without a line feed: it may be an incomplete append.
   * @throws `session_unknown`, `limit_exceeded`
   */
  visitJournal(id: string, visitor: JournalVisitor): Promise<JournalVisit>;

  /**
   * Appends lines after `after` with a single write, durable when it resolves; compare-and-swap:
   * refused when the journal is shorter than `after`, when it has more lines after it than {@link
   * AppendOptions.behindBytes} allows, or when the hash of line `after.seq` is not `after.hash`. A
   * missing line feed there is written first. An empty etag is allowed. Without lines only the end
   * is repaired. After a crash the journal may have a prefix of the lines. The session must be
   * locked.
   * @returns the new etag.
   * @throws `session_unknown`, `state_moved`, `no_space`, `read_only`, `io_failed`;
   *   `invalid_argument` for lines with line breaks, `too_long` for one over {@link LINE_LIMIT}. Then
   *   nothing was appended.
   */
  append(
    id: string,
    after: JournalHead,
    lines: readonly string[],
    options?: AppendOptions,
  ): Promise<{ readonly etag: string }>;

  /**
   * Rewrites the lines up to `after` atomically, each ended by a line feed; later bytes are treated
   * as in {@link append}. The session must be locked.
   * @returns the new etag.
   * @throws like {@link append}
   */
  rewriteLineEnds(
    id: string,
    after: JournalHead,
    options?: AppendOptions,
  ): Promise<{ readonly etag: string }>;

  /** Reads a blob; null when absent. */
  readBlob(key: string): Promise<Uint8Array | null>;

  /**
   * Reads a blob in pieces, all of one version of it. A piece is good until the next one is asked for.
   * @throws `file_unknown` when it is read and is absent, `limit_exceeded` when it is too large.
   */
  blobPieces(key: string): AsyncIterable<Uint8Array>;

  /** Reads a UTF-8 blob; null when absent. */
  readText(key: string): Promise<string | null>;

  /**
   * Replaces a blob atomically. `durable: false` is for data that can be derived again: a power
   * failure may lose or damage it (a crash of the process cannot). Its scope must be locked.
   * @throws `session_unknown` for a key of a session that does not exist.
   */
  writeBlob(
    key: string,
    data: string | Uint8Array,
    options?: { readonly durable?: boolean },
  ): Promise<void>;

  /**
   * Appends one line to a blob of lines, durably; an incomplete last line is replaced. Its scope
   * must be locked.
   * @throws `session_unknown` like {@link writeBlob}; `invalid_argument` for a line with a line
   *   break.
   */
  appendLine(key: string, line: string): Promise<void>;

  /** Removes a blob; absent is fine. Its scope must be locked. */
  removeBlob(key: string): Promise<void>;

  /** Keys of blobs below a prefix that ends in `/`, sorted. Journals and locks are not among them. */
  listBlobs(prefix: string): Promise<readonly string[]>;

  /**
   * Runs `task` while `scope` is locked; the lock is released when it settles or the process dies.
   * Leftovers of killed writers in this scope are removed.
   * @throws `lock_held` after `request.timeoutMs`; `session_unknown`.
   */
  withLock<Result>(
    scope: LockScope,
    request: LockRequest,
    task: () => Promise<Result>,
  ): Promise<Result>;

  /** Whether `scope` is locked at the moment, and by whom. Never waits, never writes. */
  holder(scope: LockScope): Promise<LockState>;
}
