/**
 * A state directory whose `meta.json` is missing or damaged although it has sessions: who the
 * repository is comes from elsewhere, and mode and id stay what they were. A new identity would cut the
 * sessions off from their state branch and from every other clone.
 *
 * The sources of one row count alike; the first row that says anything decides:
 * 1. what is left of the file, the journal that this clone writes, the commit that is checked out;
 * 2. the journals of other machines;
 * 3. branches and state branches, as the refs here have them: those with sessions that are here;
 * 4. earlier commits.
 * @module
 */
import { renameSync } from "node:fs";
import { OrchestratorError } from "../errors.ts";
import { ioError, replaceFile, syncDirectory } from "../platform/atomic_file.ts";
import { sha256Hex } from "../platform/hash.ts";
import { makeDirectory } from "../platform/make_directory.ts";
import type { Environment } from "../platform/processes.ts";
import { lookWithin, namesWithin, readTextWithin, readWithin } from "../platform/within.ts";
import { LIMITS } from "../state_layout/limits.ts";
import { PRIVATE } from "../state_layout/modes.ts";
import { FOLDERS, IMPORT_FOLDER, MIGRATION, UNFINISHED } from "../state_layout/names.ts";
import { gitattributesFor } from "./gitattributes.ts";
import { gitignoreFor, modeSaid } from "./gitignore.ts";
import { gitRemote } from "./git_remote.ts";
import {
  FIRST_FORMAT,
  readRepositoryMeta,
  REPOSITORY_FORMAT,
  type RepositoryMeta,
} from "./identity.ts";
import {
  checkoutOf,
  claimOfHead,
  claimOfRemnant,
  claimsOfHistory,
  claimsOfJournals,
  claimsOfRefs,
  type IdentityClaim,
  sessionsHere,
} from "./identity_claims.ts";
import type { OrchestratorPaths } from "./paths.ts";
import { rootCommit } from "./root_commit.ts";
import { writeRepositoryMeta } from "./write_identity.ts";

/** What is known of a lost identity. */
export interface LostIdentity {
  /** What is wrong with the file: `is missing`, `is empty`. */
  readonly why: string;
  /** What the sources of the row that decides say; none where nothing says anything. */
  readonly claims: readonly IdentityClaim[];
  /**
   * What to go by. Where nothing is known, or two sources disagree, its id is {@link UNKNOWN_ID}: then it
   * serves reading only.
   */
  readonly meta: RepositoryMeta;
  /** What says so; null where nothing is known, or two sources disagree. */
  readonly from: string | null;
}

/** Stands for an id that is not known. */
const UNKNOWN_ID = "unknown".padEnd(26, "a");

/** What the search goes by. */
export interface LostQuery {
  readonly env: Environment;
  readonly now: Date;
  readonly toolVersion: string;
  /** Ask git also where files here say it: for what is going to be written. */
  readonly thorough: boolean;
}

/**
 * Looks whether the identity is lost, and for what it was.
 * @returns null where the file is whole, cannot be read, or nothing was begun here.
 * @throws I/O errors
 */
export async function findLostIdentity(
  paths: OrchestratorPaths,
  query: LostQuery,
): Promise<LostIdentity | null> {
  const why = problemOf(paths);
  if (why === null) return null;
  const claims = await claimsFor(paths, query);
  const [first] = claims;
  const isKnown = first !== undefined && claims.every(({ id }) => id === first.id);
  return {
    why,
    claims,
    meta: await metaFrom(paths, query, isKnown ? claims : []),
    from: isKnown ? first.from : null,
  };
}

/** What is wrong with the file; null where nothing is that this is about. */
function problemOf(paths: OrchestratorPaths): string | null {
  try {
    if (readRepositoryMeta(paths.metaFile) !== null) return null;
  } catch (error) {
    if (!(error instanceof OrchestratorError) || error.code !== "state_corrupt") return null;
    return /": it ([^"]*(?:"\w+")?)$/.exec(error.message)?.[1] ?? "is damaged";
  }
  // An import into a clone without state writes the file last, and a rollback takes it away first: the
  // next change finishes what was cut off.
  const { stateDirectory } = paths;
  const names = namesWithin(stateDirectory, stateDirectory);
  if (names.some((name) => name.startsWith(IMPORT_FOLDER) || name === MIGRATION.journal)) {
    return null;
  }
  const { own, others } = claimsOfJournals(paths);
  return own.length + others.length + sessionsHere(paths).length === 0 ? null : "is missing";
}

async function claimsFor(
  paths: OrchestratorPaths,
  { env, thorough }: LostQuery,
): Promise<readonly IdentityClaim[]> {
  const { own, others } = claimsOfJournals(paths);
  const here = [...claimOfRemnant(remnant(paths)), ...own];
  if (!thorough && here.length > 0) return here;
  const first = [...here, ...await claimOfHead(paths, env)];
  if (first.length > 0) return first;
  if (others.length > 0) return others;
  const root = checkoutOf(paths) ?? paths.root;
  const onRefs = await claimsOfRefs(root, env, sessionsHere(paths));
  return onRefs.length > 0 ? onRefs : await claimsOfHistory(root, env);
}

function remnant(paths: OrchestratorPaths): string | null {
  return readTextWithin(paths.stateDirectory, paths.metaFile, LIMITS.meta);
}

/** The file as it should be. @param claims they agree; none where the id is not known. */
async function metaFrom(
  paths: OrchestratorPaths,
  { env, now, toolVersion }: LostQuery,
  claims: readonly IdentityClaim[],
): Promise<RepositoryMeta> {
  const whole = claims.find(({ meta }) => meta !== null)?.meta ?? null;
  const first = claims.find(({ created }) => created !== undefined) ?? null;
  const mode = modeSaid(gitignoreHere(paths)) ?? whole?.mode ?? "normal";
  const meta = whole ?? {
    format: FIRST_FORMAT,
    id: claims[0]?.id ?? UNKNOWN_ID,
    created: first?.created ?? now.toISOString(),
    remote: gitRemote(paths.root),
    rootCommit: await rootCommit(paths.root, env),
    tool: first?.tool ?? toolVersion,
  };
  const format = needsNewerFormat(paths) ? REPOSITORY_FORMAT : meta.format;
  return { ...meta, format: Math.max(format, meta.format), mode };
}

function gitignoreHere(paths: OrchestratorPaths): string | null {
  return readTextWithin(paths.stateDirectory, paths.gitignore, LIMITS.text);
}

/**
 * Whether there is something that programs of the first format do not know: records of removals, which
 * they would not keep to, and files of a session's history, which they would leave out.
 */
function needsNewerFormat(paths: OrchestratorPaths): boolean {
  const names = (folder: string) => namesWithin(paths.stateDirectory, folder);
  return names(`${paths.stateDirectory}/${FOLDERS.removed}`).length > 0 ||
    sessionsHere(paths).some((id) => names(`${paths.sessions}/${id}/history`).length > 0);
}

/**
 * Writes the file, and a `.gitignore` where there is none. A damaged file is kept among the
 * backups. The repository must be locked.
 * @returns false where the file was whole by then.
 * @throws `no_space`, `read_only`, `io_failed`
 */
export function writeLostIdentity(paths: OrchestratorPaths, meta: RepositoryMeta): boolean {
  if (problemOf(paths) === null) return false;
  const within = paths.stateDirectory;
  const left = readWithin(within, paths.metaFile, LIMITS.meta);
  if (left !== null && left.length > 0) {
    const kept = `${within}/${FOLDERS.backups}`;
    lookWithin(within, kept, "create");
    makeDirectory(kept, { mode: PRIVATE.folder });
    const name = `meta.damaged-${sha256Hex(left).slice(0, 8)}.json`;
    // What a killed run leaves lies where the next holder removes it.
    const staged = `${within}/${UNFINISHED.temporary}${name}`;
    replaceFile(staged, left, { within, mode: PRIVATE.file });
    try {
      renameSync(staged, `${kept}/${name}`);
      syncDirectory(kept);
    } catch (error) {
      throw ioError("write", `${kept}/${name}`, error);
    }
  }
  const ignored = gitignoreHere(paths);
  if ((ignored ?? "").trim() === "") {
    replaceFile(paths.gitignore, gitignoreFor(meta.mode, ignored), { within });
    if (meta.mode === "portable") {
      const present = readTextWithin(within, paths.gitattributes, LIMITS.text);
      const wanted = gitattributesFor(present);
      if (wanted !== present) replaceFile(paths.gitattributes, wanted, { within });
    }
  }
  writeRepositoryMeta(paths.metaFile, meta);
  return true;
}
