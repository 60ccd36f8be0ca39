/**
 * Finding a session where not exactly one has the value as its ID or name.
 * @module
 */
import { OrchestratorError } from "../errors.ts";
import type { StorageBackend } from "../storage/backend.ts";
import { ambiguousSession } from "./ambiguous.ts";
import { findRenamed } from "./find_renamed.ts";
import { readMeta } from "./session_meta.ts";

/** Which sessions a beginning of an ID may mean. */
export interface Inexact {
  /** So many characters it needs. */
  readonly least: number;
  /** Sessions elsewhere that have the value as ID or name. */
  readonly exact: readonly string[];
  /** Those elsewhere whose ID begins with it. */
  readonly begins: readonly string[];
}

/**
 * Chooses by the beginning of an ID, or by a name that only a journal knows.
 * @param among.ids the sessions that are here.
 * @param among.matches those of them with that name.
 * @throws `session_unknown`, `session_ambiguous`
 */
export async function findInexact(
  backend: StorageBackend,
  { value, ids, matches, inexact }: {
    readonly value: string;
    readonly ids: readonly string[];
    readonly matches: readonly string[];
    readonly inexact?: ((value: string) => Promise<Inexact>) | undefined;
  },
): Promise<string> {
  if (matches.length > 0) return theOne(value, matches);
  const begins = value === "" ? [] : ids.filter((id) => id.startsWith(value));
  if (begins.length > 0) {
    const { least, exact, begins: elsewhere } = await inexact?.(value) ??
      { least: 1, exact: [], begins: [] };
    if (exact.length > 0) throw unknownSession(value);
    if (value.length < least) throw tooShort(value, least);
    return theOne(value, [...begins, ...elsewhere]);
  }
  const renamed = await findRenamed(backend, ids, value);
  if (renamed.length === 0) throw unknownSession(value, await withTask(backend, ids, value));
  return theOne(value, renamed);
}

/** The only one. @throws `session_ambiguous` */
export function theOne(value: string, ids: readonly string[]): string {
  const [first, ...others] = [...new Set(ids)].sort();
  if (first === undefined) throw unknownSession(value);
  if (others.length > 0) throw ambiguousSession(value, [first, ...others]);
  return first;
}

/** The error of too short a beginning of an ID. */
export function tooShort(value: string, least: number): OrchestratorError {
  return new OrchestratorError(
    "session_unknown",
    `Cannot find session ${
      JSON.stringify(value)
    }: no session has that name, and to decide takes ${least} or more characters of an ID`,
    { hint: "Run `orchestrator session list`" },
  );
}

/** Sessions with that task: they are suggested, never chosen, for a task is not unique. */
async function withTask(
  backend: StorageBackend,
  ids: readonly string[],
  task: string,
): Promise<readonly string[]> {
  const found: string[] = [];
  if (task === "") return found;
  for (const id of ids) if ((await readMeta(backend, id))?.task === task) found.push(id);
  return found;
}

/** @param similar sessions that may be meant. */
function unknownSession(value: string, similar: readonly string[] = []): OrchestratorError {
  return new OrchestratorError(
    "session_unknown",
    `Cannot find session ${
      JSON.stringify(value)
    }: no session has that name or an ID starting with it`,
    {
      hint: similar.length === 1
        ? `Did you mean session ${similar[0]}? That is its task`
        : "Run `orchestrator session list`",
    },
  );
}
