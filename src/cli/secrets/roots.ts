/**
 * Where the secrets of a command lie.
 * @module
 */
import { ProjectPaths } from "../../project/paths.ts";
import type { SecretRoots } from "../../secrets/places.ts";
import type { Context } from "../context.ts";

/** What is needed to tell: the whole context, or less where there is none. */
export type Whereabouts = Pick<Context, "io" | "usablePaths">;

/** Where the secrets of a command's project and user are. */
export function secretRoots({ io, usablePaths }: Whereabouts): SecretRoots {
  const user = usablePaths ?? new ProjectPaths(io.cwd, "working directory", io.home);
  return {
    root: usablePaths?.root ?? null,
    repository: usablePaths?.secrets ?? null,
    global: user.userSecrets ?? null,
    home: io.home ?? null,
  };
}
