/**
 * The part of a plan that is about files: which of them move, and where to.
 * @module
 */
import { lstatSync } from "node:fs";
import { LEGACY_PATHS } from "../legacy/find.ts";
import type { ScannedEntry, ScannedFile } from "../legacy/scan.ts";
import { MIGRATION, type OrchestratorPaths, STATE_DIRECTORY } from "../project/paths.ts";
import type { Choice, PlannedFile, PlannedMove, PlannedSession, Staying } from "./planned.ts";

interface Routed {
  readonly moves: PlannedMove[];
  readonly files: PlannedFile[];
  readonly stays: Staying[];
}

/** Decides for every entry whether it moves, and where each of its files goes. */
export function planFiles(
  paths: OrchestratorPaths,
  entries: readonly ScannedEntry[],
  sessions: readonly PlannedSession[],
  choices: ReadonlyMap<string, Choice>,
): Routed {
  const routed: Routed = { moves: [], files: [], stays: [] };
  const used = new Set<string>();
  for (const entry of entries) {
    const choice = choices.get(entry.path);
    const stay = stayingReason(entry, choice);
    if (stay !== null) {
      routed.stays.push({ path: entry.path, ...stay });
      continue;
    }
    const follow = entry.kind === "link";
    const wanted = typeof choice === "object" ? choice.to : targetOf(entry, sessions);
    const secret = wanted.startsWith(`${MIGRATION.secrets}/`);
    const add = (files: readonly ScannedFile[], base: string, to: string) => {
      for (const file of files) {
        const target = file.path === base ? to : `${to}${file.path.slice(base.length)}`;
        routed.files.push({ ...file, to: target, secret, follow });
      }
    };
    const to = freeTarget(paths.root, `${STATE_DIRECTORY}/${wanted}`, used);
    used.add(to);
    if (entry.odd.length === 0 && entry.kind !== "other") {
      add(entry.files, entry.path, to);
      routed.moves.push({
        from: entry.path,
        to,
        kind: entry.kind,
        what: entry.row.what,
        files: entry.files.length,
        bytes: bytesOf(entry.files),
      });
      continue;
    }
    // A folder with links in it stays, with them; its files go one by one.
    for (const path of entry.odd) {
      routed.stays.push({ path, why: "it is not a regular file", ask: false, named: true });
    }
    add(entry.files, entry.path, to);
    for (const file of entry.files) {
      routed.moves.push({
        from: file.path,
        to: `${to}${file.path.slice(entry.path.length)}`,
        kind: "file",
        what: entry.row.what,
        files: 1,
        bytes: file.bytes,
      });
    }
  }
  return routed;
}

function stayingReason(
  entry: ScannedEntry,
  choice: Choice | undefined,
): Omit<Staying, "path"> | null {
  const { row, link } = entry;
  if (entry.foreign !== null) return { why: entry.foreign, ask: false, named: true };
  if (link === "broken") return { why: "it is a broken symbolic link", ask: false, named: true };
  if (row.decision === "stay") return { why: row.what, ask: false, named: false };
  const taken = choice !== undefined && choice !== "leave";
  if (link === "outside") {
    if (taken && entry.files.length > 0) return null;
    const why = "it is a symbolic link to a path outside the project";
    return { why, ask: entry.files.length > 0, named: true };
  }
  if (row.decision === "ask" && !taken) return { why: row.what, ask: true, named: true };
  return null;
}

/** Where an entry goes, relative to the state directory. */
function targetOf(entry: ScannedEntry, sessions: readonly PlannedSession[]): string {
  const { path, row } = entry;
  const name = path.slice(path.lastIndexOf("/") + 1);
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
