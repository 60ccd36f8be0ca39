/**
 * What a name in the state directory means: the one table that everything else is derived from, the
 * names that commands use, what git ignores, what snapshots and the state branch take, how two
 * copies merge, what `doctor` knows, and the page in `docs/design/on-disk-format.md`.
 *
 * The first row that fits a path counts; the rows of unfinished work go before the others.
 * @module
 */
import type { Carrier, LayoutEntry } from "./entry.ts";
import { LIMITS } from "./limits.ts";
import {
  CURRENT_BESIDE_OLD,
  FOLDERS,
  IMPORT_FOLDER,
  KEYS,
  LOCK,
  MIGRATION,
  UNFINISHED,
} from "./names.ts";

/** All carriers. */
export const CARRIERS = ["git", "branch", "snapshot", "encrypted", "backend"] as const;

const EVERYWHERE: readonly Carrier[] = CARRIERS;
const NOWHERE: readonly Carrier[] = [];
const ENCRYPTED: readonly Carrier[] = ["encrypted"];

/** What the rows of one place have in common, and what each has of its own. */
type Row = Omit<LayoutEntry, "path">;

const repository = { owner: "repository", mode: "shared", stays: null } as const;
const session = { owner: "session", mode: "shared", stays: null } as const;
const machine = {
  owner: "machine",
  mode: "shared",
  carriers: NOWHERE,
  stays: "machine",
  merge: "none",
} as const;
const wayBack = { ...machine, stays: "way back" } as const;
const unfinished = { ...machine, kind: "unfinished", limit: LIMITS.file } as const;
const secret = {
  owner: "person",
  kind: "secret",
  mode: "private",
  limit: LIMITS.secret,
  carriers: ENCRYPTED,
  stays: "secret",
  merge: "first",
} as const;
const oldFile = {
  kind: "file",
  mode: "shared",
  limit: LIMITS.file,
  carriers: ENCRYPTED,
  stays: "unchecked",
  merge: "first",
} as const;

const ROWS: Readonly<Record<string, Row>> = {
  [KEYS.meta]: {
    ...repository,
    kind: "json",
    limit: LIMITS.meta,
    carriers: EVERYWHERE,
    merge: "first",
    what:
      "`format` 1, repository `id` (26 characters base32), `created`, `mode`, `remote` without credentials, `rootCommit` (the first of the history), `tool`, `imported` (old session ids → new)",
  },
  [KEYS.gitignore]: {
    ...repository,
    kind: "text",
    limit: LIMITS.text,
    carriers: ["git"],
    stays: "derived",
    merge: "derived",
    what:
      "`*` in normal mode; in portable mode the files that must never be committed. Added lines are kept",
  },
  [KEYS.gitattributes]: {
    ...repository,
    kind: "text",
    limit: LIMITS.text,
    carriers: ["git"],
    stays: "derived",
    merge: "derived",
    what: "in portable mode: git preserves the bytes, and a conflicting merge keeps one side whole",
  },
  [KEYS.workflow]: {
    ...repository,
    kind: "text",
    limit: LIMITS.definition,
    carriers: ["git"],
    stays: "with the project",
    merge: "none",
    what:
      "the workflow definition of the project, in portable mode; people write it, and this program never removes it",
  },
  [KEYS.workflowSchema]: {
    ...repository,
    kind: "json",
    limit: LIMITS.text,
    carriers: ["git"],
    stays: "derived",
    merge: "derived",
    what:
      "the JSON Schema of `workflow.yaml`, for editors; written by `init`, never read by this program",
  },
  [KEYS.config]: {
    ...repository,
    kind: "text",
    limit: LIMITS.text,
    carriers: EVERYWHERE,
    merge: "newest",
    what: "the repository's configuration: the keys of `config/keys.ts` as nested maps",
  },
  [KEYS.current]: {
    ...machine,
    owner: "person",
    kind: "text",
    limit: LIMITS.short,
    carriers: ["branch", "snapshot", "encrypted"],
    merge: "first",
    what: "ID of the current session",
  },
  [KEYS.binding("<agent>")]: {
    ...machine,
    kind: "text",
    limit: LIMITS.short,
    what:
      "ID of the session that an agent uses; the key is a hash of the agent's own session ID, which is not stored",
  },
  [CURRENT_BESIDE_OLD]: {
    ...machine,
    kind: "text",
    limit: LIMITS.short,
    what: "ID of the current session while `current` is the old tool's, until a migration",
  },
  [`${FOLDERS.checkouts}/<worktree>/${KEYS.current}`]: {
    ...machine,
    kind: "text",
    limit: LIMITS.short,
    what:
      "ID of the current session of a linked worktree, by git's own name of it and when git made it",
  },
  [`${FOLDERS.checkouts}/<worktree>/${KEYS.binding("<agent>")}`]: {
    ...machine,
    kind: "text",
    limit: LIMITS.short,
    what: "As `bindings/<agent>`, for an agent that runs in a linked worktree",
  },
  [LOCK]: {
    ...machine,
    kind: "lock",
    limit: LIMITS.short,
    what:
      "kernel lock of the repository; its content, `{id, operation, pid, host, actor, since}`, serves messages only. Unlinked only by a rollback to a time without it",
  },
  [KEYS.removed("<session>")]: {
    ...repository,
    kind: "lines",
    limit: LIMITS.removals,
    carriers: EVERYWHERE,
    merge: "union",
    what: "removals of sessions, and when they were restored: one object a line",
  },
  [KEYS.repositoryLog("<writer>")]: {
    ...repository,
    kind: "journal",
    limit: LIMITS.lines,
    carriers: EVERYWHERE,
    merge: "journal",
    what:
      "journal of the repository: what happens to sessions as wholes; one chain for each writer, which is a clone on a machine",
  },
  [KEYS.writer]: {
    ...machine,
    kind: "json",
    limit: LIMITS.short,
    what:
      "`format` 1, the `writer` whose chain this clone writes, `seq` and `hash` of its last line, `next` (the end of an append that may have been cut off), `previous` (the chain before)",
  },

  "secrets/.gitignore": {
    ...secret,
    kind: "text",
    carriers: NOWHERE,
    stays: "derived",
    merge: "derived",
    what: "`*`, regardless of other ignore files",
  },
  "secrets/<secret>": {
    ...secret,
    what: "a secret, UTF-8; a trailing line break is not part of it",
  },
  "secrets/<secret>.age": { ...secret, what: "a secret in the age format" },
  "secrets/<secret file>": {
    ...secret,
    limit: LIMITS.secret,
    what: "the old tool's encrypted files and keys, bytes untouched",
  },

  [KEYS.sessionJournal("<session>")]: {
    ...session,
    kind: "journal",
    limit: LIMITS.journal,
    carriers: EVERYWHERE,
    merge: "journal",
    what: "the journal; the ID of the session is 13 characters base32 (65 bits)",
  },
  [KEYS.sessionMeta("<session>")]: {
    ...session,
    kind: "json",
    limit: LIMITS.meta,
    carriers: EVERYWHERE,
    merge: "with journal",
    what: "`id`, `name`, `task`, `created`, `actor`, `branch`, `parent`",
  },
  [KEYS.sessionState("<session>")]: {
    ...session,
    kind: "json",
    limit: LIMITS.state,
    carriers: ["git", "backend"],
    stays: "derived",
    merge: "derived",
    what:
      "`checksum` of the rest, `format` 2, `lineage`, `seq`, `hash` of line `seq`, `mark`, `tool`, `state`",
  },
  [KEYS.sessionWorkflow("<session>")]: {
    ...session,
    kind: "text",
    limit: LIMITS.definition,
    carriers: EVERYWHERE,
    merge: "first",
    what: "the bytes of the definition, frozen at start",
  },
  [KEYS.sessionCompared("<session>")]: {
    ...machine,
    kind: "json",
    limit: LIMITS.text,
    what:
      "what was last found when proofs were compared with the files: shown by `status`, never decided on; losing it loses nothing",
  },
  [`sessions/<session>/${LOCK}`]: {
    ...machine,
    kind: "lock",
    limit: LIMITS.short,
    what: "kernel lock of the session, as `lock`; never unlinked",
  },
  "sessions/<session>/feedback/<feedback>.jsonl": {
    ...session,
    kind: "lines",
    limit: LIMITS.lines,
    carriers: EVERYWHERE,
    merge: "union",
    what: "`tool` and `process`: one object `{time, actor, text}` a line",
  },
  [KEYS.history("<session>", "<sha256>")]: {
    ...session,
    kind: "file",
    limit: LIMITS.history,
    carriers: EVERYWHERE,
    merge: "first",
    what: "a log of the old tool that an event of the journal names by its hash",
  },
  [KEYS.setAside("<session>", "<name>")]: {
    ...wayBack,
    kind: "file",
    limit: LIMITS.file,
    what: "bytes removed from the end of a journal that are not an acknowledged event",
  },
  "sessions/<session>/meta.damaged-<name>": {
    ...wayBack,
    kind: "file",
    limit: LIMITS.meta,
    carriers: ["git"],
    what: "a damaged `meta.json` that `doctor --fix` has replaced",
  },
  "sessions/<session>/legacy/<path>": {
    ...oldFile,
    owner: "session",
    what: "the original files of the old session that it was imported from",
  },

  [`${MIGRATION.archive}/<path>`]: {
    ...oldFile,
    owner: "repository",
    what: "files of the old tool that exist nowhere else, at their old paths",
  },
  [`${MIGRATION.prd}/<path>`]: {
    ...oldFile,
    owner: "repository",
    what: "PRD files of the old tool, at their old paths",
  },
  [MIGRATION.journal]: {
    ...machine,
    kind: "json",
    limit: LIMITS.migration,
    what:
      "present during a migration or a rollback: `operation`, `phase`, `backup`, `staging`, what existed `before`",
  },
  [MIGRATION.marker]: {
    ...machine,
    kind: "json",
    limit: LIMITS.migration,
    carriers: ["git"],
    what: "`format` 1, `time`, `tool`, `backup`, every file with size and SHA-256, `sessions`",
  },
  [`${MIGRATION.backup}/<path>`]: {
    ...wayBack,
    kind: "file",
    mode: "private",
    limit: LIMITS.file,
    what:
      "one folder for each migration: `manifest.json` (everything a rollback needs), `files/` (the originals), `replaced/` (of rewritten files), `sessions/` (of those replaced by an old state)",
  },
  "backups/<path>": {
    ...wayBack,
    kind: "file",
    mode: "private",
    limit: LIMITS.file,
    what:
      "sessions that `snapshot import --replace` has replaced; in a linked worktree, those that `state adopt` has taken over; a damaged `meta.json` that was restored",
  },

  [`**/${UNFINISHED.temporary}<rest>`]: {
    ...unfinished,
    what: "a file being written, or left by a killed process; the next writer removes it",
  },
  [`${IMPORT_FOLDER}<rest>`]: {
    ...unfinished,
    mode: "private",
    what: "an import in progress, and the lock of its process",
  },
  [`${MIGRATION.staging}<rest>`]: {
    ...unfinished,
    mode: "private",
    what: "a migration in progress",
  },
  [`**/${UNFINISHED.staging}<rest>`]: {
    ...unfinished,
    what: "a folder being filled, or left by a killed process; the next writer removes it",
  },
  [`**/${UNFINISHED.removed}<rest>`]: {
    ...unfinished,
    what: "the remains of a session being removed; the next writer removes it",
  },
  [`**/${UNFINISHED.replacing}<rest>`]: {
    ...unfinished,
    what: "a session's replacement that is committed; the next writer finishes it",
  },
};

/** The table. */
export const LAYOUT: readonly LayoutEntry[] = Object.entries(ROWS).map(([path, row]) => ({
  path,
  ...row,
}));
