/**
 * Completing the list of what git ignores, where the old tool or an earlier version left a selective one.
 * @module
 */
import { replaceFile } from "../platform/atomic_file.ts";
import { readTextWithin } from "../platform/within.ts";
import { gitignoreFor } from "./gitignore.ts";
import { readRepositoryMeta } from "./identity.ts";
import type { OrchestratorPaths } from "./paths.ts";

/** A longer list of what git ignores is none. */
const MAX_TEXT_BYTES = 1024 * 1024;

/** Adds what is missing for the project's mode. The repository is held. */
export function completeGitignore(paths: OrchestratorPaths): void {
  const mode = readRepositoryMeta(paths.metaFile)?.mode ?? "normal";
  const within = paths.stateDirectory;
  const present = readTextWithin(within, paths.gitignore, MAX_TEXT_BYTES);
  const wanted = gitignoreFor(mode, present);
  if (wanted !== present) replaceFile(paths.gitignore, wanted, { within });
}
