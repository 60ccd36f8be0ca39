/**
 * What every git gets that is started: nothing that leads elsewhere or runs another program.
 * @module
 */
import type { Environment } from "./processes.ts";

/** Before all arguments. */
export const GIT_QUIET = ["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"] as const;

/**
 * The caller's variables that a server, a login or a commit may need. Programs that they name (`GIT_SSH`,
 * `GIT_ASKPASS`) are those of the person, as with any `git push`.
 */
export const FOR_SERVERS =
  /^GIT_(?:SSH|SSH_COMMAND|SSH_VARIANT|ASKPASS|CONFIG_.+|SSL_.+|HTTP_.+|CURL_.+|PROXY_.+|AUTHOR_.+|COMMITTER_.+|ALLOW_PROTOCOL|PROTOCOL|PROTOCOL_FROM_USER|EXEC_PATH|TEMPLATE_DIR|CEILING_DIRECTORIES|DISCOVERY_ACROSS_FILESYSTEM)$/i;

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
