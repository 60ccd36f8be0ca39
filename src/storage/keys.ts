/**
 * Which names a backend accepts: nothing that could leave its place, and nothing it keeps for itself.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import { exactByteSize } from "../platform/byte_size.ts";
import { LINE_LIMIT } from "../state_layout/limits.ts";
import { JOURNAL, LOCK, SESSION_ID, UNFINISHED } from "../state_layout/names.ts";

export { JOURNAL, LOCK, SESSION_ID };

/** What the names of folders being built begin with; swept by the next creation. */
export const STAGING = UNFINISHED.staging;

/** Name prefix of sessions being removed; leftovers are removed too. */
export const REMOVED = UNFINISHED.removed;

/** Name prefix of a folder with the new copy of a session during its replacement. */
export const REPLACING = UNFINISHED.replacing;

/** The names of locks and of sessions' journals. */
const RESERVED = new RegExp(
  `^(?:${LOCK}|sessions/[^/]*/(?:${LOCK}|${JOURNAL.replace(".", "\\.")}))$`,
);

/** The names of unfinished work, in any folder. */
const NOT_FINISHED = new RegExp(
  `(?:^|/)(?:${Object.values(UNFINISHED).join("|").replaceAll(".", "\\.")})`,
);

/** @throws `session_unknown` for anything that cannot be a session id, such as `../x`. */
export function checkSessionId(id: string): string {
  if (SESSION_ID.test(id)) return id;
  throw new OrchestratorError(
    "session_unknown",
    `Cannot find session ${JSON.stringify(id)}: it is not a session id`,
    { hint: "Run `orchestrator session list`" },
  );
}

/**
 * @throws `invalid_argument` for a key with an empty, `.` or `..` part, a backslash, a colon or a NUL,
 * and for the names of journals, locks and temporary files.
 */
export function checkKey(key: string): string {
  const safe = key !== "" && !/[\\:\0]/.test(key) &&
    key.split("/").every((part) => part !== "" && part !== "." && part !== "..");
  if (!safe) {
    throw new OrchestratorError(
      "invalid_argument",
      `Cannot use ${JSON.stringify(key)} as a key: it is outside the state directory`,
    );
  }
  if (!isReserved(key)) return key;
  throw new OrchestratorError(
    "invalid_argument",
    `Cannot use ${JSON.stringify(key)} as a key: the name is reserved`,
  );
}

/**
 * Checks the prefix of a listing.
 * @returns it without the `/` at its end.
 * @throws `invalid_argument` as {@link checkKey}, and when it does not end in `/`.
 */
export function checkPrefix(prefix: string): string {
  if (!prefix.endsWith("/")) {
    throw new OrchestratorError(
      "invalid_argument",
      `Cannot list ${JSON.stringify(prefix)}: a prefix must end in "/"`,
    );
  }
  return checkKey(prefix.slice(0, -1));
}

/** Whether a name belongs to journals, locks, or work that is not finished: no blob's. */
export function isReserved(key: string): boolean {
  return RESERVED.test(key) || NOT_FINISHED.test(key);
}

/** The session that a key belongs to; null for the repository's own blobs. */
export function sessionOf(key: string): string | null {
  const [folder, id] = key.split("/");
  return folder === "sessions" ? checkSessionId(id ?? "") : null;
}

/** @throws `invalid_argument` when a line of a journal or of a blob of lines has a line break. */
export function checkLines(lines: readonly string[]): void {
  const bad = lines.find((line) => /[\r\n]/.test(line));
  if (bad === undefined) return;
  throw new OrchestratorError(
    "invalid_argument",
    `Cannot append ${JSON.stringify(bad.slice(0, 40))}: a line must not contain line breaks`,
  );
}

/**
 * @throws as {@link checkLines}; `too_long` for a line of a journal that no reader would take.
 */
export function checkJournalLines(lines: readonly string[]): void {
  checkLines(lines);
  for (const line of lines) {
    // A character takes up to three bytes of UTF-8.
    if (line.length * 3 <= LINE_LIMIT) continue;
    const { length } = new TextEncoder().encode(line);
    if (length <= LINE_LIMIT) continue;
    throw new OrchestratorError(
      "too_long",
      `Cannot append to the journal: the event is ${exactByteSize(length)} long (limit ${
        exactByteSize(LINE_LIMIT)
      })`,
      { hint: "Keep large texts in files and mention the files", details: { bytes: length } },
    );
  }
}

/** The error for a session that does not exist. */
export function unknownSession(id: string): OrchestratorError {
  return new OrchestratorError(
    "session_unknown",
    `Cannot find session "${id}": it does not exist`,
    {
      hint: "Run `orchestrator session list`",
    },
  );
}
