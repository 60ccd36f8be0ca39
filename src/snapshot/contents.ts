/**
 * What leaves this machine, and by which names: what snapshots and the state branch see of the table
 * in `state_layout/`.
 *
 * Only names that the table has are ever written or accepted, so that a name from elsewhere can
 * neither leave the state directory nor mean two things on one file system.
 * @module
 */
import type { Carrier } from "../state_layout/entry.ts";
import { meaningOf, takes } from "../state_layout/lookup.ts";
import { FOLDERS, KEYS } from "../state_layout/names.ts";

/** What a file of a snapshot is. */
export type ContentKind =
  /** The journal of a session. */
  | { readonly kind: "journal"; readonly session: string }
  /** Another file of a session; `lines` when it only ever grows by lines. */
  | {
    readonly kind: "session";
    readonly session: string;
    readonly name: string;
    readonly lines: boolean;
  }
  /** A file of the repository; `lines` when it only ever grows by lines. */
  | { readonly kind: "repository"; readonly name: string; readonly lines: boolean }
  /** A secret: only ever in an encrypted snapshot, never on a branch. */
  | { readonly kind: "secret"; readonly name: string }
  /** A file of the old tool. */
  | { readonly kind: "old"; readonly name: string }
  | { readonly kind: "old"; readonly name: string; readonly session: string };

/** The first entry of every snapshot. */
export const MANIFEST = "manifest.json";

/**
 * What a name refers to.
 * @param carrier what includes it. Default: the one that includes most.
 * @returns null for a name that it never includes.
 */
export function contentOf(name: string, carrier: Carrier = "encrypted"): ContentKind | null {
  const meaning = meaningOf(name);
  if (meaning === null || !takes(carrier, meaning.entry)) return null;
  const { entry: { kind, merge, stays, owner }, parts: { session } } = meaning;
  if (kind === "secret") return { kind: "secret", name };
  const isOfSession = owner === "session" && session !== undefined;
  if (stays === "unchecked") return { kind: "old", name, ...(isOfSession ? { session } : {}) };
  if (!isOfSession) {
    return { kind: "repository", name, lines: kind === "lines" || kind === "journal" };
  }
  if (kind === "journal") return { kind: "journal", session };
  const rest = name.slice(`sessions/${session}/`.length);
  return { kind: "session", session, name: rest, lines: merge === "union" };
}

/** The folder of the records of removed sessions. */
const REMOVED = `${FOLDERS.removed}/`;

/** The session whose removals a file records; null for other files. */
export function removedSession(name: string): string | null {
  return name.startsWith(REMOVED) ? meaningOf(name)?.parts.session ?? null : null;
}

/** Whether a name is that of a chain of the repository's journal. */
export function isRepositoryLog(name: string): boolean {
  return name.startsWith(`${FOLDERS.log}/`) && meaningOf(name)?.parts.writer !== undefined;
}

/** Whether a name is that of a file of a session's history. */
export function isHistory(name: string): boolean {
  const session = meaningOf(name)?.parts.session;
  return session !== undefined && name.startsWith(`${FOLDERS.sessions}/${session}/history/`);
}

/** The name of a session's journal. */
export function journalName(session: string): string {
  return KEYS.sessionJournal(session);
}
