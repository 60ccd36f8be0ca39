/**
 * Where the secrets of a command lie.
 * @module
 */
import type { SecretRoots } from "../secrets/places.ts";
import type { Context } from "./context.ts";

/** Where the secrets of a command's project and user are. */
export function secretRoots({ io, paths }: Context): SecretRoots {
  const inProject = !paths.isHome;
  return {
    root: inProject ? paths.root : null,
    repository: inProject ? paths.secrets : null,
    global: paths.userSecrets ?? null,
    home: io.home ?? null,
  };
}
