/**
 * Placing the files of a snapshot that are not a session's journal: each by the rule of its row in
 * the table. What is here is never lost: it is kept, or its lines are joined with those that arrive.
 * @module
 */
import { lstatSync, mkdirSync, type Stats } from "node:fs";
import { OrchestratorError } from "../errors.ts";
import { ioError, removeTemporaries, replaceFile, syncDirectory } from "../platform/atomic_file.ts";
import { hashFile } from "../platform/copy_file.ts";
import { runningSha256, sha256Hex } from "../platform/hash.ts";
import { writeStream } from "../platform/stream_file.ts";
import { lookWithin } from "../platform/within.ts";
import { KEYS, type OrchestratorPaths } from "../project/paths.ts";
import { makeFolder as makeSecretFolder } from "../secrets/folder.ts";
import { secretModes } from "../secrets/sharing.ts";
import { mergeRecords } from "../session/removal.ts";
import { placeChain } from "../session/repository_log/place_chain.ts";
import type { SessionManager } from "../session/session_manager.ts";
import { readLimit } from "../state_layout/limits.ts";
import { meaningOf } from "../state_layout/lookup.ts";
import { PRIVATE } from "../state_layout/modes.ts";
import type { StorageBackend } from "../storage/backend.ts";
import { SESSION_ID } from "../storage/keys.ts";
import type { Bytes } from "./byte_stream.ts";
import { contentOf, removedSession } from "./contents.ts";
import { mergeChains, mergeLines } from "./relation.ts";
import { altered, type StagedContent, type StagedFile } from "./staging.ts";

/** What became of the files that are not sessions' own. */
export interface RepositoryOutcome {
  readonly config: boolean;
  readonly current: boolean;
  readonly secrets: number;
  /** Files of the old tool. */
  readonly old: number;
  /** Names of files that were not placed: something else is here under that name, and was kept. */
  readonly kept: readonly string[];
}

/** What became of one file. */
type Placed =
  | "placed"
  /** It is here already, byte for byte. */
  | "same"
  /** Another one is here, and stays. */
  | "kept";

/** Where files are placed. */
export interface Place {
  readonly manager: Pick<SessionManager, "backend">;
  readonly paths: OrchestratorPaths;
}

/** Places everything that is not a session's. The repository must be held. */
export async function placeRepositoryFiles(
  place: Place,
  files: readonly StagedFile[],
  content: StagedContent,
): Promise<RepositoryOutcome> {
  const { backend } = place.manager;
  const counts = { config: 0, secrets: 0, old: 0 };
  const kept: string[] = [];
  const swept = new Set<string>();
  let wanted: string | null = null;
  const note = (what: keyof typeof counts | null, name: string, placed: Placed) => {
    if (placed === "kept") kept.push(name);
    else if (placed === "placed" && what !== null) counts[what] += 1;
  };
  for (const file of files) {
    const { name } = file;
    const found = contentOf(name);
    if (found?.kind === "secret") {
      note("secrets", name, placeSecret(place, file, content));
    } else if (found?.kind === "old") {
      sweepOnce(place, name, swept);
      note("old", name, await placeOld(place, file, content));
    } else if (name === KEYS.config) {
      note("config", name, await placeConfig(backend, content.read(file)));
    } else if (name === KEYS.current) {
      wanted = new TextDecoder().decode(content.read(file)).trim();
    } else if (found?.kind === "repository" && name !== KEYS.meta) {
      note(null, name, await placeLines(backend, name, content.read(file)));
    }
  }
  return {
    config: counts.config > 0,
    current: await placeCurrent(backend, wanted),
    secrets: counts.secrets,
    old: counts.old,
    kept,
  };
}

/** Joins a file of lines with the one here, by the rule of its row. The repository must be locked. */
export async function placeLines(
  backend: StorageBackend,
  name: string,
  incoming: Uint8Array,
): Promise<Placed> {
  const writer = meaningOf(name)?.parts.writer;
  if (writer !== undefined) {
    const text = new TextDecoder().decode(incoming);
    return await placeChain(backend, writer, text) ? "placed" : "same";
  }
  const here = await backend.readBlob(name);
  const merged = joinedLines(name, here ?? new Uint8Array(), incoming);
  if (merged === null) return "kept";
  if (here !== null && sha256Hex(merged) === sha256Hex(here)) return "same";
  await backend.writeBlob(name, merged);
  return "placed";
}

/** Two copies of a file of lines as one; null where no rule joins them. */
export function joinedLines(
  name: string,
  here: Uint8Array,
  incoming: Uint8Array,
): Uint8Array | null {
  const [ours, theirs] = [here, incoming].map((bytes) => new TextDecoder().decode(bytes));
  if (removedSession(name) !== null) {
    return withinLimit(name, new TextEncoder().encode(mergeRecords(ours ?? "", theirs ?? "")));
  }
  const isChain = meaningOf(name)?.entry.merge === "journal";
  const merged = (isChain ? mergeChains : mergeLines)(ours ?? "", theirs ?? "");
  return merged === null ? null : withinLimit(name, new TextEncoder().encode(merged));
}

/** What would be larger than it may be read is not joined. */
function withinLimit(name: string, bytes: Uint8Array): Uint8Array | null {
  return bytes.length > readLimit(name) ? null : bytes;
}

/** A project's own configuration is always kept. */
async function placeConfig(backend: StorageBackend, incoming: Uint8Array): Promise<Placed> {
  const here = await backend.readBlob(KEYS.config);
  if (here !== null) return sha256Hex(here) === sha256Hex(incoming) ? "same" : "kept";
  await backend.writeBlob(KEYS.config, incoming);
  return "placed";
}

/** Lets the snapshot's session be the current one, or the only one there is, where none is yet. */
async function placeCurrent(backend: StorageBackend, wanted: string | null): Promise<boolean> {
  const isThere = async (id: string) => SESSION_ID.test(id) && await backend.hasSession(id);
  if (await isThere((await backend.readText(KEYS.current))?.trim() ?? "")) return false;
  const [only, ...others] = await backend.sessions();
  const id = wanted !== null && await isThere(wanted)
    ? wanted
    : others.length === 0
    ? only
    : undefined;
  if (id === undefined) return false;
  await backend.writeBlob(KEYS.current, `${id}\n`);
  return true;
}

/** A secret is its owner's alone, from the first byte on. */
function placeSecret({ paths }: Place, file: StagedFile, content: StagedContent): Placed {
  if (!makeFolders(paths, file.name, PRIVATE.folder)) return "kept";
  makeSecretFolder({ directory: paths.secrets, within: paths.stateDirectory });
  const path = `${paths.stateDirectory}/${file.name}`;
  const bytes = content.read(file);
  const mode = secretModes(paths.secrets).file;
  return comparedWithHere(path, file) ??
    unlessTaken(() =>
      replaceFile(path, bytes, { within: paths.stateDirectory, mode, exclusive: true })
    );
}

/** Removes what an import that was killed here has left in the folder of a file. */
function sweepOnce({ paths }: Place, name: string, swept: Set<string>): void {
  const folder = `${paths.stateDirectory}/${name.slice(0, name.lastIndexOf("/"))}`;
  if (swept.has(folder)) return;
  swept.add(folder);
  if (statOf(folder)?.isDirectory() === true) removeTemporaries(folder, paths.stateDirectory);
}

/** A file of the old tool is made once. */
async function placeOld(
  { paths }: Place,
  file: StagedFile,
  content: StagedContent,
): Promise<Placed> {
  if (!makeFolders(paths, file.name)) return "kept";
  const path = `${paths.stateDirectory}/${file.name}`;
  const there = comparedWithHere(path, file);
  if (there !== null) return there;
  try {
    await writeStream(path, checkedPieces(file, content), { exclusive: true, mode: 0o666 });
  } catch (error) {
    if (isTaken(error)) return "kept";
    throw error;
  }
  return "placed";
}

function unlessTaken(write: () => void): Placed {
  try {
    write();
  } catch (error) {
    if (isTaken(error)) return "kept";
    throw error;
  }
  return "placed";
}

function isTaken(error: unknown): boolean {
  return error instanceof OrchestratorError && error.code === "already_exists";
}

/** Whether what has this name here is the same; null when nothing has. */
function comparedWithHere(path: string, { size, sha256 }: StagedFile): "same" | "kept" | null {
  const stat = statOf(path);
  if (stat === null) return null;
  const same = stat.isFile() && stat.size === size && hashFile(path).sha256 === sha256;
  return same ? "same" : "kept";
}

/**
 * Creates the folders of a file in the state directory.
 * @returns false when one of the names is not a folder: nothing is written through it.
 */
function makeFolders(paths: OrchestratorPaths, name: string, mode?: number): boolean {
  let folder = paths.stateDirectory;
  lookWithin(folder, folder, "write");
  for (const part of name.split("/").slice(0, -1)) {
    const parent = folder;
    folder = `${folder}/${part}`;
    const stat = statOf(folder);
    if (stat?.isDirectory() === true) continue;
    if (stat !== null) return false;
    try {
      mkdirSync(folder, mode === undefined ? {} : { mode });
    } catch (error) {
      throw ioError("create", folder, error);
    }
    syncDirectory(parent);
  }
  return true;
}

function statOf(path: string): Stats | null {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) ?? null;
  } catch (error) {
    throw ioError("read", path, error);
  }
}

/** How much is read at a time. */
const PIECE = 256 * 1024;

/** A staged file in pieces. @throws `state_corrupt` at the end when it was altered. */
async function* checkedPieces(file: StagedFile, content: StagedContent): Bytes {
  const hash = runningSha256();
  for (let at = 0; at < file.size; at += PIECE) {
    const piece = content.range(file, at, Math.min(file.size, at + PIECE));
    hash.update(piece);
    yield await Promise.resolve(piece);
  }
  if (hash.hex() !== file.sha256) throw altered(file);
}
