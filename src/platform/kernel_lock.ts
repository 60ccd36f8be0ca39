/**
 * The kernel's file locks, the one place where the engines differ.
 *
 * Deno: `FsFile.tryLockSync`, which is `flock(2)` on Unix. Bun has no such call, so `flock(2)` is
 * reached through `bun:ffi`. Both lock the open file description of the whole file, so processes of
 * either engine exclude each other. The lock ends with the description: a killed process frees it at once.
 * @module
 */
import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  openSync,
  statSync,
  writeSync,
} from "node:fs";
import process from "node:process";
import { OrchestratorError } from "../errors.ts";
import { engine, target } from "./runtime.ts";

export type LockMode = "exclusive" | "shared";

/** A lock file that is open and locked. */
export interface KernelLock {
  /** Whether `path` still names the locked file. */
  isAt(path: string): boolean;
  /** Replaces the file's content in one write. */
  write(text: string): void;
  /** Empties the file. */
  clear(): void;
  /** Frees the lock and closes the file. */
  close(): void;
}

/**
 * Opens `path` and tries to lock it, without waiting.
 *
 * Exclusive opens for reading and writing and creates the file (mode 0600); shared opens for reading.
 * @returns Null when another process holds the lock.
 * @throws The engine's system error when the file cannot be opened; {@link OrchestratorError}
 * `io_failed` when the file system has no locks.
 */
export function openLocked(path: string, mode: LockMode): KernelLock | null {
  return engine() === "deno" ? openWithDeno(path, mode) : openWithBun(path, mode);
}

function openWithDeno(path: string, mode: LockMode): KernelLock | null {
  const exclusive = mode === "exclusive";
  const file = Deno.openSync(
    path,
    exclusive ? { read: true, write: true, create: true, mode: 0o600 } : { read: true },
  );
  try {
    if (!file.tryLockSync(exclusive)) {
      file.close();
      return null;
    }
  } catch (error) {
    file.close();
    throw lockFailure(path, error instanceof Error ? error.message : String(error), error);
  }
  return {
    isAt(path) {
      const held = file.statSync();
      const named = statSync(path, { throwIfNoEntry: false });
      return named !== undefined && (held.ino === null || held.ino === named.ino) &&
        held.dev === named.dev;
    },
    write(text) {
      const bytes = new TextEncoder().encode(text);
      file.seekSync(0, Deno.SeekMode.Start);
      const written = file.writeSync(bytes);
      if (file.statSync().size > written) file.truncateSync(written);
    },
    clear: () => file.truncateSync(0),
    close() {
      try {
        file.unlockSync();
      } finally {
        file.close();
      }
    },
  };
}

// flock(2) operations, the same numbers on Linux and macOS.
const LOCK_SH = 1;
const LOCK_EX = 2;
const LOCK_NB = 4;
const LOCK_UN = 8;

/** The errno values met here. */
interface Errnos {
  readonly names: Readonly<Record<number, string>>;
  readonly interrupted: number;
  readonly wouldBlock: number;
}

const LINUX_ERRNOS: Errnos = {
  names: { 9: "EBADF", 22: "EINVAL", 37: "ENOLCK", 38: "ENOSYS", 95: "EOPNOTSUPP", 5: "EIO" },
  interrupted: 4,
  wouldBlock: 11,
};

const MACOS_ERRNOS: Errnos = {
  names: {
    9: "EBADF",
    22: "EINVAL",
    77: "ENOLCK",
    78: "ENOSYS",
    45: "ENOTSUP",
    102: "EOPNOTSUPP",
    5: "EIO",
  },
  interrupted: 4,
  wouldBlock: 35,
};

interface Flock {
  /** 0, or the errno. */
  lock(fd: number, operation: number): number;
  readonly errnos: Errnos;
}

let flock: Flock | undefined;

function openWithBun(path: string, mode: LockMode): KernelLock | null {
  const exclusive = mode === "exclusive";
  const fd = openSync(
    path,
    exclusive ? constants.O_RDWR | constants.O_CREAT : constants.O_RDONLY,
    0o600,
  );
  let locked = false;
  try {
    flock ??= loadFlock();
    const operation = (exclusive ? LOCK_EX : LOCK_SH) | LOCK_NB;
    let errno = flock.lock(fd, operation);
    while (errno === flock.errnos.interrupted) errno = flock.lock(fd, operation);
    if (errno === flock.errnos.wouldBlock) return null;
    if (errno !== 0) {
      throw lockFailure(path, flock.errnos.names[errno] ?? `errno ${errno}`, undefined);
    }
    locked = true;
  } finally {
    if (!locked) closeSync(fd);
  }
  const { lock } = flock;
  return {
    isAt(path) {
      const held = fstatSync(fd);
      const named = statSync(path, { throwIfNoEntry: false });
      return named !== undefined && held.ino === named.ino && held.dev === named.dev;
    },
    write(text) {
      const bytes = new TextEncoder().encode(text);
      const written = writeSync(fd, bytes, 0, bytes.length, 0);
      if (fstatSync(fd).size > written) ftruncateSync(fd, written);
    },
    clear: () => ftruncateSync(fd, 0),
    close() {
      lock(fd, LOCK_UN);
      closeSync(fd);
    },
  };
}

/** The part of `bun:ffi` used here. */
interface BunFfi {
  dlopen(
    library: string,
    symbols: Readonly<Record<string, { args: readonly string[]; returns: string }>>,
  ): {
    readonly symbols: Readonly<Record<string, (...args: readonly number[]) => number>>;
  };
  readonly read: { i32(address: number, offset: number): number };
}

function loadFlock(): Flock {
  const macos = process.platform === "darwin";
  const musl = process.arch === "arm64" ? "libc.musl-aarch64.so.1" : "libc.musl-x86_64.so.1";
  const libraries = macos
    ? ["/usr/lib/libSystem.B.dylib"]
    : target().endsWith("-musl")
    ? [musl, "libc.so.6"]
    : ["libc.so.6", musl];
  const errnoLocation = macos ? "__error" : "__errno_location";
  // The module exists only on Bun, so its type is not one that TypeScript can look up.
  const ffi = process.getBuiltinModule("bun:ffi") as unknown as BunFfi;
  let failure: unknown;
  for (const library of libraries) {
    try {
      const { symbols } = ffi.dlopen(library, {
        flock: { args: ["int", "int"], returns: "int" },
        [errnoLocation]: { args: [], returns: "ptr" },
      });
      const call = symbols["flock"];
      const location = symbols[errnoLocation];
      if (call === undefined || location === undefined) continue;
      return {
        lock: (fd, operation) => call(fd, operation) === 0 ? 0 : ffi.read.i32(location(), 0),
        errnos: macos ? MACOS_ERRNOS : LINUX_ERRNOS,
      };
    } catch (error) {
      failure = error;
    }
  }
  throw new OrchestratorError(
    "io_failed",
    `Cannot load "flock": none of ${libraries.join(", ")} is here`,
    { cause: failure },
  );
}

function lockFailure(path: string, reason: string, cause: unknown): OrchestratorError {
  return new OrchestratorError(
    "io_failed",
    `Cannot lock "${path}": the file system refuses locks (${reason})`,
    {
      hint: "Keep the project on a file system with file locks, such as a local disk",
      details: { path, reason },
      ...(cause === undefined ? {} : { cause }),
    },
  );
}
