/**
 * Whether a journal or a manifest of a migration can be this program's: every path in it stays where a
 * migration works. A repository may bring files of these names, and what they say moves and removes
 * files.
 * @module
 */
import { inventoryRow } from "../legacy/inventory.ts";
import { MIGRATION, STATE_DIRECTORY } from "../project/paths.ts";
import { workflowPlaces } from "../project/usual_workflow.ts";
import { isSafePath } from "../project/unfinished_work.ts";
import { SESSION_ID } from "../storage/keys.ts";
import type { Manifest, MigrationJournal, MigrationMarker } from "./records.ts";

const BACKUP = new RegExp(`^${MIGRATION.backup}/[^/]+$`);
const STAGING = new RegExp(`^${MIGRATION.staging.replaceAll(".", "\\.")}[a-z0-9]+$`);

/** @returns what cannot be, as a clause; null when nothing is wrong. */
export function wrongInJournal(journal: MigrationJournal): string | null {
  if (!isBackup(journal.backup)) return "its backup is not a folder of migration_backup/";
  if (!isSafePath(journal.staging) || !STAGING.test(journal.staging)) {
    return "its staging folder is not that of a migration";
  }
  if (typeof journal.before !== "object" || journal.before === null) {
    return "it does not record what existed before";
  }
  return journal.kept === undefined || isListOf(journal.kept, (name) => typeof name === "string")
    ? null
    : "it has no valid list of files that stay";
}

/** As {@link wrongInJournal}. */
export function wrongInMarker(marker: MigrationMarker): string | null {
  return isBackup(marker.backup) ? null : "its backup is not a folder of migration_backup/";
}

/** As {@link wrongInJournal}. */
export function wrongInManifest(manifest: Manifest): string | null {
  const lists: readonly (readonly [string, unknown, (entry: never) => boolean])[] = [
    ["originals", manifest.originals, isOriginal],
    ["files", manifest.files, isMoved],
    ["sessions", manifest.sessions, isMade],
    ["olderSessions", manifest.olderSessions, isSession],
    ["feedback", manifest.feedback, isFeedback],
    ["replaced", manifest.replaced, isReplaced],
    ["folders", manifest.folders, isFolder],
  ];
  for (const [name, value, check] of lists) {
    if (!isListOf(value, check)) {
      return `its list "${name}" contains entries that no migration writes`;
    }
  }
  if (typeof manifest.before !== "object" || manifest.before === null) {
    return "it does not record what existed before";
  }
  const { aliases, current } = manifest;
  if (typeof aliases !== "object" || aliases === null || !Object.values(aliases).every(isSession)) {
    return "its old ids do not map to sessions";
  }
  return current === null || isSession(current) ? null : "its current session is not a session";
}

function isBackup(backup: unknown): boolean {
  return isSafePath(backup) && BACKUP.test(backup);
}

/** A place of the old tool, or a file in such a place. */
function isOriginal({ path }: Manifest["originals"][number]): boolean {
  if (!isSafePath(path)) return false;
  for (let end = path.length; end > 0; end = path.lastIndexOf("/", end - 1)) {
    if (inventoryRow(path.slice(0, end)) !== null) return true;
  }
  return false;
}

function isMoved({ from, to }: Manifest["files"][number]): boolean {
  return isSafePath(from) && isSafePath(to) && to.startsWith(`${STATE_DIRECTORY}/`);
}

function isMade({ id }: Manifest["sessions"][number]): boolean {
  return isSession(id);
}

function isFeedback(part: Manifest["feedback"][number]): boolean {
  return isSession(part.session) && (part.kind === "tool" || part.kind === "process") &&
    isListOf(part.lines, (line) => typeof line === "string");
}

function isReplaced({ path }: Manifest["replaced"][number]): boolean {
  return workflowPlaces(false).includes(path) ||
    (isSafePath(path) && path.startsWith(`${STATE_DIRECTORY}/`));
}

function isFolder({ path, mode, mtimeMs }: Manifest["folders"][number]): boolean {
  return (path === "" || isSafePath(path)) && Number.isSafeInteger(mode) &&
    typeof mtimeMs === "number";
}

function isSession(id: unknown): boolean {
  return typeof id === "string" && SESSION_ID.test(id);
}

function isListOf<Entry>(value: unknown, check: (entry: Entry) => boolean): boolean {
  return Array.isArray(value) && value.every((entry) => entry !== null && check(entry));
}
