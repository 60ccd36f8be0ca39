/**
 * Where the secrets of a command lie.
 * @module
 */
import { OrchestratorPaths } from "../../project/paths.ts";
import type { SecretRoots } from "../../secrets/places.ts";
import type { Whereabouts } from "../workspace.ts";

/** Where the secrets of a command's project and user are. */
export function secretRoots({ io, usablePaths }: Whereabouts): SecretRoots {
  const user = usablePaths ?? new OrchestratorPaths(io.cwd, "working directory", io.home);
  return {
    root: usablePaths?.root ?? null,
    repository: usablePaths?.secrets ?? null,
    global: user.userSecrets ?? null,
    home: io.home ?? null,
  };
}
