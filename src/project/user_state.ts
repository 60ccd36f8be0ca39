/**
 * The folder for what this program remembers of a person on this machine: it is neither configuration,
 * which people copy between machines, nor a cache, which anything may remove.
 *
 * `$XDG_STATE_HOME/orchestrator`, by default `~/.local/state/orchestrator` (XDG Base Directory
 * Specification 0.8); on Windows `%LOCALAPPDATA%\orchestrator`.
 * @module
 */
import { isAbsolute, join } from "node:path";
import { isWindows } from "../platform/runtime.ts";
import { USER_STATE_FOLDER } from "../state_layout/places.ts";
import type { Variables } from "./environment.ts";

/** What decides where the folder is. */
export interface UserStateQuery {
  readonly env: Variables;
  /** Absolute path of the home directory; undefined where there is none. */
  readonly home: string | undefined;
  /** Default: whether this is Windows. */
  readonly windows?: boolean;
}

/**
 * The folder's absolute path, whether it exists or not; null where no variable and no home tells it.
 * A relative value counts as unset, as the specification says.
 */
export function userStateDirectory(
  { env, home, windows = isWindows }: UserStateQuery,
): string | null {
  const set = env[windows ? "LOCALAPPDATA" : "XDG_STATE_HOME"];
  if (set !== undefined && isAbsolute(set)) return join(set, USER_STATE_FOLDER);
  if (home === undefined) return null;
  return windows
    ? join(home, "AppData", "Local", USER_STATE_FOLDER)
    : join(home, ".local", "state", USER_STATE_FOLDER);
}
