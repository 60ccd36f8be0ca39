/**
 * Determines which files of a state directory this program has written, using the table of names.
 * @module
 */
import { readdirSync } from "node:fs";
import { isAbsent } from "../errors.ts";
import { ioError } from "../platform/io_error.ts";
import { readTextWithin } from "../platform/within.ts";
import { meaningOf } from "../state_layout/lookup.ts";
import { LIMITS } from "../state_layout/limits.ts";
import { FOLDERS, KEYS, LOCK, OLD_SESSION_ID, SESSION_ID } from "../state_layout/names.ts";

/** Why a file of the state directory is not removed. */
export type KeptBecause =
  /** The table has no row for it. */
  | "not written by orchestrator"
  /** The old tool's, or a person's: moved or copied here, and maybe nowhere else any more. */
  | "original files of the old tool"
  /** People write it. */
  | "the workflow definition of the project"
  | "makes git ignore the other files";

/** Files that stay, by the folder or the file that is named to people. */
export interface Kept {
  /** Relative to the state directory, with `/`. */
  readonly path: string;
  readonly files: number;
  readonly because: KeptBecause;
}

/** The content of a state directory. Paths are relative to it, with `/`. */
export interface Survey {
  /** All that this program has written and nothing is lost with, in no order. */
  readonly ours: readonly string[];
  /** Ids of sessions of which there is anything. */
  readonly sessions: readonly string[];
  /** Names of the files of secrets. */
  readonly secrets: readonly string[];
  readonly kept: readonly Kept[];
}

/** Folders whose files were people's before they came here. */
const ORIGINALS: ReadonlySet<string> = new Set([
  FOLDERS.migrationBackup,
  FOLDERS.archive,
  FOLDERS.prd,
]);

/** What goes last: it tells that there is a project, and keeps git from seeing the rest. */
export const LAST: readonly string[] = [KEYS.meta, KEYS.gitignore, LOCK];

/**
 * Looks at every name below the state directory. Follows no link: a link is a name like others.
 * @param directory absolute path; it need not exist.
 * @throws I/O errors
 */
export function surveyState(directory: string): Survey {
  const ours: string[] = [];
  const sessions = new Set<string>();
  const secrets: string[] = [];
  const kept = new Map<string, { files: number; because: KeptBecause }>();
  for (const path of pathsBelow(directory, "")) {
    const [first = "", second = ""] = path.split("/");
    const meaning = meaningOf(path);
    const isOriginal = ORIGINALS.has(first) || (path === KEYS.current && isOldCurrent(directory));
    if (meaning === null || isOriginal || path === KEYS.workflow) {
      const because = path === KEYS.workflow
        ? "the workflow definition of the project"
        : isOriginal
        ? "original files of the old tool"
        : "not written by orchestrator";
      const shown = ORIGINALS.has(first) ? first : path;
      kept.set(shown, { files: (kept.get(shown)?.files ?? 0) + 1, because });
      continue;
    }
    ours.push(path);
    if (first === FOLDERS.sessions && SESSION_ID.test(second)) sessions.add(second);
    if (meaning.entry.kind === "secret") secrets.push(path.slice(FOLDERS.secrets.length + 1));
  }
  // What git must not see stays as long as something of it does.
  const guard = ours.indexOf(KEYS.gitignore);
  if (kept.size > 0 && guard >= 0) {
    ours.splice(guard, 1);
    kept.set(KEYS.gitignore, { files: 1, because: "makes git ignore the other files" });
  }
  return {
    ours,
    sessions: [...sessions].sort(),
    secrets: secrets.sort(),
    kept: [...kept].map(([path, { files, because }]) => ({ path, files, because })),
  };
}

/** Whether `current` is the old tool's: this program does not write it then. */
function isOldCurrent(directory: string): boolean {
  const text = readTextWithin(directory, `${directory}/${KEYS.current}`, LIMITS.short);
  return OLD_SESSION_ID.test(text?.trim() ?? "");
}

/** Everything that is not a folder. */
function* pathsBelow(directory: string, prefix: string): Generator<string> {
  let entries;
  try {
    entries = readdirSync(directory, { withFileTypes: true });
  } catch (error) {
    if (isAbsent(error)) return;
    throw ioError("read", directory, error);
  }
  for (const entry of entries) {
    const path = `${prefix}${entry.name}`;
    if (entry.isDirectory()) yield* pathsBelow(`${directory}/${entry.name}`, `${path}/`);
    else yield path;
  }
}
