/**
 * What of the state directory a carrier did not take, and why: nothing is left behind unsaid.
 *
 * Looked up on disk after the fact, so that a file that the carrier never met is found, too.
 * @module
 */
import { lstatSync, readdirSync, type Stats } from "node:fs";
import { systemErrorCode } from "../errors.ts";
import { ioError } from "../platform/io_error.ts";
import { readTextWithin } from "../platform/within.ts";
import type { Carrier, LayoutEntry, Stay } from "../state_layout/entry.ts";
import { LIMITS } from "../state_layout/limits.ts";
import { meaningOf, takes } from "../state_layout/lookup.ts";
import { FOLDERS, KEYS, SESSION_ID } from "../state_layout/names.ts";
import { LAYOUT } from "../state_layout/table.ts";

/** Why a file was left out. */
export type LeftOutReason =
  | Stay
  /** It was not asked for: a secret, or a file of a session that was not chosen. */
  | "not asked for"
  /** No row of the table has its name. */
  | "unknown"
  /** Not every system can have such a name. */
  | "name"
  /** It is larger than its kind may be. */
  | "size"
  /** It is a link or a special file. */
  | "no file"
  /** It cannot be read. */
  | "unreadable"
  /** It is about a session that is not taken, or that has no journal. */
  | "no session"
  /** It was changed or removed meanwhile. */
  | "not taken";

/** Files that were left out for one reason. */
export interface LeftOut {
  /** What they are: a path of the table, or their own name where the table has none. */
  readonly what: string;
  readonly why: LeftOutReason;
  readonly files: number;
  /** Their names relative to the state directory, sorted; of many the first {@link MOST_NAMES}. */
  readonly names: readonly string[];
}

/** Most names of one entry. */
const MOST_NAMES = 1000;

/** What was taken. */
export interface Taken {
  readonly carrier: Carrier;
  /** Names relative to the state directory. */
  readonly names: ReadonlySet<string>;
  /** The sessions that were asked for; absent for all. */
  readonly sessions?: ReadonlySet<string>;
  /** Whether secrets were asked for. */
  readonly secrets?: boolean;
}

/**
 * Looks for what was left out.
 * @param stateDirectory absolute path.
 */
export function leftOut(stateDirectory: string, taken: Taken): readonly LeftOut[] {
  const found = new Map<string, { what: string; why: LeftOutReason; names: Set<string> }>();
  const orphans = orphansIn(stateDirectory);
  const here = { orphans, isOfSession: () => currentIsHere(stateDirectory, orphans) };
  walk(stateDirectory, "", (name, stat) => {
    if (taken.names.has(name)) return;
    const session = sessionOf(name);
    const unasked = session !== null && taken.sessions?.has(session) === false;
    const { what, why } = unasked
      ? { what: SESSION_FOLDER, why: "not asked for" as const }
      : reasonOf(name, stat, taken, here);
    const key = `${why} ${what}`;
    const entry = found.get(key) ?? { what, why, names: new Set<string>() };
    entry.names.add(unasked ? SESSION_FOLDER.replace("<session>", session) : name);
    found.set(key, entry);
  });
  return [...found.values()].map(({ what, why, names }) => ({
    what,
    why,
    files: names.size,
    names: [...names].sort().slice(0, MOST_NAMES),
  })).sort((left, right) => left.what < right.what ? -1 : 1);
}

/** Stands for all files of a session that was not asked for. */
const SESSION_FOLDER = `${FOLDERS.sessions}/<session>/`;

function reasonOf(
  name: string,
  stat: Stats | null,
  { carrier, sessions, secrets }: Taken,
  { orphans, isOfSession }: Here,
): { readonly what: string; readonly why: LeftOutReason } {
  const meaning = meaningOf(name);
  if (meaning === null) {
    const row = rowAround(name);
    if (row === null) return { what: name, why: "unknown" };
    return { what: row.path, why: takes(carrier, row) ? "name" : row.stays ?? "name" };
  }
  const { entry } = meaning;
  const what = entry.path;
  if (!takes(carrier, entry)) return { what, why: entry.stays ?? "not taken" };
  if (stat === null) return { what, why: "unreadable" };
  if (!stat.isFile()) return { what, why: "no file" };
  if (entry.kind === "secret" && secrets !== true) return { what, why: "not asked for" };
  const session = sessionOf(name);
  if (session !== null && orphans(session)) return { what, why: "no session" };
  // The repository's journal names all sessions.
  if (meaning.parts.writer !== undefined && sessions !== undefined) {
    return { what, why: "not asked for" };
  }
  // The records of removals are about sessions, too.
  const about = meaning.parts.session;
  if (about !== undefined && sessions?.has(about) === false) return { what, why: "not asked for" };
  if (name === KEYS.current) {
    if (sessions !== undefined) return { what, why: "not asked for" };
    if (stat.size > entry.limit) return { what, why: "size" };
    // Where it names a session that is here, it is another checkout's: a linked worktree has its own.
    return { what, why: isOfSession() ? "machine" : "no session" };
  }
  return { what, why: stat.size > entry.limit ? "size" : "not taken" };
}

/** What is asked of the sessions that are here. */
interface Here {
  /** Whether a session has no journal. */
  readonly orphans: (session: string) => boolean;
  /** Whether the file `current` names one that has. */
  readonly isOfSession: () => boolean;
}

function currentIsHere(stateDirectory: string, orphans: Here["orphans"]): boolean {
  const path = `${stateDirectory}/${KEYS.current}`;
  const id = readTextWithin(stateDirectory, path, LIMITS.short)?.trim() ?? "";
  return SESSION_ID.test(id) && !orphans(id);
}

/** The session whose folder a name belongs to; null for any other name. */
function sessionOf(name: string): string | null {
  const [folder, session, file] = name.split("/");
  const isSession = folder === FOLDERS.sessions && session !== undefined && file !== undefined &&
    SESSION_ID.test(session);
  return isSession ? session : null;
}

/** Tells which folders of sessions have no journal. Each is looked at once. */
function orphansIn(stateDirectory: string): (session: string) => boolean {
  const known = new Map<string, boolean>();
  return (session) => {
    let orphan = known.get(session);
    if (orphan === undefined) {
      orphan = statOf(`${stateDirectory}/${KEYS.sessionJournal(session)}`) === null;
      known.set(session, orphan);
    }
    return orphan;
  };
}

/** The row whose files a name would be among if it were another one. */
function rowAround(name: string): LayoutEntry | null {
  const row = LAYOUT.find(({ path }) =>
    /<(?:path|name|secret file)>$/.test(path) && isBelow(name, path)
  );
  return row ?? null;
}

/** Whether a name lies in the folder of a row. */
function isBelow(name: string, path: string): boolean {
  const folders = path.split("/").slice(0, -1);
  const names = name.split("/");
  return folders.length > 0 && names.length > folders.length &&
    folders.every((folder, index) => folder === names[index] || folder.startsWith("<"));
}

/** Shows every file below a folder, links and special files too. Empty folders hold nothing. */
function walk(
  directory: string,
  base: string,
  see: (name: string, stat: Stats | null) => void,
): void {
  let names: readonly string[];
  try {
    names = readdirSync(base === "" ? directory : `${directory}/${base}`);
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === undefined) throw error;
    if (code === "ENOENT" || code === "ENOTDIR") return;
    if (base === "") throw ioError("read", directory, error);
    return see(base, null);
  }
  for (const entry of names) {
    const name = base === "" ? entry : `${base}/${entry}`;
    const stat = statOf(`${directory}/${name}`);
    if (stat?.isDirectory() === true) walk(directory, name, see);
    else see(name, stat);
  }
}

/** What is there, links not followed; null when nothing is, or the system does not say. */
function statOf(path: string): Stats | null {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) ?? null;
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
    return null;
  }
}
