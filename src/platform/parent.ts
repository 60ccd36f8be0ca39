/**
 * The directory part of a path, without `node:path`, whose loading is not free.
 * @module
 */
import { isWindows } from "./runtime.ts";

/** `/a` of `/a/b`, `/` of `/a`, `.` of `a`. */
export function parentOf(path: string): string {
  const end = Math.max(path.lastIndexOf("/"), isWindows ? path.lastIndexOf("\\") : -1);
  if (end < 0) return ".";
  return end === 0 ? "/" : path.slice(0, end);
}
