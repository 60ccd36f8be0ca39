/**
 * What every git gets that is started: nothing that leads elsewhere or runs another program.
 * @module
 */
import type { Environment } from "./processes.ts";

/** Before all arguments. */
export const GIT_QUIET = ["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"] as const;

/** Without `GIT_*`. @param keep those that stay. */
export function gitEnvironment(env: Environment, keep?: RegExp): Record<string, string> {
  const own = Object.entries(env).flatMap(([name, value]) =>
    value !== undefined && (!/^GIT_/i.test(name) || keep?.test(name)) ? [[name, value]] : []
  );
  return {
    ...Object.fromEntries(own),
    GIT_OPTIONAL_LOCKS: "0",
    GIT_TERMINAL_PROMPT: "0",
    GIT_NO_LAZY_FETCH: "1",
    GIT_NO_REPLACE_OBJECTS: "1",
    LC_ALL: "C",
    LANGUAGE: "C",
  };
}
