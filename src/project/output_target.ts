/**
 * Files that a person names for a command's output: never the state, never git's own files, and never
 * through a link out of the project.
 * @module
 */
import { existsSync, realpathSync } from "node:fs";
import { basename, dirname, join, resolve, win32 } from "node:path";
import { OrchestratorError } from "../errors.ts";
import { gitDirectoryAbove, sharedDirectory } from "../platform/git_pointer.ts";
import { type OutputPlace, outputPlace } from "../platform/output_file.ts";
import { partBelow } from "../platform/path.ts";
import { isWindows } from "../platform/runtime.ts";
import { whyNotOnWindows } from "../state_layout/windows_names.ts";
import { isRepository } from "./git_files.ts";
import { type OrchestratorPaths, STATE_DIRECTORY } from "./paths.ts";

/** Folders that belong to a program, in any project and however the name is capitalised. */
const OWNED: readonly string[] = [STATE_DIRECTORY, ".git", ".jj", ".hg"];

/**
 * Where a command's output goes.
 * @param request.cwd what a relative name starts from.
 * @param request.output the name as it was given.
 * @param request.windows whether the names of Windows count. Default: on Windows.
 * @throws `already_exists` for a directory; `file_unknown` without its folder; `invalid_argument` in a
 *   folder of the state or of git, also behind links; `link_refused` where a link in the project leads out.
 */
export function outputTarget(
  paths: OrchestratorPaths,
  { cwd, output, windows = isWindows }: {
    readonly cwd: string;
    readonly output: string;
    readonly windows?: boolean;
  },
): OutputPlace {
  // Before the name is resolved: Windows would make a path of the device of it.
  const why = windows ? whyNotOnWindows(win32.basename(output)) : null;
  if (why !== null) {
    throw refusal("invalid_argument", output, why, { hint: "Choose another name" });
  }
  const named = resolve(paths.resolveFrom(cwd, output));
  const place = outputPlace(named);
  if (place.isDirectory) {
    throw refusal("already_exists", output, "it is a directory", {
      hint: "Choose another name, or omit -o to write to stdout",
    });
  }
  if (!existsSync(dirname(place.path))) {
    throw refusal("file_unknown", output, `the folder "${dirname(output)}" does not exist`, {
      hint: "Create the folder, or choose another one",
    });
  }
  const root = real(paths.root);
  const target = join(real(dirname(place.path)), basename(place.path));
  const owner = ownerOf(target, { paths, root });
  if (owner !== null) {
    throw refusal("invalid_argument", output, `it is inside "${owner}"`, {
      hint: "Choose a name outside of that folder",
    });
  }
  const isNamedInside = isIn(paths.root, named) || isIn(root, named);
  if (isNamedInside && !isIn(root, target)) {
    throw refusal("link_refused", output, `a link leads out of the project, to "${target}"`, {
      hint: "Choose another name",
    });
  }
  return place;
}

/** The refusal to overwrite what the command did not write. */
export function refusedOverwrite(output: string, why = "it already exists"): OrchestratorError {
  return refusal("already_exists", output, why, { hint: "Choose another name" });
}

/**
 * The folder, or file, of the state or of git that a path is in; null where it is in none. A project that
 * is itself below such a folder, such as a worktree, may be written in.
 */
function ownerOf(
  target: string,
  { paths, root }: { readonly paths: OrchestratorPaths; readonly root: string },
): string | null {
  const own = gitDirectoryAbove(paths.root);
  const shared = own === null ? null : sharedDirectory(own);
  const known = [paths.stateDirectory, own, shared].flatMap((path) =>
    path === null ? [] : [real(path)]
  );
  for (let folder = target;; folder = dirname(folder)) {
    if (dirname(folder) === folder) return null;
    const isOwned = OWNED.includes(basename(folder).toLowerCase()) || known.some((path) =>
      isSame(path, folder)
    ) ||
      isRepository(folder);
    const isAroundProject = !isSame(folder, root) && isIn(folder, root) && isIn(root, target);
    if (isOwned && !isAroundProject) return folder;
  }
}

function isSame(left: string, right: string): boolean {
  return partBelow(left, right) === "";
}

function isIn(folder: string, path: string): boolean {
  return partBelow(folder, path) !== null;
}

/** The path itself where it cannot be resolved. */
function real(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    return resolve(path);
  }
}

function refusal(
  code: "already_exists" | "file_unknown" | "invalid_argument" | "link_refused",
  output: string,
  why: string,
  { hint }: { readonly hint: string },
): OrchestratorError {
  return new OrchestratorError(code, `Cannot write "${output}": ${why}`, { hint });
}
