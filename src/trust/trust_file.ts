/**
 * The file of what people have confirmed: `trust.json` in the person's state folder, for all their
 * repositories. It belongs to the account, not to a repository, so that no commit can write it.
 *
 * ```json
 * { "format": 1, "trusted": [{ "kind": "", "value": "", "repository": "", "who": "", "when": "" }] }
 * ```
 * Readers take no lock and never fail: what cannot be read confirms nothing.
 * @module
 */
import { readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { OrchestratorError, systemErrorCode } from "../errors.ts";
import { exactByteSize } from "../platform/byte_size.ts";
import { ioError, replaceFile } from "../platform/atomic_file.ts";
import { acquireLock } from "../platform/file_lock.ts";
import { makeDirectory } from "../platform/make_directory.ts";
import { isWindows } from "../platform/runtime.ts";
import { userStateDirectory, type UserStateQuery } from "../project/user_state.ts";
import { PRIVATE } from "../state_layout/modes.ts";
import { LOCK } from "../state_layout/names.ts";
import { TRUST_FILE } from "../state_layout/places.ts";
import type { Actor } from "../workflow/events.ts";
import { type Claim, claimText } from "./claim.ts";

/** The newest format this program knows. */
const TRUST_FORMAT = 1;

/** A larger file is not ours. */
const MAX_BYTES = 1024 * 1024;

/** One confirmation. */
export interface TrustEntry {
  /** A kind of `TRUST_KINDS`, or one that a newer program knows. */
  readonly kind: string;
  readonly value: string;
  /** See `trustedRepository`. */
  readonly repository: string;
  /** The person's name. */
  readonly who: string;
  /** RFC 3339 UTC. */
  readonly when: string;
  /** Fields this program does not know. */
  readonly [field: string]: unknown;
}

/** What the file says. */
export interface TrustFileContent {
  readonly entries: readonly TrustEntry[];
  /** Why it could not be read; null when it could, and when there is none. */
  readonly problem: OrchestratorError | null;
}

/** How a change of the file is made. */
export interface TrustChange {
  readonly actor: Actor;
  /** Longest wait for another process that changes the file, in milliseconds. */
  readonly timeoutMs: number;
  /** What the process does, shown to processes that wait: a command's name. */
  readonly operation: string;
}

/** Absolute path of the file; null where there is no place for one. */
export function trustFilePath(query: UserStateQuery): string | null {
  const directory = userStateDirectory(query);
  return directory === null ? null : join(directory, TRUST_FILE);
}

/** Reads the file. Never throws. */
export function readTrustFile(path: string | null): TrustFileContent {
  if (path === null) return { entries: [], problem: null };
  try {
    return { entries: read(path).entries, problem: null };
  } catch (error) {
    if (!(error instanceof OrchestratorError)) throw error;
    return { entries: [], problem: error };
  }
}

/**
 * Adds a confirmation.
 * @returns false when it was there already.
 * @throws `agent_refused`, `invalid_argument` where there is no place for the file, `lock_held`,
 * `config_invalid` and `format_too_new` for a file that cannot be kept, and I/O errors.
 */
export async function addTrust(
  path: string | null,
  entry: Claim & Pick<TrustEntry, "repository" | "when">,
  change: TrustChange,
): Promise<boolean> {
  if (change.actor.kind === "agent") {
    throw new OrchestratorError(
      "agent_refused",
      `Cannot confirm ${
        claimText(entry)
      }: only a person can confirm it, and an agent is running this command`,
      { hint: "Ask a person to run the command in their own terminal" },
    );
  }
  const { kind, value, repository, when } = entry;
  return await changeFile(path, change, (entries) => {
    if (entries.some((known) => isSame(known, entry, repository))) return null;
    return [...entries, { kind, value, repository, who: change.actor.name, when }];
  });
}

/**
 * Removes confirmations.
 * @returns whether there was one.
 * @throws as {@link addTrust}, but not for an agent: less trust needs no confirmation.
 */
export async function removeTrust(
  path: string | null,
  matches: (entry: TrustEntry) => boolean,
  change: TrustChange,
): Promise<boolean> {
  const { entries, problem } = readTrustFile(path);
  if (problem === null && !entries.some(matches)) return false;
  return await changeFile(path, change, (entries) => {
    const kept = entries.filter((entry) => !matches(entry));
    return kept.length === entries.length ? null : kept;
  });
}

/** Whether an entry confirms a claim of a repository. */
export function isSame(entry: TrustEntry, claim: Claim, repository: string): boolean {
  return entry.kind === claim.kind && entry.value === claim.value &&
    entry.repository === repository;
}

interface Content {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly entries: readonly TrustEntry[];
}

/** @param next the new entries; null for no change. */
async function changeFile(
  path: string | null,
  { actor, timeoutMs, operation }: TrustChange,
  next: (entries: readonly TrustEntry[]) => readonly TrustEntry[] | null,
): Promise<boolean> {
  if (path === null) {
    throw new OrchestratorError(
      "invalid_argument",
      "Cannot store a confirmation: there is no home directory",
      { hint: isWindows ? "Set LOCALAPPDATA" : "Set HOME or XDG_STATE_HOME" },
    );
  }
  makeDirectory(dirname(path), { mode: PRIVATE.folder });
  using _lock = await lock(`${path}.${LOCK}`, { actor, timeoutMs, operation });
  const { fields, entries } = read(path);
  const changed = next(entries);
  if (changed === null) return false;
  const text = JSON.stringify({ ...fields, format: TRUST_FORMAT, trusted: changed }, null, 2);
  replaceFile(path, text + "\n", { within: null, mode: PRIVATE.file });
  return true;
}

async function lock(path: string, { actor, timeoutMs, operation }: TrustChange) {
  try {
    return await acquireLock(path, {
      holder: { operation, actor: actor.name },
      timeoutMs,
      within: null,
    });
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
    throw ioError("lock", path, error);
  }
}

/** @throws `config_invalid`, `format_too_new`, I/O errors. */
function read(path: string): Content {
  let text: string;
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return { fields: {}, entries: [] };
    if (!stat.isFile()) throw unusable(path, "it is not a regular file");
    if (stat.size > MAX_BYTES) {
      throw unusable(path, `it is larger than ${exactByteSize(MAX_BYTES)}`);
    }
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof OrchestratorError) throw error;
    throw ioError("read", path, error);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw unusable(path, "it is not JSON", error);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw unusable(path, "it is not a JSON object");
  }
  const fields = value as Readonly<Record<string, unknown>>;
  const { format, trusted } = fields;
  if (typeof format !== "number" || !Number.isInteger(format) || format < 1) {
    throw unusable(path, 'it has no valid "format"');
  }
  if (format > TRUST_FORMAT) {
    throw new OrchestratorError(
      "format_too_new",
      `Cannot read "${path}": its format is ${format}, and this program supports formats up to ${TRUST_FORMAT}`,
      { hint: "Use a newer version of orchestrator", details: { path, format } },
    );
  }
  if (!Array.isArray(trusted) || !trusted.every(isEntry)) {
    throw unusable(path, 'its "trusted" is not a list of confirmations');
  }
  return { fields, entries: trusted };
}

function isEntry(value: unknown): value is TrustEntry {
  if (typeof value !== "object" || value === null) return false;
  const fields = value as Readonly<Record<string, unknown>>;
  return ["kind", "value", "repository", "who", "when"].every((name) =>
    typeof fields[name] === "string"
  );
}

function unusable(path: string, what: string, cause?: unknown): OrchestratorError {
  return new OrchestratorError("config_invalid", `Cannot read "${path}": ${what}`, {
    hint: "Rename the file, then confirm again",
    details: { path },
    ...(cause === undefined ? {} : { cause }),
  });
}
