/**
 * Who a repository is, by what is left when `meta.json` is missing or damaged: the rest of the file,
 * the repository's journal, and what git has of it. No server is asked.
 * @module
 */
import { basename, dirname } from "node:path";
import { OrchestratorError } from "../errors.ts";
import type { Environment } from "../platform/processes.ts";
import { namesWithin, readTextWithin } from "../platform/within.ts";
import { LIMITS } from "../state_layout/limits.ts";
import { FOLDERS, KEYS, SESSION_ID, STATE_DIRECTORY } from "../state_layout/names.ts";
import { REFS } from "../state_layout/places.ts";
import { isRecord } from "../workflow/record.ts";
import { askGit } from "./ask_git.ts";
import { fileName, namesThere, objectsNamed } from "./committed_files.ts";
import { gitDirectory } from "./git_remote.ts";
import { parseRepositoryMeta, type RepositoryMeta } from "./identity.ts";
import type { OrchestratorPaths } from "./paths.ts";

/** What one source says. */
export interface IdentityClaim {
  readonly id: string;
  /** The source, as in "it is known from <from>". */
  readonly from: string;
  /** The whole file, where the source has it. */
  readonly meta: RepositoryMeta | null;
  readonly created?: string;
  readonly tool?: string;
}

/** A branch or another ref with the identity of a project. */
export interface IdentityOnRef {
  readonly ref: string;
  /** As people name it: `feat`, `origin/feat`. */
  readonly branch: string;
  readonly meta: RepositoryMeta;
}

const META = `${STATE_DIRECTORY}/${KEYS.meta}`;

/** Git answers from local refs: what takes longer does not work. */
const PATIENCE_MS = 2000;

/** More refs are not looked through; the newest count. */
const MOST_REFS = 500;

/** More old commits of the file are not looked through. */
const MOST_COMMITS = 5;

/** What stands in a file that was cut off. */
export function claimOfRemnant(text: string | null): readonly IdentityClaim[] {
  const id = /"id"\s*:\s*"([a-z2-7]{26})"/.exec(text ?? "")?.[1];
  return id === undefined ? [] : [{ id, from: "what is left of the file", meta: null }];
}

/** What the first lines of the repository's journals say. */
export interface JournalClaims {
  /** The journal that this clone writes. */
  readonly own: readonly IdentityClaim[];
  /** Those of other machines. */
  readonly others: readonly IdentityClaim[];
}

/** @throws I/O errors but for a journal that cannot be read. */
export function claimsOfJournals({ stateDirectory }: OrchestratorPaths): JournalClaims {
  const writer = ownWriter(stateDirectory);
  const own: IdentityClaim[] = [];
  const others: IdentityClaim[] = [];
  for (const name of [...namesWithin(stateDirectory, `${stateDirectory}/${FOLDERS.log}`)].sort()) {
    if (!name.endsWith(".jsonl")) continue;
    const claim = claimOfJournal(stateDirectory, name);
    if (claim === null) continue;
    (name === `${writer}.jsonl` ? own : others).push(claim);
  }
  return { own, others };
}

function ownWriter(stateDirectory: string): string | null {
  try {
    const text = readTextWithin(stateDirectory, `${stateDirectory}/${KEYS.writer}`, LIMITS.short);
    const value: unknown = JSON.parse(text ?? "null");
    const writer = isRecord(value) ? value["writer"] : null;
    return typeof writer === "string" ? writer : null;
  } catch {
    return null;
  }
}

function claimOfJournal(stateDirectory: string, name: string): IdentityClaim | null {
  try {
    const path = `${stateDirectory}/${FOLDERS.log}/${name}`;
    const text = readTextWithin(stateDirectory, path, LIMITS.lines) ?? "";
    const line: unknown = JSON.parse(text.slice(0, text.indexOf("\n")));
    const data = isRecord(line) && line["type"] === "opened" ? line["data"] : null;
    if (!isRecord(line) || !isRecord(data)) return null;
    const { repository: id, tool } = data;
    if (typeof id !== "string" || !/^[a-z2-7]{26}$/.test(id)) return null;
    return {
      id,
      from: `${STATE_DIRECTORY}/${FOLDERS.log}/${name}`,
      meta: null,
      ...(typeof line["time"] === "string" ? { created: line["time"] } : {}),
      ...(typeof tool === "string" ? { tool } : {}),
    };
  } catch {
    return null;
  }
}

/** The folder whose commits have this state directory in it; null for one that no commit can have. */
export function checkoutOf({ stateDirectory }: OrchestratorPaths): string | null {
  return basename(stateDirectory) === STATE_DIRECTORY ? dirname(stateDirectory) : null;
}

/** What is committed with the state, in what is checked out. */
export async function claimOfHead(
  paths: OrchestratorPaths,
  env: Environment,
): Promise<readonly IdentityClaim[]> {
  const checkout = checkoutOf(paths);
  if (checkout === null || gitDirectory(checkout) === null) return [];
  const name = fileName("HEAD", META);
  const meta = metaIn((await objectsNamed(checkout, env, [name]))?.get(name)?.bytes);
  return meta === null ? [] : [{ id: meta.id, from: "the commit that is checked out", meta }];
}

/**
 * The identities on branches and on state branches, as refs here have them; of one repository the
 * newest first. Empty where git cannot tell.
 * @param root a folder of the project, as in a checkout.
 */
export async function identitiesOnRefs(
  root: string,
  env: Environment,
): Promise<readonly IdentityOnRef[]> {
  if (gitDirectory(root) === null) return [];
  const folders = ["refs/heads", "refs/remotes", REFS.state, REFS.remote];
  const answer = await askGit(root, env, [
    "for-each-ref",
    "--sort=-committerdate",
    `--count=${MOST_REFS}`,
    "--format=%(refname)",
    ...folders,
  ], { timeoutMs: PATIENCE_MS });
  const refs = (answer?.stdout ?? "").split("\n").filter((ref) => ref !== "");
  if (refs.length === 0) return [];
  const objects = await objectsNamed(root, env, refs.map(metaName));
  return refs.flatMap((ref) => {
    const meta = metaIn(objects?.get(metaName(ref))?.bytes);
    return meta === null ? [] : [{ ref, branch: branchOf(ref), meta }];
  });
}

/** Whether a ref is that of a state branch: its tree is the state directory. */
export function isStateRef(ref: string): boolean {
  return ref.startsWith(REFS.state) || ref.startsWith(REFS.remote) ||
    /\borchestrator-state-[a-z2-7]{26}$/.test(ref);
}

/** How git names a file of the state directory on a ref. */
export function stateFileOn(ref: string, key: string): string {
  return isStateRef(ref) ? `${ref}:${key}` : fileName(ref, `${STATE_DIRECTORY}/${key}`);
}

function metaName(ref: string): string {
  return stateFileOn(ref, KEYS.meta);
}

function branchOf(ref: string): string {
  return ref.replace(REFS.state, "").replace(REFS.remote, "")
    .replace(/^refs\/(?:heads|remotes)\//, "");
}

/** Sessions that are looked for on refs. */
const MOST_SESSIONS = 20;

/**
 * What the refs say that have sessions of this state; without any, what all of them say.
 * @param sessions ids of the sessions that are here.
 */
export async function claimsOfRefs(
  root: string,
  env: Environment,
  sessions: readonly string[],
): Promise<readonly IdentityClaim[]> {
  const found = await identitiesOnRefs(root, env);
  const some = sessions.slice(0, MOST_SESSIONS);
  const named = (ref: string) => some.map((id) => stateFileOn(ref, KEYS.sessionJournal(id)));
  const there = found.length === 0 || some.length === 0
    ? new Set<string>()
    : await namesThere(root, env, found.flatMap(({ ref }) => named(ref)));
  const related = found.filter(({ ref }) => named(ref).some((name) => there.has(name)));
  return (related.length > 0 ? related : found).map(({ branch, meta }) => ({
    id: meta.id,
    from: `branch ${branch}`,
    meta,
  }));
}

/** What earlier commits say, when no branch has the file any more. */
export async function claimsOfHistory(
  root: string,
  env: Environment,
): Promise<readonly IdentityClaim[]> {
  if (gitDirectory(root) === null) return [];
  const answer = await askGit(root, env, [
    "log",
    "--all",
    `--max-count=${MOST_COMMITS}`,
    "--format=%H",
    "--",
    META,
  ], { timeoutMs: PATIENCE_MS });
  const commits = (answer?.stdout ?? "").split("\n").filter((commit) => commit !== "");
  const names = commits.flatMap((commit) => [fileName(commit, META), fileName(`${commit}^`, META)]);
  const objects = names.length === 0 ? null : await objectsNamed(root, env, names);
  for (const name of names) {
    const meta = metaIn(objects?.get(name)?.bytes);
    if (meta === null) continue;
    return [{ id: meta.id, from: `commit ${name.slice(0, 12)}`, meta }];
  }
  return [];
}

function metaIn(bytes: Uint8Array | undefined): RepositoryMeta | null {
  if (bytes === undefined) return null;
  try {
    return parseRepositoryMeta(new TextDecoder().decode(bytes), META);
  } catch (error) {
    if (error instanceof OrchestratorError) return null;
    throw error;
  }
}

/** Ids of the sessions that have a journal here, sorted. @throws I/O errors */
export function sessionsHere({ stateDirectory, sessions }: OrchestratorPaths): readonly string[] {
  return namesWithin(stateDirectory, sessions)
    .filter((id) => SESSION_ID.test(id))
    .filter((id) =>
      namesWithin(stateDirectory, `${sessions}/${id}`).some((name) => name === "log.jsonl")
    )
    .sort();
}
