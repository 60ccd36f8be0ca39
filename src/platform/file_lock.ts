/**
 * Locks between processes.
 *
 * A lock is a kernel lock on a separate file, which is never the data file and never unlinked while
 * its directory exists. The kernel decides which process holds it and releases it when that process
 * dies; the holder's description inside the file is for messages only.
 * @module
 */
import process from "node:process";
import { OrchestratorError, systemErrorCode } from "../errors.ts";
import { ioError } from "./io_error.ts";
import { openLocked } from "./kernel_lock.ts";
import type { LockedFile, LockMode } from "./locked_file.ts";
import { randomBase32 } from "./random.ts";
import { lookAtFile, readTextWithin, type Within } from "./within.ts";

/** A lock this process holds. */
export interface FileLock extends Disposable {
  /** Frees the lock. A second call does nothing. */
  release(): void;
}

/** Who holds a lock, for messages. */
export interface LockHolder {
  /** Random, one per acquisition. */
  readonly id: string;
  /** What it is doing: a command name. */
  readonly operation: string;
  readonly pid: number;
  readonly host: string;
  readonly actor: string;
  /** RFC 3339 UTC. */
  readonly since: string;
}

/** How {@link acquireLock} waits and how it signs. */
export interface AcquireOptions {
  /** What this process reports about itself; the rest is filled in. */
  readonly holder: Pick<LockHolder, "operation" | "actor">;
  /** How long to wait, in milliseconds; 0 tries once. */
  readonly timeoutMs: number;
  /** The directory below which a link, a pipe or a device in the lock's place is refused. */
  readonly within: Within;
  /** Called once when the wait has become noticeable (a quarter of a second). */
  readonly onWait?: (holder: LockHolder | null) => void;
}

/** Whether a lock is held at one moment. */
export type LockState =
  | { readonly state: "free" }
  /** `holder` is null when it has left no description. */
  | { readonly state: "held"; readonly holder: LockHolder | null }
  /** The system does not say; `reason` is a clause without a full stop. */
  | { readonly state: "unknown"; readonly reason: string };

/** The most bytes of a description. */
const MAX_DESCRIPTION_BYTES = 64 * 1024;

/** How long a wait may be before it is worth a word. */
const NOTICEABLE_MS = 250;

/** How often a lock file may turn out to have been replaced before the file system is not believed. */
const MAX_REOPENINGS = 100;

/** How {@link tryLock} takes a lock. */
export interface TryOptions {
  /** Default `exclusive`. */
  readonly mode?: LockMode;
  /** See {@link AcquireOptions.within}. */
  readonly within: Within;
}

/**
 * Tries to take the lock, without waiting. Exclusive creates the file when it is absent; shared needs
 * it to exist and to be readable only.
 * @returns Null when another process holds it.
 * @throws The system error when the file cannot be opened (`ENOENT` when its directory is gone);
 * {@link OrchestratorError} `io_failed` when the file system has no locks, `link_refused`.
 */
export function tryLock(path: string, options: TryOptions): FileLock | null {
  const file = lockNamed(path, options.mode ?? "exclusive", options.within);
  return file === null ? null : fileLock(file, false);
}

/**
 * Takes the lock exclusively, waiting for it up to `timeoutMs`, and writes the holder's description
 * into the file.
 * @throws {OrchestratorError} `lock_held` with the holder when the time is up, `io_failed` when the
 * file system has no locks, `link_refused`; the system error when the file cannot be opened.
 */
export async function acquireLock(path: string, options: AcquireOptions): Promise<FileLock> {
  const { within } = options;
  const started = performance.now();
  let announced = false;
  for (let attempt = 0;; attempt++) {
    const file = lockNamed(path, "exclusive", within);
    if (file !== null) {
      try {
        file.write(new TextEncoder().encode(JSON.stringify(describeSelf(options.holder)) + "\n"));
      } catch {
        // The description serves messages only; a full disk must not keep anyone from working.
      }
      return fileLock(file, true);
    }
    const waited = performance.now() - started;
    if (!announced && waited >= NOTICEABLE_MS) {
      announced = true;
      options.onWait?.(readHolder(path, within));
    }
    if (waited >= options.timeoutMs) throw heldError(path, readHolder(path, within), waited);
    const pause = Math.min(pauseAfter(attempt, waited), options.timeoutMs - waited);
    await new Promise((resolve) => setTimeout(resolve, Math.max(pause, 0)));
  }
}

/**
 * The holder's description; null when there is none, or when its process has ended on this machine. It
 * may be that of a holder that was killed elsewhere.
 */
export function readHolder(path: string, within: Within): LockHolder | null {
  try {
    const text = readTextWithin(within, path, MAX_DESCRIPTION_BYTES) ?? "";
    const value: unknown = JSON.parse(text.slice(0, text.indexOf("\n") + 1));
    return isHolder(value) && !hasEnded(value) ? value : null;
  } catch {
    return null;
  }
}

/** Whether a holder on this machine has ended. */
function hasEnded({ host, pid }: LockHolder): boolean {
  if (host !== process.getBuiltinModule("node:os").hostname()) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return systemErrorCode(error) === "ESRCH";
  }
}

/**
 * Whether any process holds the lock at the moment. Cheap, writes nothing, works on a read-only
 * file system. Never throws.
 */
export function lockState(path: string, within: Within): LockState {
  try {
    if (lookAtFile(within, path, "lock") === null) return { state: "free" };
    const probe = openLocked(path, "shared", within);
    if (probe === null) return { state: "held", holder: readHolder(path, within) };
    probe.close();
    return { state: "free" };
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return { state: "free" };
    return { state: "unknown", reason: ioError("lock", path, error).message };
  }
}

/**
 * Locks the file that `path` names afterwards: between opening and locking, its directory may have
 * been removed and created again, and a lock on the removed file would exclude no other process.
 */
function lockNamed(path: string, mode: LockMode, within: Within): LockedFile | null {
  for (let attempt = 0; attempt < MAX_REOPENINGS; attempt++) {
    const file = openLocked(path, mode, within);
    if (file === null) return null;
    let named = false;
    try {
      named = file.isAt(path);
    } finally {
      if (!named) file.close();
    }
    if (named) return file;
  }
  throw new OrchestratorError(
    "io_failed",
    `Cannot lock "${path}": the file system reports a different inode on every check`,
    { details: { path } },
  );
}

function fileLock(file: LockedFile, described: boolean): FileLock {
  let held = true;
  const release = () => {
    if (!held) return;
    held = false;
    try {
      if (described) file.clear();
    } catch {
      // A stale description does no harm: the kernel decides.
    } finally {
      file.close();
    }
  };
  return { release, [Symbol.dispose]: release };
}

/**
 * Milliseconds until the next try: doubling from 1 to 50 with jitter, and shorter again for
 * processes that have waited long, so that newcomers cannot starve them.
 */
function pauseAfter(attempt: number, waited: number): number {
  const cap = waited < 1000 ? 50 : waited < 3000 ? 20 : 8;
  return Math.min(2 ** Math.min(attempt, 6), cap) * (0.5 + Math.random() / 2);
}

function describeSelf(holder: AcquireOptions["holder"]): LockHolder {
  return {
    id: randomBase32(60),
    operation: holder.operation,
    pid: process.pid,
    host: process.getBuiltinModule("node:os").hostname(),
    actor: holder.actor,
    since: new Date().toISOString(),
  };
}

function heldError(path: string, holder: LockHolder | null, waited: number): OrchestratorError {
  const who = holder === null
    ? "another process holds the lock"
    : `"${holder.operation}" by ${holder.actor} (process ${holder.pid} on ${holder.host}) has held the lock since ${holder.since}`;
  return new OrchestratorError("lock_held", `Cannot lock "${path}": ${who}`, {
    hint: "Try again in a moment, or wait longer with --lock-timeout",
    details: { path, heldBy: holder, waitedMs: Math.round(waited) },
  });
}

function isHolder(value: unknown): value is LockHolder {
  if (typeof value !== "object" || value === null) return false;
  const field = (name: string): unknown => (value as Readonly<Record<string, unknown>>)[name];
  return ["id", "operation", "host", "actor", "since"].every((name) =>
    typeof field(name) === "string"
  ) && typeof field("pid") === "number";
}
