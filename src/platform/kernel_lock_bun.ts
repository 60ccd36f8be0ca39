/**
 * File locks on Bun for Linux and macOS: `flock(2)`, which Bun itself does not offer.
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
import { type BunFfi, bunFfi } from "./bun_ffi.ts";
import { type LockedFile, type LockMode, LockRefusal } from "./locked_file.ts";
import { target } from "./runtime.ts";
import type { Within } from "./within.ts";

// Operations of flock(2): the same numbers on Linux and macOS.
const LOCK_SH = 1;
const LOCK_EX = 2;
const LOCK_NB = 4;
const LOCK_UN = 8;

/** What differs between the C libraries, and the errno values (`errno.h`) met here. */
interface Libc {
  readonly libraries: readonly string[];
  readonly errnoLocation: string;
  readonly interrupted: number;
  readonly wouldBlock: number;
  readonly errnos: Readonly<Record<number, string>>;
}

const LINUX: Omit<Libc, "libraries"> = {
  errnoLocation: "__errno_location",
  interrupted: 4,
  wouldBlock: 11,
  errnos: {
    5: "EIO",
    9: "EBADF",
    13: "EACCES",
    22: "EINVAL",
    37: "ENOLCK",
    38: "ENOSYS",
    95: "EOPNOTSUPP",
  },
};

const MACOS: Libc = {
  libraries: ["/usr/lib/libSystem.B.dylib"],
  errnoLocation: "__error",
  interrupted: 4,
  wouldBlock: 35,
  errnos: {
    5: "EIO",
    9: "EBADF",
    13: "EACCES",
    22: "EINVAL",
    45: "ENOTSUP",
    77: "ENOLCK",
    78: "ENOSYS",
    102: "EOPNOTSUPP",
  },
};

/** `flock(2)`: true when locked, false when another open file holds it. */
type Flock = (fd: number, operation: number) => boolean;

let flock: Flock | undefined;

/** See `openLocked` in `kernel_lock.ts`, whose part for Bun on Linux and macOS this is. */
export function openWithBun(path: string, mode: LockMode, within: Within): LockedFile | null {
  const exclusive = mode === "exclusive";
  const lock = flock ??= loadFlock();
  // Bun opens with O_CLOEXEC.
  const access = exclusive ? constants.O_RDWR | constants.O_CREAT : constants.O_RDONLY;
  const fd = openSync(
    path,
    access | constants.O_NONBLOCK | (within === null ? 0 : constants.O_NOFOLLOW),
  );
  let locked = false;
  try {
    locked = lock(fd, (exclusive ? LOCK_EX : LOCK_SH) | LOCK_NB);
  } finally {
    if (!locked) closeSync(fd);
  }
  if (!locked) return null;
  return {
    isAt(path) {
      const held = fstatSync(fd);
      const named = statSync(path, { throwIfNoEntry: false });
      return named !== undefined && held.ino === named.ino && held.dev === named.dev;
    },
    write(content) {
      const written = writeSync(fd, content, 0, content.length, 0);
      if (fstatSync(fd).size > written) ftruncateSync(fd, written);
    },
    clear: () => ftruncateSync(fd, 0),
    close() {
      try {
        // Closing alone would free the lock only when no child is between fork and exec just now.
        lock(fd, LOCK_UN);
      } catch {
        // Closing frees it then, and the work that it guarded is done.
      } finally {
        closeSync(fd);
      }
    },
  };
}

function loadFlock(): Flock {
  const ffi = bunFfi();
  const libc = systemLibc();
  const { call, errno } = bind(ffi, libc);
  return (fd, operation) => {
    for (;;) {
      if (call(fd, operation) === 0) return true;
      const code = errno();
      if (code === libc.wouldBlock) return false;
      if (code !== libc.interrupted) throw new LockRefusal(libc.errnos[code] ?? `errno ${code}`);
    }
  };
}

function systemLibc(): Libc {
  if (process.platform === "darwin") return MACOS;
  const musl = `libc.musl-${process.arch === "arm64" ? "aarch64" : "x86_64"}.so.1`;
  const glibc = "libc.so.6";
  return { ...LINUX, libraries: target().endsWith("-musl") ? [musl, glibc] : [glibc, musl] };
}

function bind(ffi: BunFfi, libc: Libc) {
  let failure: unknown;
  for (const library of libc.libraries) {
    try {
      const { symbols } = ffi.dlopen(library, {
        flock: { args: ["int", "int"], returns: "int" },
        [libc.errnoLocation]: { args: [], returns: "ptr" },
      });
      const call = symbols["flock"];
      const location = symbols[libc.errnoLocation];
      if (call !== undefined && location !== undefined) {
        return { call, errno: () => ffi.read.i32(location(), 0) };
      }
    } catch (error) {
      failure = error;
    }
  }
  throw new LockRefusal(`no C library found as ${libc.libraries.join(" or ")}`, { cause: failure });
}
