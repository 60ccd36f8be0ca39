/**
 * Which sessions of a commit come here. There may be thousands, most of them ended long ago: they are
 * read from the branch, and come when they are needed.
 * @module
 */
import { recordedSessions } from "../session/removed_sessions.ts";
import type { SessionManager } from "../session/session_manager.ts";
import { KEYS } from "../state_layout/names.ts";
import { SESSION_ID } from "../storage/keys.ts";
import type { BranchTree } from "./branch_tree.ts";
import type { Git } from "./git.ts";
import { readBlobs } from "./objects.ts";
import { standingHere } from "./removals.ts";
import { completeIndex } from "./session_index.ts";

/** Which sessions a merge looks at. */
export type Scope =
  | "all"
  /** Those that are here. */
  | "here"
  /** The same, those whose workflow is or may be active, and the current one where there is none. */
  | "active"
  /** Those that are here, these, and the current one where there is none. */
  | { readonly with: readonly string[] }
  /** Only these. */
  | { readonly only: readonly string[] };

/** The sessions of a commit that a scope means, and those whose removals are to be known. */
export async function sessionsIn(
  scope: Scope,
  { git, manager, tree }: {
    readonly git: Git;
    readonly manager: SessionManager;
    readonly tree: BranchTree;
  },
): Promise<{ readonly sessions: readonly string[]; readonly recorded: readonly string[] }> {
  if (scope === "all") return { sessions: [...tree.folders.keys()], recorded: tree.recorded };
  if (typeof scope === "object" && "only" in scope) {
    return { sessions: scope.only, recorded: scope.only };
  }
  const here = await manager.listSessions();
  const sessions = new Set([
    ...here,
    // A session removed here may have continued there.
    ...(await standingHere(manager)).keys(),
    ...scope === "active" ? await activeSessions(git, tree) : [],
    ...typeof scope === "object" ? scope.with : [],
    ...scope === "here" ? [] : await missingCurrent({ git, manager, tree }),
  ]);
  const recorded = [...sessions, ...await recordedSessions(manager.backend)];
  return { sessions: [...sessions], recorded };
}

/** One that cannot be read may be a newer program's: the merge says so of it. */
const MAY_BE_ACTIVE: ReadonlySet<string> = new Set(["active", "unreadable"]);

async function activeSessions(git: Git, tree: BranchTree): Promise<readonly string[]> {
  const index = await completeIndex(git, tree);
  return [...index.values()].filter(({ status }) => MAY_BE_ACTIVE.has(status)).map(({ id }) => id);
}

/** The commit's current session, or its only one, where none is current here. */
async function missingCurrent(
  { git, manager, tree }: {
    readonly git: Git;
    readonly manager: SessionManager;
    readonly tree: BranchTree;
  },
): Promise<readonly string[]> {
  const { backend } = manager;
  const here = (await backend.readText(KEYS.current))?.trim() ?? "";
  if (SESSION_ID.test(here) && await backend.hasSession(here)) return [];
  const file = tree.files.get(KEYS.current);
  if (file === undefined) return tree.folders.size === 1 ? [...tree.folders.keys()] : [];
  const [blob] = file.size > MOST_BYTES ? [] : await readBlobs(git, [file.oid]);
  const id = new TextDecoder().decode(blob).trim();
  return SESSION_ID.test(id) ? [id] : [];
}

/** More than an id ever has. */
const MOST_BYTES = 4096;
