/**
 * Mount points: what lies on one cannot be renamed away.
 * @module
 */
import { lstatSync, readFileSync } from "node:fs";
import { parentOf } from "./path.ts";

/**
 * Absolute paths of all mount points, where the system lists them (Linux).
 * @returns null where it does not.
 */
function listedMounts(): ReadonlySet<string> | null {
  let text: string;
  try {
    text = readFileSync("/proc/self/mountinfo", "utf8");
  } catch {
    return null;
  }
  const octal = (field: string) =>
    field.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8)));
  return new Set(text.split("\n").map((line) => octal(line.split(" ")[4] ?? "")));
}

/**
 * The first of some paths that is a mount point, also of a single file.
 * @param paths absolute, without links.
 * @returns null when none is.
 */
export function mountPointAmong(paths: readonly string[]): string | null {
  const listed = listedMounts();
  return paths.find((path) => listed?.has(path) === true || isOtherDevice(path)) ?? null;
}

/** Whether something is on another device than the directory that it is in. */
function isOtherDevice(path: string): boolean {
  try {
    return lstatSync(path).dev !== lstatSync(parentOf(path)).dev;
  } catch {
    return false;
  }
}
