/**
 * What leaves this machine, and by which names: the one table that snapshots and the state branch
 * share.
 *
 * Only names of these exact forms are ever written or accepted, so that a name from elsewhere can
 * neither leave the state directory nor mean two things on one file system. Locks, bindings of
 * agents, backups and unfinished work mean something on one machine only; `state.json` is derived
 * and made anew from the journal.
 * @module
 */
import { KEYS } from "../project/paths.ts";
import { JOURNAL, SESSION_ID } from "../storage/keys.ts";

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
  /** A file of the repository. */
  | { readonly kind: "repository"; readonly name: string }
  /** A secret: only ever in an encrypted snapshot, never on a branch. */
  | { readonly kind: "secret"; readonly name: string };

/** The first entry of every snapshot. */
export const MANIFEST = "manifest.json";

/** The folder of secrets in the state directory. */
export const SECRETS = "secrets/";

const REPOSITORY_FILES: ReadonlySet<string> = new Set([KEYS.meta, KEYS.config, KEYS.current]);

/** A session's files besides its journal, by name in its folder. */
const SESSION_FILES: readonly { readonly pattern: RegExp; readonly lines: boolean }[] = [
  { pattern: /^meta\.json$/, lines: false },
  { pattern: /^workflow\.yaml$/, lines: false },
  { pattern: /^feedback\/(?:tool|process)\.jsonl$/, lines: true },
];

/** Names that Windows keeps for devices, with any extension. */
const WINDOWS_DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/;

/** Lower case only, so that no two names are one on a file system that ignores case. */
const SECRET_NAME = /^secrets\/[a-z0-9_][a-z0-9_.-]{0,99}$/;

/** What a name stands for; null for a name that no snapshot has. */
export function contentOf(name: string): ContentKind | null {
  if (REPOSITORY_FILES.has(name)) return { kind: "repository", name };
  if (SECRET_NAME.test(name)) {
    const base = name.slice(SECRETS.length);
    const unsafe = WINDOWS_DEVICE.test(base) || base.endsWith(".") || base === "lock";
    return unsafe ? null : { kind: "secret", name };
  }
  const parts = /^sessions\/([^/]*)\/(.+)$/.exec(name);
  const session = parts?.[1];
  const rest = parts?.[2];
  if (session === undefined || rest === undefined || !SESSION_ID.test(session)) return null;
  if (rest === JOURNAL) return { kind: "journal", session };
  const file = SESSION_FILES.find(({ pattern }) => pattern.test(rest));
  return file === undefined ? null : { kind: "session", session, name: rest, lines: file.lines };
}

/** The name of a session's journal. */
export function journalName(session: string): string {
  return `sessions/${session}/${JOURNAL}`;
}
