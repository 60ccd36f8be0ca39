/**
 * What people have confirmed, as use cases read and change it.
 * @module
 */
import { DEFAULT_LOCK_TIMEOUT } from "../config/quick_checks.ts";
import { Trust } from "../trust/trust.ts";
import type { TrustChange } from "../trust/trust_file.ts";
import type { Configuration, Identity, Project } from "./workspace.ts";

/** What a person has confirmed of what this repository's files choose. */
export function trustOf(
  { io, paths }: Pick<Project, "io"> & { readonly paths: { readonly root: string } },
): Trust {
  return new Trust(io, paths.root);
}

/** Who changes the file, and how long it is waited for. */
export function trustChange(
  { actor, operation, loadedConfig }:
    & Pick<Identity, "actor">
    & Pick<Configuration, "loadedConfig">
    & { readonly operation: string },
): TrustChange {
  const seconds = loadedConfig?.get("lock_timeout") ?? DEFAULT_LOCK_TIMEOUT;
  return { actor, operation, timeoutMs: seconds * 1000 };
}
