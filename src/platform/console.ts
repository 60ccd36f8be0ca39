/**
 * Standard output and standard error, written directly: touching `process.stdout` costs 10 ms of
 * start-up.
 * @module
 */
import { writeSync } from "node:fs";
import process from "node:process";
import { systemErrorCode } from "../errors.ts";

/** Writes text to standard output; false when nobody reads it any more. */
export function writeOut(text: string): boolean {
  return write(1, text);
}

/** Writes text to standard error; false when nobody reads it any more. */
export function writeErr(text: string): boolean {
  return write(2, text);
}

/** Whether a standard stream is a terminal. */
export function isTerminal(fd: 0 | 1 | 2): boolean {
  return process.getBuiltinModule("node:tty").isatty(fd);
}

/** The width of the terminal in columns; 80 when unknown. */
export function terminalWidth(): number {
  const columns = Number(process.env["COLUMNS"]);
  if (Number.isInteger(columns) && columns > 0) return columns;
  if (!isTerminal(1)) return 80;
  return process.stdout.columns ?? 80;
}

function write(fd: number, text: string): boolean {
  const bytes = new TextEncoder().encode(text);
  for (let written = 0; written < bytes.length;) {
    try {
      written += writeSync(fd, bytes, written, bytes.length - written);
    } catch (error) {
      const code = systemErrorCode(error);
      if (code === "EPIPE") return false;
      if (code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
  return true;
}
