/**
 * File locks on Bun for Windows: `LockFileEx`.
 *
 * One byte far behind any content is locked, because Windows forbids others to read a locked range
 * and the holder's description must stay readable. Deno locks the whole range, which includes it.
 * @module
 */
import { closeSync, constants, fstatSync, ftruncateSync, openSync, writeSync } from "node:fs";
import { type BunFfi, bunFfi, type CFunction } from "./bun_ffi.ts";
import { type LockedFile, type LockMode, LockRefusal } from "./locked_file.ts";

const GENERIC_READ = 0x80000000;
const SHARE_ALL = 0x7;
const OPEN_EXISTING = 3;
const LOCKFILE_FAIL_IMMEDIATELY = 1;
const LOCKFILE_EXCLUSIVE_LOCK = 2;
const INVALID_HANDLE = -1;

const ERROR_FILE_NOT_FOUND = 2;
const ERROR_PATH_NOT_FOUND = 3;
const ERROR_SHARING_VIOLATION = 32;
const ERROR_LOCK_VIOLATION = 33;
const ERROR_IO_PENDING = 997;

/** Offset of the locked byte: 2^62. */
const OFFSET_HIGH = 0x40000000;

/** The functions of `kernel32.dll` used here. */
interface Kernel32 {
  open(path: string): number;
  close(handle: number): void;
  lock(handle: number, flags: number): boolean;
  unlock(handle: number): void;
  /** Volume and index of the file, as one comparable text. */
  identity(handle: number): string;
  lastError(): number;
}

let loaded: Kernel32 | undefined;

/** See `openLocked` in `kernel_lock.ts`, whose part for Bun on Windows this is. */
export function openOnWindows(path: string, mode: LockMode): LockedFile | null {
  const exclusive = mode === "exclusive";
  const kernel32 = loaded ??= load(bunFfi());
  // Creates the file, throws what the system says about the path, and writes the description.
  const fd = openSync(path, exclusive ? constants.O_RDWR | constants.O_CREAT : constants.O_RDONLY);
  let handle = INVALID_HANDLE;
  let locked = false;
  try {
    handle = kernel32.open(path);
    if (handle === INVALID_HANDLE) return nullWhenBusy(kernel32.lastError());
    locked = kernel32.lock(
      handle,
      LOCKFILE_FAIL_IMMEDIATELY | (exclusive ? LOCKFILE_EXCLUSIVE_LOCK : 0),
    );
    if (!locked) return nullWhenBusy(kernel32.lastError());
  } finally {
    if (!locked) {
      if (handle !== INVALID_HANDLE) kernel32.close(handle);
      closeSync(fd);
    }
  }
  return {
    isAt(path) {
      const named = kernel32.open(path);
      if (named === INVALID_HANDLE) return false;
      try {
        return kernel32.identity(handle) === kernel32.identity(named);
      } finally {
        kernel32.close(named);
      }
    },
    write(content) {
      const written = writeSync(fd, content, 0, content.length, 0);
      if (fstatSync(fd).size > written) ftruncateSync(fd, written);
    },
    clear: () => ftruncateSync(fd, 0),
    close() {
      closeSync(fd);
      kernel32.unlock(handle);
      kernel32.close(handle);
    },
  };
}

/**
 * Null for the errors that mean "locked by another", a refusal for the rest. 0 occurs when the
 * engine made another call between the failure and the query.
 */
function nullWhenBusy(code: number): null {
  const busy = [
    0,
    ERROR_FILE_NOT_FOUND,
    ERROR_PATH_NOT_FOUND,
    ERROR_SHARING_VIOLATION,
    ERROR_LOCK_VIOLATION,
    ERROR_IO_PENDING,
  ];
  if (busy.includes(code)) return null;
  throw new LockRefusal(`Windows error ${code}`);
}

function load(ffi: BunFfi): Kernel32 {
  const { symbols } = ffi.dlopen("kernel32.dll", {
    CreateFileW: {
      args: ["ptr", "u32", "u32", "i64_fast", "u32", "u32", "i64_fast"],
      returns: "i64_fast",
    },
    CloseHandle: { args: ["i64_fast"], returns: "int" },
    LockFileEx: { args: ["i64_fast", "u32", "u32", "u32", "u32", "ptr"], returns: "int" },
    UnlockFileEx: { args: ["i64_fast", "u32", "u32", "u32", "ptr"], returns: "int" },
    GetFileInformationByHandle: { args: ["i64_fast", "ptr"], returns: "int" },
    GetLastError: { args: [], returns: "u32" },
  });
  const find = (name: string): CFunction => {
    const symbol = symbols[name];
    if (symbol === undefined) throw new LockRefusal(`kernel32.dll has no ${name}`);
    return symbol;
  };
  const createFile = find("CreateFileW");
  const closeHandle = find("CloseHandle");
  const lockFile = find("LockFileEx");
  const unlockFile = find("UnlockFileEx");
  const information = find("GetFileInformationByHandle");
  const lastError = find("GetLastError");
  return {
    open: (path) => createFile(wide(path), GENERIC_READ, SHARE_ALL, 0, OPEN_EXISTING, 0, 0),
    close: (handle) => void closeHandle(handle),
    lock: (handle, flags) => lockFile(handle, flags, 0, 1, 0, farOffset()) !== 0,
    unlock: (handle) => void unlockFile(handle, 0, 1, 0, farOffset()),
    identity(handle) {
      // BY_HANDLE_FILE_INFORMATION: volume at 28, index at 44 (high) and 48 (low).
      const info = new Uint8Array(52);
      if (information(handle, info) === 0) return "unknown";
      const view = new DataView(info.buffer);
      return [28, 44, 48].map((offset) => view.getUint32(offset, true)).join(":");
    },
    lastError: () => lastError(),
  };
}

/** `OVERLAPPED` with the offset of the locked byte. */
function farOffset(): Uint8Array {
  const overlapped = new Uint8Array(32);
  new DataView(overlapped.buffer).setUint32(20, OFFSET_HIGH, true);
  return overlapped;
}

/** The longest path that Windows takes without the prefix that lifts the limit. */
const LONGEST_PLAIN_PATH = 240;

/** A path as UTF-16 with its terminating zero. */
function wide(given: string): Uint8Array {
  const long = given.length > LONGEST_PLAIN_PATH && /^[A-Za-z]:[\\/]/.test(given);
  const path = long ? `\\\\?\\${given.replaceAll("/", "\\")}` : given;
  const bytes = new Uint8Array((path.length + 1) * 2);
  const view = new DataView(bytes.buffer);
  for (let index = 0; index < path.length; index++) {
    view.setUint16(index * 2, path.charCodeAt(index), true);
  }
  return bytes;
}
