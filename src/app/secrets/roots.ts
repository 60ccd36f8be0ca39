/**
 * Where the secrets of a command lie.
 * @module
 */
import { join } from "node:path";
import type { Config } from "../../config/config.ts";
import { OrchestratorError } from "../../errors.ts";
import { OrchestratorPaths } from "../../project/paths.ts";
import { userCacheDirectory } from "../../project/user_cache.ts";
import type { SecretRoots } from "../../secrets/places.ts";
import { SECRETS_CACHE } from "../../state_layout/places.ts";
import { expandHome } from "../workflow_file.ts";
import type { Project, Whereabouts } from "../workspace.ts";

/** Where the secrets of a command's project and user are. */
export function secretRoots(workspace: Whereabouts & Partial<Pick<Project, "meta">>): SecretRoots {
  const { io, usablePaths } = workspace;
  const id = usablePaths === null ? null : idOf(workspace);
  const cache = userCacheDirectory(io);
  const user = usablePaths ?? new OrchestratorPaths(io.cwd, "working directory", io.home);
  return {
    root: usablePaths?.root ?? null,
    id,
    repository: usablePaths?.secrets ?? null,
    global: user.userSecrets ?? null,
    globalHere: user.userSecrets === undefined || id === null ? null : join(user.userSecrets, id),
    home: io.home ?? null,
    cache: cache === null ? null : join(cache, SECRETS_CACHE),
  };
}

/** Absolute paths of the files that the configuration names. */
export function secretFiles({ io, usablePaths }: Whereabouts, config: Config): readonly string[] {
  const paths = usablePaths ?? new OrchestratorPaths(io.cwd, "working directory", io.home);
  return config.get("secrets.files")
    .map((path) => paths.resolveFrom(paths.root, expandHome(path, io.home)));
}

/** The repository's id; null where it has none yet, or its file cannot be read. */
function idOf(workspace: Partial<Pick<Project, "meta">>): string | null {
  try {
    const id = workspace.meta?.id ?? null;
    // It becomes the name of a folder.
    return id !== null && /^[\w-]{1,100}$/.test(id) ? id : null;
  } catch (error) {
    if (error instanceof OrchestratorError) return null;
    throw error;
  }
}
