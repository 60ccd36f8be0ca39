/**
 * Standard output and standard error, written directly: touching `process.stdout` costs 10 ms of
 * start-up.
 * @module
 */
import { fstatSync, writeSync } from "node:fs";
import process from "node:process";
import { systemErrorCode } from "../errors.ts";
import { pause } from "./clock.ts";
import { isWindows } from "./runtime.ts";

/** Writes text to standard output; false when its reader has gone. */
export function writeOut(text: string): boolean {
  return write(1, text);
}

/** Writes bytes to standard output; false when its reader has gone. */
export function writeOutBytes(bytes: Uint8Array): boolean {
  return writeBytes(1, bytes);
}

/** Writes text to standard error; false when its reader has gone. */
export function writeErr(text: string): boolean {
  try {
    return write(2, text);
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
    return false;
  }
}

/**
 * Whether a standard stream is a terminal. Costs next to nothing when it is not; asking Bun about a
 * real terminal costs it 3 ms.
 */
export function isTerminal(fd: 0 | 1 | 2): boolean {
  if (!isWindows && !mayBeTerminal(fd)) return false;
  return process.getBuiltinModule("node:tty").isatty(fd);
}

/** The width of the terminal in columns: `COLUMNS` when set, 80 when there is no terminal. */
export function terminalWidth(): number {
  const columns = Number(process.env["COLUMNS"]);
  if (Number.isInteger(columns) && columns > 0) return columns;
  if (!isTerminal(1)) return DEFAULT_WIDTH;
  return columnsOf(process.stdout);
}

/** The height of the terminal in rows: 24 when there is none. */
export function terminalRows(): number {
  const { rows } = process.stdout;
  return rows > 0 ? rows : DEFAULT_ROWS;
}

/** A terminal without a size says that it has no columns, as one of `script` does. */
function columnsOf({ columns }: { readonly columns?: number | undefined }): number {
  return columns !== undefined && columns > 0 ? columns : DEFAULT_WIDTH;
}

const DEFAULT_WIDTH = 80;
const DEFAULT_ROWS = 24;

/** Major number of Linux' memory devices, `/dev/null` among them. */
const LINUX_MEMORY_DEVICES = 1;

/** False for what is surely no terminal: pipes, files, closed streams, `/dev/null`. */
function mayBeTerminal(fd: number): boolean {
  try {
    const stat = fstatSync(fd);
    if (!stat.isCharacterDevice()) return false;
    return process.platform !== "linux" || (stat.rdev >> 8) !== LINUX_MEMORY_DEVICES;
  } catch {
    return false;
  }
}

/** How long to wait for a reader whose pipe is full, in milliseconds. */
const FULL_PIPE_PAUSE_MS = 2;

function write(fd: number, text: string): boolean {
  return writeBytes(fd, new TextEncoder().encode(text));
}

function writeBytes(fd: number, bytes: Uint8Array): boolean {
  for (let written = 0; written < bytes.length;) {
    try {
      written += writeSync(fd, bytes, written, bytes.length - written);
    } catch (error) {
      const code = systemErrorCode(error);
      if (code === "EPIPE") return false;
      if (code !== "EAGAIN") throw error;
      pause(FULL_PIPE_PAUSE_MS);
    }
  }
  return true;
}
