/**
 * Whether files of the state were edited while a command ran.
 *
 * Journals only grow, and the definition of a session never changes: what they held before must still be
 * their beginning, also while others work on the project. Only a redaction replaces texts in
 * place, and says so in a new line. An edit that only appends lines as this program writes them is not
 * seen here.
 * @module
 */
import { join } from "node:path";
import { sha256Hex } from "../platform/hash.ts";
import { namesWithin, readWithin } from "../platform/within.ts";
import type { OrchestratorPaths } from "../project/paths.ts";
import { meaningOf } from "../state_layout/lookup.ts";
import { CURRENT_BESIDE_OLD, FOLDERS, KEYS, LOCK, UNFINISHED } from "../state_layout/names.ts";

/** Longer files are not looked at: a command would wait for it. */
const MOST_BYTES = 16 * 1024 * 1024;

/** The most names of files that are not the program's. */
const MOST_FOREIGN = 10;

/** What a file held. */
interface Before {
  /** Of a journal only its whole lines. */
  readonly bytes: number;
  readonly sha256: string;
  readonly redactions: number;
}

/** A look at the state, to compare with a later one. */
export interface StateWatch {
  /** Names of what was edited since, relative to the state directory. */
  readonly edited: () => readonly string[];
}

/** Begins a watch of what records a session. */
export function watchState(paths: OrchestratorPaths, session: string): StateWatch {
  const names = [
    KEYS.sessionJournal(session),
    KEYS.sessionWorkflow(session),
    ...repositoryLogs(paths),
  ];
  const before = names.flatMap((name) => {
    const content = read(paths, name);
    return content === null ? [] : [[name, beforeOf(name, content)] as const];
  });
  const there = new Set(topNames(paths));
  const pointers = [KEYS.current, CURRENT_BESIDE_OLD].map((name) =>
    [name, read(paths, name)] as const
  );
  return {
    edited: () => [
      ...before.flatMap(([name, was]) => isEdited(paths, name, was) ? [name] : []),
      ...topNames(paths).filter((name) => !there.has(name) && isForeign(name))
        .slice(0, MOST_FOREIGN),
      ...pointers.flatMap(([name, was]) => isMadeUp(paths, name, was) ? [name] : []),
    ],
  };
}

/** Names in the state directory itself. */
function topNames(paths: OrchestratorPaths): readonly string[] {
  try {
    return namesWithin(paths.stateDirectory, paths.stateDirectory);
  } catch {
    return [];
  }
}

/** Whether this program has no file or folder of that name. */
function isForeign(name: string): boolean {
  return meaningOf(name) === null && !Object.values<string>(FOLDERS).includes(name) &&
    name !== LOCK && !Object.values<string>(UNFINISHED).some((prefix) => name.startsWith(prefix));
}

/** Whether a file like `current` was changed to something that is no session here, as this program never does. */
function isMadeUp(paths: OrchestratorPaths, name: string, before: Uint8Array | null): boolean {
  const now = read(paths, name);
  if (now === null || before !== null && sha256Hex(before) === sha256Hex(now)) return false;
  const id = new TextDecoder().decode(now).trim();
  return !/^[0-9a-z]+$/i.test(id) || read(paths, KEYS.sessionJournal(id)) === null;
}

function beforeOf(name: string, content: Uint8Array): Before {
  const kept = content.subarray(0, grows(name) ? wholeLines(content) : content.length);
  return { bytes: kept.length, sha256: sha256Hex(kept), redactions: redactionsIn(content) };
}

/** Whether lines may be added to a file: it is a journal. */
function grows(name: string): boolean {
  return name.endsWith(".jsonl");
}

function repositoryLogs(paths: OrchestratorPaths): readonly string[] {
  try {
    return namesWithin(paths.stateDirectory, join(paths.stateDirectory, FOLDERS.log))
      .filter((name) => /^[a-z2-7]{13}\.jsonl$/.test(name))
      .map((name) => `${FOLDERS.log}/${name}`).sort();
  } catch {
    return [];
  }
}

function isEdited(paths: OrchestratorPaths, name: string, before: Before): boolean {
  const content = read(paths, name);
  if (content === null) return true;
  if (!grows(name)) return sha256Hex(content) !== before.sha256;
  if (sha256Hex(content.subarray(0, before.bytes)) === before.sha256) return false;
  return redactionsIn(content) <= before.redactions;
}

/** Lines about redactions. That they are what they say is judged by `log verify`. */
function redactionsIn(content: Uint8Array): number {
  return new TextDecoder().decode(content).split('"text_redacted"').length;
}

/** Up to the last line end: what stands behind it was never acknowledged, and may be set aside. */
function wholeLines(content: Uint8Array): number {
  return content.lastIndexOf(0x0a) + 1;
}

/** Null for what cannot be read: that is for others to say. */
function read(paths: OrchestratorPaths, name: string): Uint8Array | null {
  try {
    return readWithin(paths.stateDirectory, join(paths.stateDirectory, name), MOST_BYTES);
  } catch {
    return null;
  }
}
