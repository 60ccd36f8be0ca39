/**
 * The folder for what this program has copied from elsewhere and can copy again: anything may remove it.
 *
 * `$XDG_CACHE_HOME/orchestrator`, by default `~/.cache/orchestrator` (XDG Base Directory Specification
 * 0.8); on Windows `%LOCALAPPDATA%\orchestrator\cache`.
 * @module
 */
import { isAbsolute, join } from "node:path";
import { isWindows } from "../platform/runtime.ts";
import { USER_CACHE_FOLDER } from "../state_layout/places.ts";
import type { UserStateQuery } from "./user_state.ts";

/**
 * The folder's absolute path, whether it exists or not; null where no variable and no home tells it.
 * A relative value counts as unset, as the specification says.
 */
export function userCacheDirectory(
  { env, home, windows = isWindows }: UserStateQuery,
): string | null {
  const end = windows ? [USER_CACHE_FOLDER, "cache"] : [USER_CACHE_FOLDER];
  const set = env[windows ? "LOCALAPPDATA" : "XDG_CACHE_HOME"];
  if (set !== undefined && isAbsolute(set)) return join(set, ...end);
  if (home === undefined) return null;
  return windows ? join(home, "AppData", "Local", ...end) : join(home, ".cache", ...end);
}
