/**
 * The part of a plan that is about files: which of them move, and where to.
 * @module
 */
import { lstatSync, realpathSync } from "node:fs";
import { LEGACY_PATHS } from "../legacy/find.ts";
import { linkReason, seeLink } from "../legacy/links.ts";
import { findNamed, usualScripts } from "../legacy/named_in.ts";
import type { ScannedEntry } from "../legacy/scan.ts";
import { hashFile } from "../platform/copy_file.ts";
import { MIGRATION, type OrchestratorPaths, STATE_DIRECTORY } from "../project/paths.ts";
import type { Choice, PlannedFile, PlannedMove, PlannedSession, Staying } from "./planned.ts";

interface Routed {
  readonly moves: PlannedMove[];
  readonly copies: PlannedMove[];
  readonly files: PlannedFile[];
  readonly stays: Staying[];
}

/** What decides about files besides the files themselves. */
export interface FileChoices {
  readonly choices: ReadonlyMap<string, Choice>;
  readonly copyLinks: boolean;
}

/** Decides for every entry whether it moves, and where each of its files goes. */
export function planFiles(
  paths: OrchestratorPaths,
  entries: readonly ScannedEntry[],
  sessions: readonly PlannedSession[],
  wanted: FileChoices,
): Routed {
  const routed: Routed = { moves: [], copies: [], files: [], stays: [] };
  const used = new Set<string>();
  const rules = { ...staying(paths.root, entries), ...wanted };
  for (const entry of entries) {
    const choice = rules.choices.get(entry.path);
    const stay = stayingReason(entry, rules);
    if (stay !== null) {
      const { copy, ...reason } = stay;
      routed.stays.push({ path: entry.path, to: targetOf(entry, sessions), ...reason });
      if (copy !== true) continue;
    }
    const base = `${STATE_DIRECTORY}/${
      typeof choice === "object" ? choice.to : targetOf(entry, sessions)
    }`;
    if (stay !== null && isCopied(paths.root, entry, base)) continue;
    const to = freeTarget(paths.root, base, used);
    used.add(to);
    for (const file of entry.files) {
      routed.files.push({
        ...file,
        to: `${to}${file.path.slice(entry.path.length)}`,
        secret: base.startsWith(`${STATE_DIRECTORY}/${MIGRATION.secrets}/`),
        follow: entry.kind === "link",
        stays: stay !== null,
      });
    }
    // A folder with links in it stays, with them; its files go one by one.
    for (const path of entry.odd) {
      routed.stays.push({
        path,
        to: "",
        why: oddReason(paths.root, path),
        ask: false,
        named: true,
      });
    }
    (stay === null ? routed.moves : routed.copies).push(...movesOf(entry, to));
  }
  return routed;
}

/** An entry as a whole, or its files one by one when something in it has to stay. */
function movesOf(entry: ScannedEntry, to: string): readonly PlannedMove[] {
  const { path, kind, row: { what }, files, odd } = entry;
  if (odd.length === 0 && kind !== "other") {
    return [{ from: path, to, kind, what, files: files.length, bytes: bytesOf(files) }];
  }
  return files.map((file) => ({
    from: file.path,
    to: `${to}${file.path.slice(path.length)}`,
    kind: "file",
    what,
    files: 1,
    bytes: file.bytes,
  }));
}

function oddReason(root: string, path: string): string {
  return lstatSync(`${root}/${path}`, { throwIfNoEntry: false })?.isSymbolicLink() === true
    ? linkReason(seeLink(root, path))
    : "it is not a regular file";
}

/** Facts about all entries together, which decide about single ones. */
interface Rules extends FileChoices {
  /** Why secrets and keys are needed where they are, as clauses. */
  readonly usedAt: ReadonlyMap<string, string>;
  /** Whether anything here is the old tool's beyond doubt. */
  readonly hasOldFiles: boolean;
  /** The link that keeps the rest of its workflow where it is. */
  readonly heldBy: ScannedEntry | undefined;
}

/** Files of one workflow: a session is made of all of them, or of none. */
const ONE_WORKFLOW: readonly string[] = [
  LEGACY_PATHS.state,
  LEGACY_PATHS.log,
  LEGACY_PATHS.checkpoints,
];

function staying(
  root: string,
  entries: readonly ScannedEntry[],
): Omit<Rules, keyof FileChoices> {
  const secrets = entries.filter(({ row, kind }) => row.decision === "secret" && kind === "file");
  // Two of one name are told apart by their folders.
  const words = new Map(secrets.map(({ path }) => {
    const alike = secrets.filter((other) => nameOf(other.path) === nameOf(path)).length > 1;
    return [path, alike ? path : nameOf(path)] as const;
  }));
  const named = secrets.length === 0
    ? []
    : findNamed(root, usualScripts(root), [...new Set(words.values())]);
  const usedAt = new Map<string, string>();
  for (const [path, word] of words) {
    const at = named.find(({ name }) => name === word);
    if (at !== undefined) usedAt.set(path, `${at.file}:${at.line} names it`);
  }
  const locked = [...usedAt.keys()].find((path) => !KEY.test(path));
  for (const { path } of secrets) {
    if (locked === undefined || usedAt.has(path) || !KEY.test(path)) continue;
    usedAt.set(path, `it may be the key of "${locked}", which stays`);
  }
  return {
    usedAt,
    hasOldFiles: entries.some(({ path, foreign, row: { decision } }) =>
      foreign === null && decision !== "stay" && decision !== "ask" && !NOT_WRITTEN.test(path)
    ),
    heldBy: entries.find(({ path, kind, files }) =>
      ONE_WORKFLOW.includes(path) && kind === "link" && files.length > 0
    ),
  };
}

const KEY = /\/keys\/age\.key(?:\.enc)?$/;

/** Secrets that the old tool's hooks read and that people made. */
const NOT_WRITTEN = /^(?:secrets\.enc\.yaml|\.claude\/keys\/[^/]+)$/;

/**
 * The link by which a workflow in the root stays where it is; null when it can move.
 * @param wanted as for {@link planFiles}.
 */
export function heldByLink(
  entries: readonly ScannedEntry[],
  wanted: FileChoices,
): string | null {
  const { heldBy } = staying("", entries.filter(({ kind }) => kind === "link"));
  return heldBy === undefined || isTaken(heldBy, wanted) ? null : heldBy.path;
}

function isTaken({ path, kind }: ScannedEntry, { choices, copyLinks }: FileChoices): boolean {
  const choice = choices.get(path);
  if (choice === undefined) return copyLinks && kind === "link";
  return choice !== "leave";
}

/** Why an entry does not move, and whether its content is copied nevertheless; null when it moves. */
function stayingReason(
  entry: ScannedEntry,
  rules: Rules,
): Omit<Staying, "path" | "to"> & { readonly copy?: boolean } | null {
  const { row, link, path } = entry;
  const taken = isTaken(entry, rules);
  if (link !== null) {
    const ask = entry.files.length > 0;
    const copied = ask;
    const common = { why: linkReason(link), named: true, link: true } as const;
    return { ...common, ask: ask && !taken, copied, copy: taken && ask };
  }
  if (entry.foreign !== null) return { why: entry.foreign, ask: false, named: true };
  if (row.decision === "stay") return { why: row.what, ask: false, named: false };
  const why = rules.usedAt.get(path);
  if (why !== undefined) {
    return { why, ask: !taken, copied: true, named: true, copy: taken };
  }
  if (NOT_WRITTEN.test(path) && !rules.hasOldFiles) {
    const why = "nothing else here is the old tool's";
    return { why, ask: false, named: true };
  }
  if (row.decision === "ask" && !taken) return { why: row.what, ask: true, named: true };
  const { heldBy } = rules;
  if (heldBy !== undefined && ONE_WORKFLOW.includes(path) && !isTaken(heldBy, rules)) {
    const why = `it is of one workflow with "${heldBy.path}", which is a link`;
    return { why, ask: false, named: true };
  }
  return null;
}

/** Whether an earlier run has copied all of an entry. */
function isCopied(root: string, { path, files }: ScannedEntry, to: string): boolean {
  return files.every((file) => {
    const copy = `${root}/${to}${file.path.slice(path.length)}`;
    const stats = lstatSync(copy, { throwIfNoEntry: false });
    return stats?.isFile() === true && stats.size === file.bytes &&
      hashFile(copy).sha256 === hashFile(realpathSync(`${root}/${file.path}`)).sha256;
  });
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Where an entry goes, relative to the state directory. */
function targetOf(entry: ScannedEntry, sessions: readonly PlannedSession[]): string {
  const { path, row } = entry;
  const name = nameOf(path);
  if (row.decision === "secret") return `${MIGRATION.secrets}/${name}`;
  if (row.decision === "prd") return `${MIGRATION.prd}/${path.replace(/^\.claude\//, "")}`;
  if (path.startsWith(`${LEGACY_PATHS.sessions}/`)) {
    const session = sessions.find((candidate) =>
      candidate.aliases.includes(name) || candidate.from.startsWith(`${path}/`)
    );
    if (session !== undefined) return `sessions/${session.id}/legacy/${name}`;
  }
  return `${MIGRATION.archive}/${path}`;
}

/** `to`, or with a number behind it while something has that name. */
function freeTarget(root: string, to: string, used: ReadonlySet<string>): string {
  for (let number = 1;; number++) {
    const candidate = number === 1 ? to : `${to}~${number}`;
    const there = lstatSync(`${root}/${candidate}`, { throwIfNoEntry: false }) !== undefined;
    if (!there && !used.has(candidate)) return candidate;
  }
}

/** How much they are together. */
export function bytesOf(files: readonly { readonly bytes: number }[]): number {
  return files.reduce((total, file) => total + file.bytes, 0);
}
